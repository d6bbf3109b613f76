import { spawnSync } from 'node:child_process'
import * as assert from 'uvu/assert'
import { Failure } from '../../../engine/failure.ts'
import { readToml, type TomlValue, tomlText } from '../../../engine/inventory/tomltext.ts'
import { Float } from '../../../engine/vars/value.ts'
import { fc, tries } from '../../fc.ts'
import { suite } from '../../suite.ts'

// What TOML means is compared with Python's tomllib.
const test = suite('TOML')

const document = `# a comment
title = "TOML \\u00e9 \\"quoted\\"" # behind
"quoted key" = 'C:\\literal'
a.b.'c d' = 1
long = """
first \\
   second
third "quoted" """
raw = '''
no \\escape'''
numbers = [1_000, -7, +3, 0xff, 0o17, 0b101, 9007199254740993]
floats = [1.0, -0.5, 3e2, 6.02e-3, inf, 1_0.5]
nested = [[1, 2], ["x",
  "y", # with a comment
]]
truth = {yes = true, "no" = false, deep.er = {}}
empty = []

[servers.alpha]
ip = "10.0.0.1"
[servers]
role = "all"

[[products]]
name = "Hammer"
[products.size]
x = 1
[[products]]
[[products.parts]]
n = 1
`

/** As JSON; floats by their Python text. */
const plain = (value: TomlValue): unknown => {
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, item]) => [key, plain(item)]))
  if (Array.isArray(value)) return value.map(plain)
  if (value instanceof Float) return `float ${value.value}.0`
  if (typeof value === 'bigint') return `int ${value}`
  if (typeof value === 'number')
    return `${Number.isInteger(value) ? 'int' : 'float'} ${value === Infinity ? 'inf' : value}`
  return value
}

const script = `import json, sys, tomllib
def p(v):
    if isinstance(v, dict): return {k: p(i) for k, i in v.items()}
    if isinstance(v, list): return [p(i) for i in v]
    if isinstance(v, bool) or isinstance(v, str): return v
    return type(v).__name__ + ' ' + str(v)
print(json.dumps(p(tomllib.loads(sys.stdin.read()))))`

const python = (text: string): unknown => {
  const { stdout, stderr } = spawnSync('python3', ['-c', script], { input: text, encoding: 'utf8' })
  if (stdout === '') throw new Error(stderr)
  return JSON.parse(stdout)
}

test('a document means what Python reads', () => {
  assert.equal(plain(readToml(document, 'f')), python(document))
})

test('what is written is read as the same, here and by Python', () => {
  const text = tomlText(readToml(document, 'f'))
  assert.equal(plain(readToml(text, 'f')), plain(readToml(document, 'f')))
  assert.equal(python(text), python(document))
})

test('what is no TOML is told with its place', () => {
  const wrong: Readonly<Record<string, readonly [line: number, what: RegExp]>> = {
    'a = 1\na = 2\n': [2, /has a value already/],
    '[a]\n[a]\n': [2, /stands twice/],
    'a = 1\n[a.b]\n': [2, /is no table/],
    'a = "x\n': [1, /no end/],
    'a = \n': [1, /value is missing/],
    'a = 1 2\n': [1, /nothing more/],
    'a = "\\q"': [1, /means nothing/],
    '= 1': [1, /key is missing/],
    'a = [1, 2': [1, /'\]' is missing/],
  }
  for (const [text, [line, what]] of Object.entries(wrong)) {
    try {
      readToml(text, 'f')
      assert.unreachable(text)
    } catch (thrown) {
      assert.instance(thrown, Failure, text)
      assert.match((thrown as Failure).message, what)
      assert.is((thrown as Failure).at?.line, line, text)
    }
  }
})

test('no text makes it throw anything but a Failure', () => {
  const parts = fc.constantFrom(
    '[',
    ']',
    '[[',
    '{',
    '}',
    '=',
    '.',
    '"',
    "'",
    '"""',
    '\\',
    '\n',
    ',',
    '#',
    'a',
    '1',
    '-',
    '1.5',
    ' ',
    'true',
    '\\u12',
  )
  fc.assert(
    fc.property(fc.array(parts, { maxLength: 30 }), (words) => {
      try {
        readToml(words.join(''), 'f')
      } catch (thrown) {
        if (!(thrown instanceof Failure)) throw thrown
      }
    }),
    { numRuns: tries(4000) },
  )
})

test.run()
