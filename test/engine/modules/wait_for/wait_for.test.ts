import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import type { Connection } from '../../../../engine/connections/connection.ts'
import { openLocal } from '../../../../engine/connections/local.ts'
import { readParameters } from '../../../../engine/modules/parameters.ts'
import { type ModuleRun, runModule } from '../../../../engine/modules/runmodule.ts'
import { wait_for } from '../../../../engine/modules/wait_for/wait_for.ts'
import type { WaitForParameters } from '../../../../schema/types.ts'
import { suite } from '../../../suite.ts'
import { moduleHost } from '../modulehost.ts'

const test = suite('wait_for')

let connection: Connection
const directory = mkdtempSync(join(tmpdir(), 'prelude-wait-'))
test.before(async () => {
  connection = await openLocal()
})
test.after(async () => {
  await connection.close()
  rmSync(directory, { recursive: true })
})

const run = (given: Record<string, unknown>): Promise<ModuleRun> => {
  const host = moduleHost({ connection, check: false, role: '/' })
  const params = readParameters<WaitForParameters>(
    wait_for.schema,
    { sleep: 0.05, timeout: 50, ...given },
    host.at,
    'wait_for',
  )
  return runModule(wait_for, host, params)
}

const listening = async (greeting?: string): Promise<{ server: Server; port: number }> => {
  const server = createServer((socket) => {
    socket.on('error', () => {})
    if (greeting !== undefined) socket.write(greeting)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { server, port: (server.address() as { port: number }).port }
}

test('a port that answers', async () => {
  const { server, port } = await listening()
  const { result } = await run({ port })
  server.close()
  assert.equal([result.failed, result['state'], result['port'], result['path']], [undefined, 'started', port, null])
})

test('what a port says', async () => {
  const { server, port } = await listening('220 mail ESMTP Postfix\r\n')
  const { result } = await run({ port, search_regex: 'ESMTP (?P<program>\\w+)' })
  server.close()
  assert.equal(
    [result['match_groups'], { ...(result['match_groupdict'] as object) }],
    [['Postfix'], { program: 'Postfix' }],
  )
})

test('a port that does not answer', async () => {
  const { server, port } = await listening()
  server.close()
  const { result } = await run({ port, timeout: 0.2 })
  assert.equal([result.failed, result.msg], [true, `Timeout when waiting for 127.0.0.1:${port}`])
  assert.is((await run({ port, state: 'stopped' })).result.failed, undefined)
  assert.is((await run({ port, state: 'drained' })).result.failed, undefined)
})

test('a port that is in use is not drained', async () => {
  const { server, port } = await listening('hello')
  const { connect } = await import('node:net')
  const socket = connect(port, '127.0.0.1')
  await new Promise((resolve) => socket.once('data', resolve))
  const busy = await run({ port, state: 'drained', timeout: 0.2 })
  assert.match(String(busy.result.msg), 'to drain')
  const excluded = await run({ port, state: 'drained', timeout: 0.2, exclude_hosts: 'localhost,127.0.0.1' })
  assert.is(excluded.result.failed, undefined)
  socket.destroy()
  server.close()
})

test('a file that comes while it waits', async () => {
  const path = join(directory, 'late')
  setTimeout(() => writeFileSync(path, 'ready=1\n'), 150)
  const { result } = await run({ path, search_regex: '^ready=(\\d)$' })
  assert.equal(result['match_groups'], ['1'])
})

test('a file that goes while it waits', async () => {
  const path = join(directory, 'lock')
  writeFileSync(path, '')
  assert.match(String((await run({ path, state: 'absent', timeout: 0.2 })).result.msg), `${path} to be absent`)
  setTimeout(() => rmSync(path), 150)
  assert.is((await run({ path, state: 'absent' })).result.failed, undefined)
})

test('a text that never comes, with a message of its own', async () => {
  const path = join(directory, 'other')
  writeFileSync(path, 'nothing\n')
  assert.match(String((await run({ path, search_regex: 'x', timeout: 0.1 })).result.msg), 'search string x in')
  assert.is((await run({ path, search_regex: 'x', timeout: 0.1, msg: 'too late' })).result.msg, 'too late')
})

test('time alone', async () => {
  const start = performance.now()
  assert.is((await run({ timeout: 0.2 })).result.failed, undefined)
  assert.ok(performance.now() - start >= 199)
})

test('no port to drain', async () => {
  assert.match((await run({ state: 'drained' })).failure?.message ?? '', "needs 'port'")
})

test.run()
