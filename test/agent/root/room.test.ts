import * as assert from 'uvu/assert'
import { bytesOf, checkRoom } from '../../../agent/root/room.ts'
import { largeFileOptions, parseMemory, tmpfsOptions } from '../../../agent/system/memory.ts'
import { Failure } from '../../../engine/failure.ts'
import { suite } from '../../suite.ts'

const test = suite('agent room')

const mib = 1024 ** 2

for (const [type, size, unpacked, limit, available, refused] of [
  ['image', 500, undefined, '50%', 628, undefined],
  [
    'image',
    500,
    undefined,
    '50%',
    627,
    /needs 628 MiB of memory, 627 MiB are available \(image 500 MiB, 128 MiB to run/,
  ],
  ['image', 500, 1500, '1m', 628, undefined],
  ['tmpfs', 500, undefined, '80%', 2628, undefined],
  ['tmpfs', 500, undefined, '80%', 2000, /needs 2628 MiB.*2000 MiB are available.*about 2000 MiB unpacked/],
  ['tmpfs', 500, 1400, '80%', 2028, undefined],
  ['tmpfs', 500, 1400, '80%', 2027, /needs 2028 MiB.*2027 MiB are available \(image 500 MiB, 1400 MiB unpacked/],
  ['tmpfs', 500, 1400, '1g', 3000, /unpacked the image takes 1400 MiB, and the root may have 1024 MiB \(1g\)/],
  ['tmpfs', 500, 1400, '30%', 3000, /the root may have 1229 MiB \(30%\)/],
] as const) {
  const name = `${type} of ${size} MiB, ${unpacked ?? 'unknown'} unpacked, in ${limit} with ${available} MiB free`
  test(`${name}: ${refused ? 'is refused with numbers' : 'fits'}`, () => {
    const wanted = { type, size: size * mib, unpacked: unpacked && unpacked * mib, limit }
    const check = () => checkRoom(wanted, { available: available * mib, total: 4096 * mib })
    if (!refused) return check()
    assert.throws(
      check,
      (thrown: Error) => thrown instanceof Failure && thrown.code === 'image.memory' && refused.test(thrown.message),
    )
  })
}

test('sizes as tmpfs takes them', () => {
  const sizes = ['4096', '4k', '2M', '1g', '50%', 'half', ''].map((size) => bytesOf(size, 1000))
  assert.equal(sizes, [4096, 4096, 2 * mib, 1024 * mib, 500, undefined, undefined])
})

test('reads what /proc/meminfo says', () => {
  const meminfo = 'MemTotal:  4096 kB\nMemFree: 1 kB\nMemAvailable:     2048 kB\n'
  assert.equal(parseMemory(meminfo), { total: 4 * mib, available: 2 * mib })
  assert.is(parseMemory('MemTotal: 4 kB\n'), undefined)
})

test('pages go round the NUMA nodes where there are several', () => {
  assert.equal(tmpfsOptions('1g', true), ['size=1g', 'mode=0755', 'mpol=interleave'])
  assert.equal(tmpfsOptions('1g', false), ['size=1g', 'mode=0755'])
})

test('a large file gets large pages where the kernel has them', () => {
  assert.equal(largeFileOptions('1g', true), [...tmpfsOptions('1g'), 'huge=within_size'])
  assert.equal(largeFileOptions('1g', false), tmpfsOptions('1g'))
})

test.run()
