import * as assert from 'uvu/assert'
import { stageTimes } from '../../agent/diagnose/boot.ts'
import { diagnose } from '../../agent/diagnose/diagnose.ts'
import { stateText } from '../../agent/diagnose/network.ts'
import { diagnosisText, guarded } from '../../agent/diagnose/section.ts'
import { suite } from '../suite.ts'

const test = suite('agent diagnose')

test('LACP states in words', () => {
  assert.is(stateText(63), '63 (active, fast, aggregatable, in sync, collecting, distributing)')
  assert.is(stateText(207), '207 (active, fast, aggregatable, in sync, defaulted, expired)')
  assert.is(stateText(undefined), 'unknown')
})

const entry = (stage: string, text: string, more: object) => JSON.stringify({ stage, text, level: 'info', ...more })

test('the stages of a boot, of the log of one that was killed too', () => {
  const log = [
    entry('network', 'stage network', { state: 'started', step: 1 }),
    entry('network', 'ip link set lo up', { state: 'done', step: 2, ms: 3 }),
    entry('network', 'bond0: no partner', { level: 'warning' }),
    entry('network', 'stage network', { state: 'done', step: 1, ms: 4100 }),
    entry('root', 'stage root', { state: 'started', step: 3 }),
    entry('root', 'mount a b', { level: 'error', state: 'failed', step: 4, ms: 8, reason: 'exit code 32\nwrong' }),
    entry('root', 'stage root', { level: 'error', state: 'failed', step: 3, ms: 10 }),
    '{"stage":"ro',
  ].join('\n')
  assert.equal(stageTimes(log), {
    stages: [
      { stage: 'network', state: 'done', ms: 4100 },
      { stage: 'root', state: 'failed', ms: 10, reason: 'mount a b: exit code 32 wrong' },
    ],
    warnings: ['bond0: no partner'],
  })
})

test('columns are aligned, problems stand at the end', () => {
  const text = diagnosisText([
    {
      title: 'network',
      facts: {},
      rows: [
        ['card', 'eth0', 'link'],
        ['bond', 'a-long-name', 'fine'],
      ],
      problems: ['x: y'],
    },
    { title: 'disks', facts: {}, rows: [], problems: [] },
  ])
  assert.is(text, 'network\n  card  eth0         link\n  bond  a-long-name  fine\ndisks\nwrong\n  x: y\n')
  assert.match(diagnosisText([]), 'nothing is wrong')
})

test('a part that cannot be looked at is a problem, and no end of the others', async () => {
  const section = await guarded('disks', async () => {
    throw new Error('no blkid')
  })
  assert.equal(section.problems, ['disks: no blkid'])
})

test('this machine was booted by no agent: that is said, and is exit code 1', async () => {
  let text = ''
  const code = await diagnose(true, (more) => {
    text += more
  })
  assert.is(code, 1)
  const document = JSON.parse(text) as Record<string, unknown>
  for (const part of ['boot', 'network', 'root', 'disks', 'runtime', 'watchdog', 'problems'])
    assert.ok(part in document, part)
  assert.match(String(document['problems']), /the agent left no session/)
})

test.run()
