import * as assert from 'uvu/assert'
import { tapOf } from '../../../provisioner/lab/paths.ts'
import { suite } from '../../suite.ts'

const test = suite('lab paths')

test('a tap is named after its node and NIC', () => {
  assert.is(tapOf('n01', 1), 'n01-1')
})

test('the taps of nodes with long names are short and differ', () => {
  const names = [
    'rack01-chassis02-node003',
    'rack01-chassis02-node004',
    'rack01-chassis02-node03',
    'exactly-13-ab',
    'exactly-14-abc',
  ]
  const taps = names.flatMap((name) => [tapOf(name, 0), tapOf(name, 7)])
  assert.is(new Set(taps).size, taps.length)
  for (const tap of taps) assert.ok(tap.length <= 15, tap)
})

test.run()
