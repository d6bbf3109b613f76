import * as assert from 'uvu/assert'
import { matches, rangeOf } from '../../../provisioner/http/ranges.ts'
import { fc } from '../../fc.ts'
import { suite } from '../../suite.ts'

const test = suite('ranges')

test('whatever is asked for, a range lies within the content', () => {
  const header = fc.oneof(
    fc.string(),
    fc.tuple(fc.nat(), fc.nat()).map(([a, b]) => `bytes=${a}-${b}`),
    fc.nat().map((n) => `bytes=-${n}`),
    fc.nat().map((n) => `bytes=${n}-`),
  )
  fc.assert(
    fc.property(header, fc.nat(5_000), (text, size) => {
      const range = rangeOf(text, size)
      if (range === undefined || range === 'unsatisfiable') return
      assert.ok(range.start >= 0 && range.start <= range.end && range.end < size)
    }),
  )
})

test('an entity tag is found among several, weak or not', () => {
  assert.ok(matches('"a", W/"b"', '"b"'))
  assert.ok(matches('*', '"b"'))
  assert.not.ok(matches('"ab"', '"b"'))
  assert.not.ok(matches(undefined, '"b"'))
})

test.run()
