import { readFileSync } from 'node:fs'
import * as assert from 'uvu/assert'
import type { Command } from '../../../engine/command.ts'
import type { Connection, Output } from '../../../engine/connections/connection.ts'
import { Failure } from '../../../engine/failure.ts'
import { readParameters } from '../../../engine/modules/parameters.ts'
import { reboot } from '../../../engine/modules/reboot/reboot.ts'
import { runModule } from '../../../engine/modules/runmodule.ts'
import { suite } from '../../suite.ts'
import { moduleHost } from './modulehost.ts'

const test = suite('reboot')
const at = { file: 'case', line: 1, column: 1 }

const said = (stdout: string, code = 0): Output => ({ code, stdout: Buffer.from(stdout), stderr: Buffer.alloc(0) })
const lost = () => new Failure('connection.unreachable', 'the connection was closed')

type Machine = {
  readonly commands: string[]
  /** Boots so far; the machine is away for as many looks as `away` tells. */
  boots: number
  away: number
}

/** A machine as its shell shows it: a boot id, a shutdown that ends the connection, and looks that fail meanwhile. */
const machine = (answers: Readonly<Record<string, Output>> = {}, id = 'boot'): [Machine, Connection] => {
  const state: Machine = { commands: [], boots: 0, away: 0 }
  const never = async (): Promise<never> => {
    throw new Error('reboot needs no files')
  }
  const connection: Connection = {
    kind: 'test',
    name: 'n01',
    async run({ text }: Command) {
      state.commands.push(text)
      for (const [part, output] of Object.entries(answers)) if (text.includes(part)) return output
      if (text.startsWith('PATH=')) {
        state.boots += 1
        state.away = 2
        throw lost()
      }
      if (state.away > 0) {
        state.away -= 1
        throw lost()
      }
      if (text.includes('boot_id 2>')) return said(`${id}${state.boots}\n\n${id}${state.boots}\n`)
      return said(text.includes('boot_id') ? `${id}${state.boots}\n` : 'root\n')
    },
    read: never,
    write: never,
    stat: never,
    open: never,
    makeDirectories: never,
    as: () => connection,
    close: async () => {},
  }
  return [state, connection]
}

const run = (
  connection: Connection,
  given: Record<string, unknown> = {},
  check = false,
  facts = { is_chroot: false },
) =>
  runModule(
    reboot,
    moduleHost({ connection, check, role: '/', facts }),
    readParameters(reboot.schema, given, at, 'reboot'),
  )

test('restarts the host and waits for its next boot', async () => {
  const [state, connection] = machine()
  const { result, changed } = await run(connection, { msg: "it's $(time)", pre_reboot_delay: 120 })
  assert.is(result.failed, undefined, String(result.msg))
  assert.is(changed, true)
  assert.is(result['rebooted'], true)
  assert.is(state.boots, 1)
  const command = state.commands.find((text) => text.startsWith('PATH='))
  assert.match(String(command), `shutdown -r 2 'it'\\''s $(time)'`)
  assert.is(state.commands.at(-1), 'whoami')
})

test("a site's own command", async () => {
  const [state, connection] = machine()
  assert.is((await run(connection, { reboot_command: 'systemctl kexec', search_paths: ['/opt'] })).changed, true)
  assert.ok(state.commands.includes('PATH=/opt:$PATH; systemctl kexec'))
})

test('check mode tells what would be done', async () => {
  const [state, connection] = machine()
  const { result, changed } = await run(connection, {}, true)
  assert.equal([changed, result['rebooted'], result['elapsed'], state.boots], [true, true, 0, 0])
})

test('tells why the host refused', async () => {
  const [, connection] = machine({ 'PATH=': said('Access denied', 1) })
  const { result, changed } = await run(connection)
  assert.equal([result.failed, changed, result['rebooted']], [true, false, false])
  assert.match(String(result.msg), 'Access denied')
})

test('tells that the host did not restart in time', async () => {
  const [, connection] = machine({ 'PATH=': said('') })
  const { result } = await run(connection, { reboot_timeout: 0 })
  assert.is(result.failed, true)
  assert.match(String(result.msg), 'not back after 0 s: it has not restarted')
})

test('tells that the test failed on the host that is back', async () => {
  const [, connection] = machine({ 'systemctl is-system-running': said('degraded', 1) })
  const { result } = await run(connection, { test_command: 'systemctl is-system-running', reboot_timeout: 0.1 })
  assert.is(result.failed, true)
})

test('refuses an image, and the machine that runs the play', async () => {
  const [, connection] = machine()
  assert.match(String((await run(connection, {}, false, { is_chroot: true })).result.msg), 'not a running machine')
  const [state, own] = machine({
    'boot_id 2>': said(`${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')}\nx\n`),
  })
  assert.match(String((await run(own)).result.msg), 'would restart the machine that runs the play')
  assert.is(state.boots, 0)
})

test.run()
