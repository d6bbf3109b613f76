import * as assert from 'uvu/assert'
import { transferProgress, transferText } from '../../../agent/system/transfer.ts'
import { noWatchdog } from '../../../agent/system/watchdog.ts'
import { silentLog } from '../../../engine/log.ts'
import { suite } from '../../suite.ts'

const test = suite('agent transfer')
const mebi = 1024 ** 2

for (const [bytes, rate, text] of [
  [184, 112.4, '184 of 528 MiB (34 %), 112.4 MiB/s, 4 s left'],
  [1, 1, '1 of 528 MiB (0 %), 1.0 MiB/s, 9 min left'],
  [1, 0, '1 of 528 MiB (0 %), 0.0 MiB/s'],
  [528, 10, '528 of 528 MiB (100 %), 10.0 MiB/s, 0 s left'],
] as const) {
  test(text, () => assert.is(transferText(bytes * mebi, 528 * mebi, rate * mebi), text))
}

test('a line a second with the rate of the last ten, events further and further apart', () => {
  const lines: string[] = []
  const sent: number[] = []
  let now = 0
  const log = { ...silentLog, progress: (text: string) => lines.push(text) }
  const events = {
    add: () => sent.push(now / 1000),
    flush: async () => {},
    rest: () => ({ pending: [], sequence: 0 }),
  }
  const arrive = transferProgress({ log, events, watchdog: noWatchdog }, 1000 * mebi, () => now)
  for (let tick = 1; tick <= 1000; tick++) {
    now = tick * 200
    arrive(tick * mebi) // 5 MiB/s
  }
  assert.is(lines.length, 200)
  assert.ok(lines.every((line) => line.includes(', 5.0 MiB/s')))
  assert.equal(sent, [10, 30, 70, 130, 190])
  now += 1000
  arrive(2 * mebi)
  now += 1000
  arrive(3 * mebi)
  assert.match(lines.at(-1)!, /^3 of 1000 MiB \(0 %\), 1\.0 MiB\/s/)
})

test.run()
