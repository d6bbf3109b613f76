import * as assert from 'uvu/assert'
import type { Connection } from '../../../engine/connections/connection.ts'
import { openLocal } from '../../../engine/connections/local.ts'
import { Failure } from '../../../engine/failure.ts'
import { archive } from '../../../engine/modules/archive/archive.ts'
import { copy } from '../../../engine/modules/copy/copy.ts'
import { get_url } from '../../../engine/modules/get_url/get_url.ts'
import { lineinfile } from '../../../engine/modules/lineinfile/lineinfile.ts'
import type { Module } from '../../../engine/modules/module.ts'
import { nmcli } from '../../../engine/modules/nmcli/nmcli.ts'
import { unarchive } from '../../../engine/modules/unarchive/unarchive.ts'
import { suite } from '../../suite.ts'
import { type Case, prepare, start } from './cases.ts'

// A host is lost at each of the times that a module asks it: that is what is told, and nobody waits for the host again.
const test = suite('a host that is lost in mid-task')
let local: Connection
test.before(async () => {
  local = await openLocal()
})
test.after(() => local.close())

/** A connection that is lost when it is asked for the time `last`, from 1; it counts how often it is asked. */
const lostAt = (last: number): { connection: Connection; asked: () => number } => {
  let count = 0
  const until =
    <A extends unknown[], R>(ask: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      count += 1
      if (count >= last) throw new Failure('connection.unreachable', `lost at ${count}`)
      return ask(...args)
    }
  const { run, read, write, stat, open, makeDirectories } = local
  const connection = {
    ...local,
    run: until(run),
    read: until(read),
    write: until(write),
    stat: until(stat),
    open: until(open),
    makeDirectories: until(makeDirectories),
  }
  return { connection, asked: () => count }
}

const check = <P>(module: Module<P>, one: Case): void =>
  test(`${module.name}: ${one.name}`, async () => {
    for (let last = 1; ; last++) {
      const place = prepare(one)
      const { connection, asked } = lostAt(last)
      try {
        const told = await start(module, one, place, connection, false).then(
          ({ result }) => assert.is(result.failed, undefined, String(result.msg)),
          (thrown) => (thrown as Error).message,
        )
        if (told === undefined) {
          assert.ok(last > 2, 'it asked the host')
          return
        }
        assert.equal([told, asked()], [`lost at ${last}`, last])
      } finally {
        place.remove()
      }
    }
  })

const packed = 'mkdir packed && echo a >packed/a && tar -cf packed.tar packed && cp packed.tar ../role/packed.tar'
const at = (name: string, parameters: Record<string, unknown>, prepare = packed): Case =>
  ({ name, prepare, parameters }) as Case

check(get_url, at('a file', { url: 'file://$ROOT/packed.tar', dest: '$ROOT/loaded', mode: '0600', backup: true }))
check(unarchive, at('of the host', { src: '$ROOT/packed.tar', dest: '$ROOT', remote_src: true, mode: '0700' }))
check(unarchive, at('of an address', { src: 'file://$ROOT/packed.tar', dest: '$ROOT', remote_src: true }))
check(unarchive, at('of the controller', { src: '$ROLE/packed.tar', dest: '$ROOT', owner: 'nobody' }))
check(archive, at('a directory', { path: '$ROOT/packed', dest: '$ROOT/new.tar.gz', mode: '0600', remove: true }))
check(copy, at('checked', { content: 'x', dest: '$ROOT/new', validate: 'test -e %s', mode: '0600' }))
check(lineinfile, at('checked', { path: '$ROOT/packed/a', line: 'b', validate: 'test -e %s', backup: true }))

test('nmcli: a host that is lost when a connection comes up keeps it', async () => {
  const asked: string[] = []
  const connection: Connection = {
    ...local,
    async run({ text }) {
      const [, verb = ''] = /nmcli .*?connection (\w+)/.exec(text) ?? []
      asked.push(verb)
      if (verb === 'up') throw new Failure('connection.unreachable', 'lost by the new address')
      return { code: verb === 'show' ? 10 : 0, stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) }
    },
  }
  const one = at(
    '',
    { conn_name: 'eth0', type: 'ethernet', state: 'present', ip4: '10.0.0.1/24', dns4: ['10.0.0.2'] },
    '',
  )
  const place = prepare(one)
  try {
    await start(nmcli, one, place, connection, false).then(
      () => assert.unreachable(),
      ({ message }: Error) => assert.is(message, 'lost by the new address'),
    )
  } finally {
    place.remove()
  }
  assert.equal(asked, ['show', 'add', 'up'])
})

test.run()
