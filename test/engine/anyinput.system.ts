import { Failure } from '../../engine/failure.ts'
import { emptyInventory, ensureHost } from '../../engine/inventory/build.ts'
import { readIni } from '../../engine/inventory/ini.ts'
import { selectHosts } from '../../engine/inventory/pattern.ts'
import { createTemplar } from '../../engine/vars/createtemplar.ts'
import { plugins } from '../../engine/vars/plugins.ts'
import { tuple } from '../../engine/vars/python/sequence.ts'
import { layer } from '../../engine/vars/scope.ts'
import { type Dict, Float, fromPlain, isDict, omit, Tuple, Undefined, type Value } from '../../engine/vars/value.ts'
import { loadYaml } from '../../engine/yaml/load.ts'
import { fc } from '../fc.ts'
import { suite } from '../suite.ts'

// Inputs made of the pieces that each language knows and of chance: whatever people write, they are told where it is
// wrong. `npm run fuzz` tries a million of them.
const test = suite('any input gives a value or a Failure with its place')
const runs = Math.ceil(Number(process.env['INPUTS'] ?? 100_000) / 5)

const at = { file: 'x', line: 1, column: 1 }
const scope = layer(fromPlain({ a: 1, b: { c: [1, 'x'] }, d: 'text', e: null, f: 1.5 }) as Dict)
const templar = createTemplar({
  warn: () => {},
  decrypt: () => '',
  searchPath: () => ['/nowhere'],
  environment: () => undefined,
})
const empty = () => emptyInventory({ sources: [], directory: '/', files: () => [] })

/** Pieces of a language between other text, with or without blanks between them. */
const soup = (pieces: string): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.array(fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...pieces.split(' ')) }, fc.string({ maxLength: 4 })), {
        maxLength: 16,
      }),
      fc.constantFrom(' ', '', '\n'),
    )
    .map(([parts, between]) => parts.join(between))

const jinja = soup(
  '{{ }} {% %} {# #} -%} {%- {{- if elif else endif for in endfor set endset a b.c d x e f | default( map( select( sort join( int float bool regex_replace( to_json from_yaml ( ) [ ] { } , : . ~ + - * / // % ** == != < > is not defined and or "q" 1 2.5 1e400 none true raw endraw macro m endmacro call endcall filter upper endfilter block extends include import loop.index namespace( range( \\ \n',
)
const yaml = soup(
  'a: b: - ? : [ ] { } , & * &x *x ! !vault !unsafe !!str !!int !!binary | > |- >+ \' " # % @ ` --- ... ~ null yes 0644 1:30 1_0 .inf 2024-01-01 << : \t \n \\ {{ }}',
)
const ini = soup(
  '[ ] [a] [a:vars] [a:children] host h[1:3] h[a:c:2] = : k=v "v" \' # ; [1,2] {"a":1} 1.5 0644 True \n \n \t \\',
)
const pattern = soup('all a b h1 h[1:3] * ? ~h.* ! & : , [0] [-1] [0:2] [1:] ( ) ^ $ \\ .')

const methods =
  'append as_integer_ratio capitalize casefold center clear copy count endswith expandtabs extend find format format_map fromkeys get index insert isalnum isdigit istitle items join keys ljust lower maketrans partition pop popitem remove removeprefix replace reverse rfind rjust rpartition rsplit setdefault sort split splitlines startswith strip swapcase title translate update upper values zfill'

/** A copy that methods may change. */
const structure = (one: Value): Value =>
  one instanceof Tuple ? one : Array.isArray(one) ? [...one] : isDict(one) ? new Map(one) : one

/** An input for which something else than a Failure with a message is thrown fails, and is shown at its smallest. */
const never = (inputs: fc.Arbitrary<string>, work: (text: string) => unknown): void => {
  const holds = (text: string): boolean => {
    try {
      work(text)
    } catch (thrown) {
      if (!(thrown instanceof Failure)) throw thrown
      return thrown.message !== ''
    }
    return true
  }
  fc.assert(fc.property(inputs, holds), { numRuns: runs })
}

