import * as assert from 'uvu/assert'
import { run, secondsFor } from '../../../agent/system/run.ts'
import { Failure } from '../../../engine/failure.ts'
import { createLog, type LogEntry } from '../../../engine/log.ts'
import { execute } from '../../../engine/process.ts'
import { suite } from '../../suite.ts'
import { until } from '../../until.ts'

const test = suite('agent commands')

test('[D8] a command that hangs is killed with all that it started, and the step has failed', async () => {
  const entries: LogEntry[] = []
  const seconds = String(1e6 + process.pid)
  try {
    await run(
      createLog((entry) => entries.push(entry)),
      'sh',
      ['-c', 'sleep "$1" & wait', 'sh', seconds],
      {
        timeout: 300,
      },
    )
    assert.unreachable()
  } catch (thrown) {
    assert.instance(thrown, Failure)
    assert.match((thrown as Failure).message, 'sh did not end within 300 ms')
  }
  assert.is(entries.at(-1)?.state, 'failed')
  const isLeft = async () => (await execute('pgrep', ['-f', `sleep ${seconds}|sh -c sleep .* ${seconds}`])).code === 0
  await until(async () => !(await isLeft()))
})

test('every command has a limit, longer for those that write whole disks', () => {
  assert.is(secondsFor('mount'), 120)
  assert.is(secondsFor('mkfs.ext4'), 3600)
  assert.is(secondsFor('unsquashfs'), 1800)
})

test.run()
