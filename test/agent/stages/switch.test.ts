import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import * as assert from 'uvu/assert'
import { checkRoot } from '../../../agent/stages/switch.ts'
import { makeBelow, resolveBelow } from '../../../agent/system/below.ts'
import { suite } from '../../suite.ts'

const test = suite('agent switch')

let root: string

test.beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'switch-'))
})
test.afterEach(() => rmSync(root, { recursive: true }))

const file = (path: string) => {
  mkdirSync(join(root, dirname(path)), { recursive: true })
  writeFileSync(join(root, path), '')
}
const link = (path: string, target: string) => {
  mkdirSync(join(root, dirname(path)), { recursive: true })
  symlinkSync(target, join(root, path))
}

test('a root with merged /usr and absolute links can start', async () => {
  file('usr/lib/os-release')
  link('etc/os-release', '../usr/lib/os-release')
  file('usr/lib/systemd/systemd')
  link('lib', 'usr/lib')
  link('sbin', '/usr/sbin')
  link('usr/sbin/init', '/lib/systemd/systemd')
  await checkRoot(root)
  assert.is(await resolveBelow(root, '/sbin/init'), join(root, 'usr/lib/systemd/systemd'))
})

for (const [name, prepare, message] of [
  ['without os-release', () => file('sbin/init'), /neither \/etc\/os-release nor/],
  ['without init', () => file('etc/os-release'), /no init/],
  [
    'whose os-release leads out of it',
    () => {
      link('etc/os-release', '/usr/lib/os-release')
      file('sbin/init')
    },
    /neither/,
  ],
] as const) {
  test(`a root ${name} is refused`, async () => {
    prepare()
    const thrown = await checkRoot(root).catch((failure: unknown) => failure)
    assert.match((thrown as Error).message, message)
  })
}

test('directories are made inside the root whatever its links say', async () => {
  link('var', '/outside/../data')
  assert.is(await makeBelow(root, '/var/log/x'), join(root, 'data/log/x'))
  link('a', 'b')
  link('b', 'a')
  assert.is(await resolveBelow(root, 'a/x'), undefined)
})

test.run()