const limit = 600_000

test(
  'templates and expressions',
  () => {
    let turn = 0
    never(jinja, (text) => {
      turn++
      if (turn % 3 === 0) return templar.expression(text, at, scope)
      return turn % 3 === 1 ? templar.render(text, 'x', scope) : templar.render(`{{ ${text} }}`, 'x', scope)
    })
  },
  limit,
)

/** Values of every type and the sizes at which things go wrong. */
const value = fc.constantFrom<Value>(
  ...([null, true, false, 0, 1, -1, 3, 1_000_000_000, 2 ** 53, 2n ** 70n, 0.5, -2.5, 1e308, Number.NaN] as Value[]),
  ...[
    '',
    'a',
    'A b',
    '3',
    '-1',
    '1.5',
    'é\n\tz',
    '\ud800',
    '[',
    '(',
    '%s',
    '{}',
    '{0[',
    '\\',
    'a: [b',
    '2024-01-01',
    '::1/64',
  ],
  ...['strict', 'name', 'upper', 'odd', 'utf-8', 'sha1', '%', '10.0.0.0/8', '1.2.3', '=', 'http://[', '%Y %', 'linux'],
  ...[
    [],
    {},
    [1, 'a', null],
    [[1], [2, [3]]],
    { a: 1 },
    { name: 'x', list: [1] },
    [{ a: 1 }, { a: 2 }],
    [['k', 'v']],
  ].map((data) => fromPlain(data)),
  tuple(1, 'x'),
  new Float(2),
  new Undefined('nothing'),
  omit,
)

/** How a filter, test or method is called; the values are the variables v0 to v4. */
const call = fc.oneof(
  // A hash without rounds of its own takes long by intent.
  fc
    .constantFrom(...[...plugins.filters.keys()].filter((name) => name !== 'password_hash'))
    .map((name) => `v0 | ${name}`),
  fc.constantFrom(...[...plugins.tests.keys()].filter((name) => /^\w+$/.test(name))).map((name) => `v0 is ${name}`),
  fc.constantFrom(...methods.split(' ')).map((name) => `v0.${name}`),
)
const given = fc.constantFrom('', '()', '(v1)', '(v1, v2)', '(v1, v2, v3)', '(v1, v2, v3, v4)', '(*v1)', '(v1, **v2)')
const option = fc.constantFrom(
  '',
  ...'attribute default case_sensitive reverse start indent width seed repeat'.split(' '),
)

test(
  'filters, tests and methods with arguments of any kind',
  () => {
    const property = fc.property(call, given, option, fc.array(value, { minLength: 5, maxLength: 5 }), (...made) => {
      const [called, form, named, values] = made
      const isMethod = called.startsWith('v0.')
      const list =
        named === '' || !form.startsWith('(v') || form.includes('**') ? form : form.replace(/\)$/, `, ${named}=v4)`)
      const names = layer(new Map(values.map((one, index) => [`v${index}`, structure(one)])))
      try {
        templar.expression(`${called}${isMethod && list === '' ? '()' : list}`, at, names)
      } catch (thrown) {
        if (!(thrown instanceof Failure)) throw thrown
        return thrown.message !== '' && thrown.at !== undefined
      }
      return true
    })
    fc.assert(property, { numRuns: runs })
  },
  limit,
)

test('YAML', () => never(yaml, (text) => loadYaml(text, 'x')), limit)

test(
  'INI inventories',
  () => {
    never(ini, (text) => {
      const [failure] = readIni(empty(), text, 'x', 'x')
      if (failure) throw failure
    })
  },
  limit,
)

test(
  'host patterns',
  () => {
    const inventory = empty()
    for (const name of ['h1', 'h2', 'h3']) ensureHost(inventory, name, 'a')
    never(pattern, (text) => selectHosts(inventory, text, at))
  },
  limit,
)

test.run()
