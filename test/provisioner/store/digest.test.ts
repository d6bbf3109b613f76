import * as assert from 'uvu/assert'
import { canonical, digestOf, isDigest } from '../../../provisioner/store/digest.ts'
import { fc } from '../../fc.ts'
import { suite } from '../../suite.ts'

const test = suite('canonical JSON')

const shuffled = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(shuffled)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, item]) => [key, shuffled(item)]),
  )
}

test('it is JSON of the same data, and the order of keys does not matter', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      assert.equal(JSON.parse(canonical(value)), JSON.parse(JSON.stringify(value)))
      assert.is(canonical(shuffled(value)), canonical(value))
    }),
  )
})

test('absent values are left out', () => assert.is(canonical({ b: undefined, a: [undefined, 1] }), '{"a":[null,1]}'))

test('a digest is known by its form', () => {
  assert.ok(isDigest(digestOf('')))
  for (const text of ['', 'sha256:', `sha256:${'G'.repeat(64)}`, `sha256:${'0'.repeat(63)}`, `x${digestOf('')}`])
    assert.not.ok(isDigest(text))
})

test.run()
