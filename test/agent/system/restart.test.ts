import * as assert from 'uvu/assert'
import { detailsOf, lastWords, sentenceOf } from '../../../agent/failed.ts'
import { causeOf, lastStep } from '../../../agent/killed.ts'
import { restartDelay, waitForRestart } from '../../../agent/system/restart.ts'
import { Failure } from '../../../engine/failure.ts'
import { silentLog } from '../../../engine/log.ts'
import { ToolFailure } from '../../../engine/process.ts'
import { suite } from '../../suite.ts'

const test = suite('agent restart')

test('the pause doubles with each failure in a row, to ten minutes', () => {
  const bounds = [1, 2, 3, 4, 5, 6, 50].map((attempt) => [
    restartDelay(attempt, () => 0),
    restartDelay(attempt, () => 1),
  ])
  assert.equal(bounds, [
    [10, 30],
    [20, 60],
    [40, 120],
    [80, 240],
    [160, 480],
    [200, 600],
    [200, 600],
  ])
})

test('nodes that fail together do not restart in the same second', () => {
  const delays = new Set(Array.from({ length: 400 }, () => restartDelay(5)))
  assert.ok(delays.size > 100)
})

test('the watchdog is fed while the node waits', async () => {
  let fed = 0
  await waitForRestart(1, silentLog, () => fed++)
  assert.is(fed, 1)
})

const mount = new ToolFailure('mount -t squashfs a b', { code: 32, stdout: '', stderr: 'mount: a:\nwrong fs type\n' })

test('a command that failed is one sentence, and its lines are details', () => {
  assert.is(sentenceOf(mount), 'mount -t squashfs a b ended with 32: wrong fs type')
  assert.equal(detailsOf(mount), { exitCode: 32, output: ['mount: a:', 'wrong fs type'] })
  assert.is(sentenceOf(new ToolFailure('true', { code: 1, stdout: '', stderr: '' })), 'true ended with 1')
})

test('the last words say where, what, what to do and what comes next', () => {
  const failure = new Failure('network.card', 'no card has the MAC x', { hint: 'look at it' })
  assert.equal(lastWords(failure, 'stage network', 'the node restarts in 23 s'), [
    '     where: stage network',
    '      what: no card has the MAC x',
    '      hint: look at it',
    '      next: the node restarts in 23 s',
  ])
})

for (const [code, kernel, cause] of [
  [137, '', 'the agent was killed by signal 9'],
  [137, '3,500,9;Out of memory: Killed process 212 (MainThread) total-vm:1', 'the node ran out of memory'],
  [137, '3,500,9;Out of memory: Killed process 212 (mksquashfs) total-vm:1', 'the agent was killed by signal 9'],
  [139, '', 'the agent was killed by signal 11'],
  [127, '', 'the agent ended with exit code 127'],
] as const) {
  test(`exit code ${code}: ${cause}`, () => assert.match(causeOf(code, kernel), cause))
}

test('where an agent was when it was killed', () => {
  assert.is(
    lastStep('{"stage":"network","text":"x"}\n{"stage":"root","text":"fetching compute"}\n'),
    "stage root, at 'fetching compute'",
  )
  assert.is(lastStep('{"stage":"network","text":"x"}\n{"sta'), 'before its first step')
  assert.is(lastStep(''), 'before its first step')
})

test.run()
