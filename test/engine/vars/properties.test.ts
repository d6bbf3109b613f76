import * as assert from 'uvu/assert'
import { Failure } from '../../../engine/failure.ts'
import { createTemplar } from '../../../engine/vars/createtemplar.ts'
import { fromJson, toJson } from '../../../engine/vars/json.ts'
import { equal } from '../../../engine/vars/python/compare.ts'
import { repr } from '../../../engine/vars/python/text.ts'
import { readYaml } from '../../../engine/vars/readyaml.ts'
import { layer } from '../../../engine/vars/scope.ts'
import { type Dict, fromPlain, type Value } from '../../../engine/vars/value.ts'
import { toYaml } from '../../../engine/vars/yamltext.ts'
import { fc, tries } from '../../fc.ts'
import { suite } from '../../suite.ts'

const test = suite('properties of templates')

const at = { file: 'x', line: 1, column: 1 }
const templar = createTemplar({
  warn: () => {},
  decrypt: () => '',
  searchPath: () => ['/'],
  environment: () => undefined,
})
const scope = layer(fromPlain({ a: 1, b: { c: [1, 'x'] }, d: 'text' }) as Dict)

const onlyFailures = (work: () => unknown): boolean => {
  try {
    work()
  } catch (thrown) {
    if (!(thrown instanceof Failure)) throw thrown
  }
  return true
}

const piece = fc.constantFrom(
  ...'{{ }} {% %} {# #} -%} {%- if else endif for in endfor set endset a b.c d x | default( ) ( [ ] { } , : . ~ + - * / // % ** == != < > is not defined and or \'q\' "s" 1 2.5 none true raw endraw macro endmacro block extends include \\ \n'.split(
    ' ',
  ),
)
const soup = fc.array(piece, { maxLength: 14 }).map((parts) => parts.join(' '))

test('any text as a template or expression gives a value or a Failure', () => {
  for (const texts of [fc.string(), soup, soup.map((text) => `{{ ${text} }}`), soup.map((text) => `{% ${text} %}`)]) {
    fc.assert(
      fc.property(
        texts,
        (text) =>
          onlyFailures(() => templar.render(text, 'x', scope)) &&
          onlyFailures(() => templar.expression(text, at, scope)) &&
          onlyFailures(() => templar.references(text, at, 'template')),
      ),
      { numRuns: tries(300) },
    )
  }
})

test('deep nesting is a failure, not a crash', () => {
  for (const text of [
    `${'('.repeat(20_000)}1`,
    `${'['.repeat(20_000)}${']'.repeat(20_000)}`,
    `${'not '.repeat(50_000)}1`,
    `1${' + 1'.repeat(20_000)}`,
  ]) {
    assert.ok(onlyFailures(() => templar.expression(text, at, scope)))
  }
  assert.ok(onlyFailures(() => templar.render('{% if a %}'.repeat(20_000), 'x', scope)))
})

test('text without delimiters is rendered as it is', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme' }).filter((text) => !/\{[{%#]|\r|^#jinja2:/.test(text)),
      (text) => {
        assert.is(templar.render(text, 'x', scope), text)
      },
    ),
  )
})

const data = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(null, true, false),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.string({ unit: 'grapheme' }),
    fc.string({ unit: fc.constantFrom(' ', '\n', 'a', ':', '#', '-', "'", '"', ',', '\t', '1', 'é') }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.string(), tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
})).value

/** Plain data as a Value; a double without a fraction counts as an integer. */
const toValue = (plain: unknown): Value => fromPlain(Object.is(plain, -0) ? 0 : plain)

test('JSON that is written is read back, and any JSON reader reads it', () => {
  fc.assert(
    fc.property(data, (plain) => {
      const value = toValue(plain)
      assert.ok(equal(fromJson(toJson(value)), value))
      assert.ok(
        equal(
          fromJson(
            toJson(value, { indent: 4, sortKeys: true, isAscii: false, itemSeparator: ', ', keySeparator: ': ' }),
          ),
          value,
        ),
      )
      assert.equal(JSON.parse(toJson(value)), JSON.parse(JSON.stringify(plain)))
    }),
  )
})

test('YAML that is written is read back', () => {
  for (const flow of ['leaves', 'never', 'always'] as const) {
    fc.assert(
      fc.property(data, fc.integer({ min: 2, max: 8 }), fc.constantFrom(20, 80), (plain, indent, width) => {
        const value = toValue(plain)
        const text = toYaml(value, { indent, sortKeys: false, width, flow, hasStart: false, allowsUnicode: true })
        assert.ok(equal(readYaml(text), value), `${repr(value)}\n${text}`)
      }),
      { numRuns: tries(60) },
    )
  }
})

test('arithmetic on integers is exact', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }), fc.bigInt({ min: 1n, max: 2n ** 40n }), (a, b) => {
      const integers = (text: string) => BigInt(templar.expression(text, at, scope) as number | bigint)
      const [left, right] = [`(${a})`, `(${b})`]
      assert.is(integers(`${left} + ${right}`), a + b)
      assert.is(integers(`${left} - ${right}`), a - b)
      assert.is(integers(`${left} * ${right}`), a * b)
      assert.is(integers(`(${left} // ${right}) * ${right} + ${left} % ${right}`), a)
      assert.ok(integers(`${left} % ${right}`) >= 0n)
    }),
  )
})

test.run()
