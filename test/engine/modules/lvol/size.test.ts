import * as assert from 'uvu/assert'
import { bytesOf, parseSize, unitOf } from '../../../../engine/modules/lvol/size.ts'
import type { Host } from '../../../../engine/modules/module.ts'
import { suite } from '../../../suite.ts'

const test = suite('sizes of logical volumes')
const host = { at: { file: 'case', line: 1, column: 1 } } as Host
const mebibyte = 2 ** 20
const room = {
  size: 100 * mebibyte,
  free: 40 * mebibyte,
  extent: 4 * mebibyte,
  physical: 20 * mebibyte,
}

/** A size, what the volume has, and what it has to have, in MiB. */
const sizes: readonly (readonly [string, number, number])[] = [
  ['10', 0, 12],
  ['12m', 12, 12],
  ['8388608b', 0, 8],
  ['16384s', 0, 8],
  ['0.5G', 0, 512],
  ['+10', 12, 24],
  ['-4', 12, 8],
  ['50%VG', 0, 48],
  ['100%VG', 60, 100],
  ['50%PVS', 0, 8],
  ['+100%PVS', 12, 32],
  ['100%FREE', 0, 40],
  ['100%FREE', 60, 100],
  ['50%FREE', 20, 28],
  // what others have taken since
  ['50%FREE', 60, 60],
  ['+100%FREE', 60, 100],
  ['-50%FREE', 60, 40],
]
for (const [text, has, wanted] of sizes)
  test(`${text} of ${has} MiB`, () =>
    assert.is(bytesOf(parseSize(host, text), room, has * mebibyte) / mebibyte, wanted))

test('sizes are told in their own units', () => {
  assert.is(unitOf(parseSize(host, '10g')), 2 ** 30)
  assert.is(unitOf(parseSize(host, '10')), mebibyte)
  assert.is(unitOf(parseSize(host, '10%VG')), mebibyte)
  assert.is(unitOf(undefined), mebibyte)
})

for (const text of ['', '+', 'ten', '10x', '.5g', '101%VG', '10%ORIGIN', '10%', '1 g', '-', '1\n2'])
  test(`${JSON.stringify(text)} is none`, () => assert.throws(() => parseSize(host, text), /'size' is no size/))

test.run()
