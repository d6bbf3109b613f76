import * as assert from 'uvu/assert'
import { Failure, type FailureCode } from '../../../engine/failure.ts'
import type { Task } from '../../../engine/playbook/play.ts'
import { failedBy } from '../../../engine/run/failed.ts'
import { suite } from '../../suite.ts'

const test = suite('failed tasks')
const task = { at: { file: 'site.yml', line: 3, column: 5 } } as Task

const cases: Readonly<Record<FailureCode, 'unreachable' | 'failed'>> = {
  'connection.unreachable': 'unreachable',
  'connection.authentication': 'unreachable',
  'connection.hostkey': 'unreachable',
  'connection.timeout': 'failed',
  'connection.aborted': 'failed',
  'connection.become': 'failed',
  'module.parameter': 'failed',
}

for (const [code, becomes] of Object.entries(cases)) {
  test(`${code} makes a task ${becomes}`, () => {
    const { result, failure } = failedBy(new Failure(code as FailureCode, 'why'), task)
    assert.is(result['unreachable'] === true, becomes === 'unreachable')
    assert.is(result.failed === true, becomes === 'failed')
    assert.is(failure.at, task.at, 'it has the place of the task')
  })
}

test("a programmer's error is passed on", () =>
  assert.throws(() => failedBy(new TypeError('of ours'), task), /of ours/))

test.run()
