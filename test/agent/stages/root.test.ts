import * as assert from 'uvu/assert'
import { checkMemory } from '../../../agent/stages/root.ts'
import { parseAvailable } from '../../../agent/system/memory.ts'
import { Failure } from '../../../engine/failure.ts'
import { suite } from '../../suite.ts'

const test = suite('agent root')

const mib = 1024 ** 2

for (const [type, size, available, fits] of [
  ['image', 500, 628, true],
  ['image', 500, 627, false],
  ['tmpfs', 500, 2628, true],
  ['tmpfs', 500, 2000, false],
] as const) {
  test(`${type} of ${size} MiB with ${available} MiB ${fits ? 'fits' : 'is refused with numbers'}`, () => {
    if (fits) return checkMemory(type, size * mib, available * mib)
    assert.throws(
      () => checkMemory(type, size * mib, available * mib),
      (thrown: Error) =>
        thrown instanceof Failure &&
        thrown.code === 'image.memory' &&
        thrown.message.includes(`${available} MiB are available`),
    )
  })
}

test('reads MemAvailable', () => {
  assert.is(parseAvailable('MemTotal:  4 kB\nMemAvailable:     2048 kB\n'), 2 * mib)
  assert.is(parseAvailable('MemTotal: 4 kB\n'), undefined)
})

test.run()
