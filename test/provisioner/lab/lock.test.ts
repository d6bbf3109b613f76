import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import * as assert from 'uvu/assert'
import { messageOf } from '../../../engine/failure.ts'
import { withLock } from '../../../provisioner/lab/lock.ts'
import { suite } from '../../suite.ts'

const test = suite('lab lock')

const directory = mkdtempSync(join(tmpdir(), 'prelude-lock-'))
test.after(() => rmSync(directory, { recursive: true }))

const attempt = (kind: 'exclusive' | 'shared') =>
  withLock(directory, kind, async () => 'ran').catch((thrown) => messageOf(thrown))

test('an exclusive lock excludes all others, until it is given back', async () => {
  await withLock(directory, 'exclusive', async () => {
    assert.match(await attempt('exclusive'), /another command is working on the lab/)
    assert.match(await attempt('shared'), /another command is working on the lab/)
  })
  assert.is(await attempt('exclusive'), 'ran')
  assert.equal(readdirSync(directory), [])
})

test('shared locks exclude only an exclusive one', async () => {
  await withLock(directory, 'shared', async () => {
    assert.is(await attempt('shared'), 'ran')
    assert.match(await attempt('exclusive'), /another command/)
  })
})

test('a step that fails gives the lock back', async () => {
  await withLock(directory, 'exclusive', () => Promise.reject(new Error('failed'))).catch(() => {})
  assert.is(await attempt('exclusive'), 'ran')
})

test('a process that is killed gives the lock back', async () => {
  const module = fileURLToPath(new URL('../../../provisioner/lab/lock.ts', import.meta.url))
  const script = `import(process.argv[1]).then(({ withLock }) => withLock(process.argv[2], 'exclusive', () => {
    console.log('locked'); return new Promise((resolve) => setTimeout(resolve, 60_000)) }))`
  const holder = spawn(process.execPath, ['-e', script, module, directory], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(holder.stdout, 'data')
  assert.match(await attempt('exclusive'), /another command/)
  holder.kill('SIGKILL')
  await once(holder, 'close')
  let result = ''
  for (let tries = 0; result !== 'ran' && tries < 50; tries++) {
    result = await attempt('exclusive')
    await sleep(20)
  }
  assert.is(result, 'ran')
})

test('a directory that is not there is said', async () => {
  const message = await withLock(`${directory}/absent`, 'shared', async () => '').catch((thrown) => messageOf(thrown))
  assert.match(message, /absent/)
})

test.run()
