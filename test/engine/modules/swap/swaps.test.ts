import * as assert from 'uvu/assert'
import { parseSwaps, sizeOf } from '../../../../engine/modules/swap/swaps.ts'
import { suite } from '../../../suite.ts'

const test = suite('swap areas')

test('areas in use and their priorities', () => {
  const text = `Filename				Type		Size		Used		Priority
/dev/nvme0n1                            partition	65532		0		-2
/mnt/swap\\040file                       file		8188		0		10
`
  assert.equal(Object.fromEntries(parseSwaps(text)), { '/dev/nvme0n1': -2, '/mnt/swap file': 10 })
})

const sizes: readonly (readonly [string, number | undefined])[] = [
  ['512', 2 ** 29],
  ['4G', 2 ** 32],
  ['4GiB', 2 ** 32],
  ['1.5 gb', 1.5 * 2 ** 30],
  ['1000k', 1024000],
  ['5k', 8192],
  ['', undefined],
  ['-1', undefined],
  ['4X', undefined],
  ['4G0', undefined],
]
for (const [text, bytes] of sizes) test(`'${text}'`, () => assert.is(sizeOf(text), bytes))

test.run()
