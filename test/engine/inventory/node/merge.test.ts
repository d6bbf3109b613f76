import * as assert from 'uvu/assert'
import { fields, type Merged, merge, originAt, plain } from '../../../../engine/inventory/node/merge.ts'
import { fc } from '../../../fc.ts'
import { suite } from '../../../suite.ts'

const test = suite('node record: merge')

/** Lays values over each other, the first one first; each comes from a source of its own: a, b, c … */
const layers = (...values: unknown[]): Merged | undefined =>
  values.reduce<Merged | undefined>(
    (merged, value, index) => merge(merged, value, { source: String.fromCharCode(97 + index) }),
    undefined,
  )

const cases: { what: string; layers: unknown[]; merged: unknown }[] = [
  { what: 'a later scalar wins', layers: ['a', 'b'], merged: 'b' },
  {
    what: 'false and empty win too',
    layers: [
      { x: true, y: 'text' },
      { x: false, y: '' },
    ],
    merged: { x: false, y: '' },
  },
  { what: 'maps merge deeply', layers: [{ a: { x: 1 } }, { a: { y: 2 }, b: 3 }], merged: { a: { x: 1, y: 2 }, b: 3 } },
  { what: 'lists append', layers: [['quiet'], ['iommu=pt']], merged: ['quiet', 'iommu=pt'] },
  {
    what: '~x removes x from a list',
    layers: [
      ['a', 'b', 'a'],
      ['~a', 'c'],
    ],
    merged: ['b', 'c'],
  },
  { what: '~x of nothing removes nothing', layers: [['a'], ['~b']], merged: ['a'] },
  { what: 'what was removed may come again', layers: [['a', 'b'], ['~a'], ['a']], merged: ['b', 'a'] },
  {
    what: 'an item that is there already moves to the end',
    layers: [['console=tty0', 'console=ttyS0'], ['console=tty0']],
    merged: ['console=ttyS0', 'console=tty0'],
  },
  { what: 'numbers and texts are different items', layers: [[1], ['1']], merged: [1, '1'] },
  { what: '~x removes a key', layers: [{ a: 1, b: 2 }, { '~a': null }], merged: { b: 2 } },
  { what: 'null removes a key', layers: [{ a: { x: 1 }, b: 2 }, { a: null }], merged: { b: 2 } },
  { what: 'a list replaces what is none', layers: ['text', ['a']], merged: ['a'] },
  { what: 'a map replaces what is none', layers: [['a'], { b: 1 }], merged: { b: 1 } },
  { what: 'objects in lists append', layers: [[{ to: 'x' }], [{ to: 'y' }]], merged: [{ to: 'x' }, { to: 'y' }] },
]

for (const { what, layers: values, merged } of cases) {
  test(what, () => {
    const result = layers(...values)
    assert.equal(result && plain(result), merged)
  })
}

test('every field knows where it comes from', () => {
  const merged = layers(
    { a: 1, list: ['x', 'y'], map: { k: 1 } },
    { list: ['~x', 'z'], map: { l: 2 } },
    { map: { k: 3 } },
  )!
  assert.equal(
    [...fields(merged)].map(({ path, value, origin }) => [path.join('.'), value, origin.source]),
    [
      ['a', 1, 'a'],
      ['list.0', 'y', 'a'],
      ['list.1', 'z', 'b'],
      ['map.k', 3, 'c'],
      ['map.l', 2, 'b'],
    ],
  )
  assert.is(originAt(merged, ['map', 'k'])?.source, 'c')
  assert.is(originAt(merged, ['map', 'k', 'below'])?.source, 'c')
  assert.is(originAt(merged, ['list', 1])?.source, 'b')
  assert.is(originAt(merged, ['map', 'absent'])?.source, 'a')
})

const scalar = fc.oneof(
  fc.integer(),
  fc.boolean(),
  fc.string().filter((text) => !text.startsWith('~')),
)
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    scalar,
    fc.dictionary(
      fc.string({ minLength: 1 }).filter((key) => !key.startsWith('~') && !['__proto__', 'constructor'].includes(key)), // assert.equal looks at constructors
      tie('value'),
      { noNullPrototype: true },
    ),
  ),
}))

test('a layer alone is itself; the same layer twice is the layer once', () => {
  fc.assert(
    fc.property(value, (data) => {
      assert.equal(plain(layers(data)!), data)
      assert.equal(plain(layers(data, data)!), data)
    }),
  )
})

test.run()
