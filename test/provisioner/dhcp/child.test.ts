import { setTimeout as delay } from 'node:timers/promises'
import * as assert from 'uvu/assert'
import { createLog } from '../../../engine/log.ts'
import { supervise } from '../../../provisioner/dhcp/child.ts'
import { suite } from '../../suite.ts'
import { until } from '../../until.ts'

const test = suite('supervised child')

const start = (script: string) => {
  const lines: string[] = []
  const child = supervise(
    { name: 'child', command: ['sh', '-c', script] },
    createLog(({ text }) => lines.push(text)),
  )
  return { child, lines }
}

const isGone = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return false
  } catch {
    return true
  }
}

test('its lines go to the log, and it ends when it is told', async () => {
  const { child, lines } = start('echo hello; echo trouble >&2; exec sleep 60')
  await until(() => lines.length === 2)
  assert.equal(lines.sort(), ['child: hello', 'child: trouble'])
  const pid = child.pid()!
  await child.stop()
  assert.ok(isGone(pid))
})

test('it is started again when it ends, a little later', async () => {
  const { child, lines } = start('echo started; exit 3')
  await until(() => lines.filter((line) => line === 'child: started').length === 2)
  assert.ok(lines.includes('child ended (exit code 3); next start in 500 ms'))
  await child.stop()
  const count = lines.length
  await delay(100)
  assert.is(lines.length, count, 'nothing starts after stop')
})

test('a restart is prompt and no trouble', async () => {
  const { child, lines } = start('echo started; exec sleep 60')
  await until(() => lines.length === 1)
  const before = child.pid()
  child.restart()
  await until(() => lines.length === 2)
  assert.is.not(child.pid(), before)
  assert.equal(lines, ['child: started', 'child: started'])
  await child.stop()
})

test('a program that is not there is told, and may be stopped', async () => {
  const lines: string[] = []
  const child = supervise(
    { name: 'child', command: ['/nonexistent'] },
    createLog(({ text }) => lines.push(text)),
  )
  await until(() => lines.length > 0)
  assert.match(lines[0] ?? '', 'ENOENT')
  await child.stop()
})

test.run()
