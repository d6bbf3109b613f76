import * as assert from 'uvu/assert'
import { parted } from '../../../engine/modules/parted/parted.ts'
import { endsAt } from '../../../engine/modules/parted/print.ts'
import { suite } from '../../suite.ts'
import { runCases } from './cases.ts'

const test = suite('places on a disk')

test('are the same as exactly as parted takes them', () => {
  const disk = { size: 100e9, logical_block: 512 }
  assert.ok(endsAt(10 * 2 ** 30 - 1, '10GiB', 'KiB', disk))
  assert.not.ok(endsAt(10 * 2 ** 30 + 2 ** 21, '10GiB', 'KiB', disk))
  assert.ok(endsAt(10.4e9, '10GB', 'KiB', disk))
  assert.ok(endsAt(10 * 2 ** 30, '10', 'GiB', disk))
  assert.ok(endsAt(90e9, '-10GB', 'KiB', disk))
  assert.ok(endsAt(512 * 2048, '2048s', 'KiB', disk))
  assert.is(endsAt(1, '5cyl', 'KiB', disk), undefined)
})

test.run()

runCases(parted)
