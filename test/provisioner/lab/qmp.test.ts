import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { messageOf } from '../../../engine/failure.ts'
import { probe } from '../../../provisioner/lab/probe.ts'
import { qmp } from '../../../provisioner/lab/qmp.ts'
import { suite } from '../../suite.ts'
import { until } from '../../until.ts'

const test = suite('lab QEMU')

const directory = mkdtempSync(join(tmpdir(), 'prelude-qmp-'))
const socket = join(directory, 'qmp.sock')
let machine: ChildProcess | undefined

test.before(async () => {
  const monitor = `unix:${socket},server=on,wait=off`
  machine = spawn('qemu-system-x86_64', ['-machine', 'none', '-nodefaults', '-display', 'none', '-S', '-qmp', monitor])
  // The socket's file is there a moment before anybody listens on it.
  const answers = () =>
    qmp(socket, 'query-status').then(
      () => true,
      () => false,
    )
  await until(async () => existsSync(socket) && (await answers()))
})
test.after(() => {
  machine?.kill('SIGKILL')
  rmSync(directory, { recursive: true })
})

test('the monitor answers', async () => {
  assert.equal(await qmp(socket, 'query-name'), {})
})

test("QEMU's refusal is a failure with its words", async () => {
  const message = await qmp(socket, 'set_link', { name: 'net9', up: false }).catch(messageOf)
  assert.match(String(message), /set_link: Device 'net9' not found/)
})

test('quit ends QEMU', async () => {
  const ended = machine ? once(machine, 'close') : Promise.reject(new Error('QEMU was not started'))
  await qmp(socket, 'quit')
  assert.equal(await ended, [0, null])
  assert.match(String(await qmp(socket, 'query-name').catch(messageOf)), /qmp\.sock: query-name: connect/)
})

test('a probe guest tells that an accelerator works', async () => {
  const result = await probe('tcg', 50_000)
  assert.ok(result.works, JSON.stringify(result))
})

test('a probe guest that does not end in time is killed', async () => {
  assert.equal(await probe('tcg', 1), { works: false, reason: 'the probe guest hung for 1 ms' })
})

test.run()
