import * as assert from 'uvu/assert'
import { Float, fromPlain, omit, Template, Tuple, toPlain } from '../../../engine/vars/value.ts'
import { suite } from '../../suite.ts'

const test = suite('values')

const withoutPrototype = (entries: object): object => Object.assign(Object.create(null), entries)

test('data becomes values, whatever its objects are made of', () => {
  // Parsers give objects without prototype, so that no key of a user's means something to JavaScript.
  const data = withoutPrototype({ a: 1, inner: withoutPrototype({ list: [withoutPrototype({ b: null })] }) })
  assert.equal(
    fromPlain(data),
    new Map<string, unknown>([
      ['a', 1],
      ['inner', new Map([['list', [new Map([['b', null]])]]])],
    ]),
  )
  assert.equal(fromPlain({ constructor: 1, absent: undefined }), new Map([['constructor', 1]]))
  assert.is(fromPlain(undefined), null)
  assert.is(fromPlain(Buffer.from('text')), 'text')
  assert.equal(fromPlain(new Map([['a', { b: 1 }]])), new Map([['a', new Map([['b', 1]])]]))
})

test('values of the language stay what they are', () => {
  const template = new Template('{{ a }}', { file: 'f', line: 1, column: 1 })
  for (const value of [template, new Float(1), omit]) assert.is(fromPlain(value), value)
})

test('values become data', () => {
  const value = new Map([[1, [new Float(2), Tuple.from([3n, omit])]]])
  assert.equal(toPlain(value as never), { 1: [2, [3, null]] })
})

test.run()
