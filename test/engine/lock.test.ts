import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as assert from 'uvu/assert'
import { Failure, messageOf } from '../../engine/failure.ts'
import { withLock } from '../../engine/lock.ts'
import { suite } from '../suite.ts'
import { until } from '../until.ts'

const test = suite('lock')

const directory = mkdtempSync(join(tmpdir(), 'prelude-lock-'))
test.after(() => rmSync(directory, { recursive: true }))

const busy = () => new Failure('lab.busy', 'another command is at work')
const lock = `${directory}/.`

const attempt = (kind: 'exclusive' | 'shared', path = lock) =>
  withLock(path, kind, busy, async () => 'ran').catch((thrown) => messageOf(thrown))

test('an exclusive lock excludes all others, until it is given back', async () => {
  await withLock(lock, 'exclusive', busy, async () => {
    assert.match(await attempt('exclusive'), /another command is at work/)
    assert.match(await attempt('shared'), /another command is at work/)
  })
  assert.is(await attempt('exclusive'), 'ran')
  assert.equal(readdirSync(directory), [])
})

test('shared locks exclude only an exclusive one', async () => {
  await withLock(lock, 'shared', busy, async () => {
    assert.is(await attempt('shared'), 'ran')
    assert.match(await attempt('exclusive'), /another command/)
  })
})

test('a step that fails gives the lock back', async () => {
  await withLock(lock, 'exclusive', busy, () => Promise.reject(new Error('failed'))).catch(() => {})
  assert.is(await attempt('exclusive'), 'ran')
})

test('a process that is killed gives the lock back', async () => {
  const module = fileURLToPath(new URL('../../engine/lock.ts', import.meta.url))
  const script = `import(process.argv[1]).then(({ withLock }) => withLock(process.argv[2], 'exclusive', undefined, () => {
    console.log('locked'); return new Promise((resolve) => setTimeout(resolve, 60_000)) }))`
  const holder = spawn(process.execPath, ['-e', script, module, lock], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(holder.stdout, 'data')
  assert.match(await attempt('exclusive'), /another command/)
  holder.kill('SIGKILL')
  await once(holder, 'close')
  await until(async () => (await attempt('exclusive')) === 'ran')
})

test('a directory that is not there is said', async () => {
  assert.match(await attempt('shared', `${directory}/absent/.`), /absent/)
})

test('a file is made to be locked', async () => {
  const file = join(directory, 'tree.lock')
  await withLock(file, 'exclusive', busy, async () => {
    assert.match(await attempt('exclusive', file), /another command is at work/)
    assert.is(await attempt('exclusive'), 'ran', 'another lock')
  })
  assert.equal(readdirSync(directory), ['tree.lock'])
})

test.run()
