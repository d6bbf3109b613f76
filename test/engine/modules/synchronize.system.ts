import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { openLocal } from '../../../engine/connections/local.ts'
import type { Way } from '../../../engine/modules/module.ts'
import { readParameters } from '../../../engine/modules/parameters.ts'
import { runModule } from '../../../engine/modules/runmodule.ts'
import { remotePath, sshCommand } from '../../../engine/modules/synchronize/arguments.ts'
import { synchronize } from '../../../engine/modules/synchronize/synchronize.ts'
import type { SynchronizeParameters } from '../../../schema/types.ts'
import { suite } from '../../suite.ts'
import { startSshServer } from '../connections/sshserver.ts'
import { runCases } from './cases.ts'
import { moduleHost } from './modulehost.ts'

const test = suite('synchronize over ssh')
const directory = mkdtempSync(join(tmpdir(), 'prelude-synchronize-'))
const server = await startSshServer()
const connection = await openLocal()
const at = { file: 'case', line: 1, column: 1 }

test.after(async () => {
  await connection.close()
  await server.close()
  rmSync(directory, { recursive: true })
})

const way = (options: Partial<Way['options']> = {}, more: Partial<Way> = {}): Way => ({
  host: 'testhost',
  kind: 'ssh',
  options: {
    host: server.host,
    port: server.port,
    user: 'root',
    privateKeyFile: join(server.directory, 'user'),
    sshArguments: `-o UserKnownHostsFile=${server.knownHosts} -F /dev/null`,
    ...options,
  },
  ...more,
})

const read = (given: Record<string, unknown>) =>
  readParameters<SynchronizeParameters>(synchronize.schema, given, at, 'synchronize')

const run = (given: Record<string, unknown>, to: Way) => {
  const host = moduleHost({ connection, check: false, role: '/' })
  const reached = { ...host, controller: { ...host.controller, way: async () => to } }
  return runModule(synchronize, reached, read(given))
}

const odd = `it's "a" $(touch nowhere) -x`

test('pushes and pulls names that a shell would read', async () => {
  mkdirSync(join(directory, 'src'))
  writeFileSync(join(directory, 'src', odd), 'content')
  const far = join(directory, `far ${odd}`)
  mkdirSync(far)
  const pushed = await run({ src: `${directory}/src/`, dest: `${far}/` }, way())
  assert.is(pushed.result.failed, undefined, String(pushed.result.msg))
  assert.is(pushed.changed, true)
  assert.is(readFileSync(join(far, odd), 'utf8'), 'content')
  assert.is((await run({ src: `${directory}/src/`, dest: `${far}/` }, way())).changed, false)
  const pulled = await run({ src: `${far}/`, dest: `${directory}/back`, mode: 'pull' }, way())
  assert.is(pulled.result.failed, undefined, String(pulled.result.msg))
  assert.is(readFileSync(join(directory, 'back', odd), 'utf8'), 'content')
})

test('a key of the host that nobody knows is refused, unless it is not checked', async () => {
  const stranger = { sshArguments: '-o UserKnownHostsFile=/dev/null -o StrictHostKeyChecking=yes -F /dev/null' }
  const task = { src: `${directory}/src/`, dest: `${directory}/unchecked` }
  assert.match(String((await run(task, way(stranger))).result.msg), /Host key verification failed/)
  assert.is((await run({ ...task, verify_host: false, use_ssh_args: false }, way(stranger))).changed, true)
})

test('passwords are refused: rsync has no place for them', async () => {
  const task = { src: directory, dest: '/nowhere' }
  assert.match(String((await run(task, way({ password: 'x' }))).result.msg), /cannot be given a password/)
  const become = { user: 'root', method: 'sudo', password: 'x' } as const
  assert.match(String((await run(task, way({}, { become }))).result.msg), /by sudo without a password only/)
})

test('becomes another user on the other side', async () => {
  const become = { user: 'root', method: 'sudo' } as const
  const task = { src: `${directory}/src/`, dest: `${directory}/by sudo` }
  const { result, changed } = await run(task, way({}, { become }))
  assert.is(result.failed, undefined, String(result.msg))
  assert.is(changed, true)
})

test('the controller as a delegate is no other machine', async () => {
  const local = way({ host: 'localhost' }, { kind: 'local', host: 'localhost', delegate: 'localhost' })
  const { result, changed } = await run({ src: `${directory}/src/`, dest: `${directory}/beside` }, local)
  assert.is(result.failed, undefined, String(result.msg))
  assert.is(changed, true)
  assert.is(readFileSync(join(directory, 'beside', odd), 'utf8'), 'content')
})

test('fills an image from outside, within its root', async () => {
  const image = way({ host: 'image', root: join(directory, 'root') }, { kind: 'image' })
  mkdirSync(join(directory, 'root/srv'), { recursive: true })
  const { result } = await run({ src: `${directory}/src/`, dest: '/../srv/data/' }, image)
  assert.is(result.failed, undefined, String(result.msg))
  assert.is(readFileSync(join(directory, 'root/srv/data', odd), 'utf8'), 'content')
})

test('a delegate without ssh to the host is refused', async () => {
  const { result } = await run({ src: '/a', dest: '/b' }, way({}, { kind: 'image', delegate: 'n02' }))
  assert.match(String(result.msg), /n02 has no way to testhost/)
})

test('ssh gets the options of the connection, quoted as rsync reads them', () => {
  const params = read({ src: 'a', dest: 'b', private_key: "/k/it's mine", dest_port: 22 })
  const command = sshCommand(params, way({ timeout: 1500, sshArguments: '-o "ProxyCommand=nc %h %p"' }))
  const key = "-i '/k/it''s mine'"
  assert.is(command, `ssh -S none ${key} -o Port=22 -o ConnectTimeout=2 -o BatchMode=yes -o 'ProxyCommand=nc %h %p'`)
})

test('paths of the host', () => {
  const params = read({ src: 'a', dest: 'b' })
  assert.is(remotePath(params, way({ host: 'fd00::1' }), '/x'), 'root@[fd00::1]:/x')
  assert.is(remotePath(params, way({ host: 'n1' }), '~/x y'), 'root@n1:x y')
  assert.is(remotePath({ ...params, set_remote_user: false }, way({ host: 'n1' }), '~'), 'n1:')
})

test.run()

runCases(synchronize)
