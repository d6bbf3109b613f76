import * as assert from 'uvu/assert'
import { pythonLiteral } from '../../../engine/inventory/literal.ts'
import { tool } from '../../../engine/process.ts'
import { Float, Tuple, type Value } from '../../../engine/vars/value.ts'
import { fc, tries } from '../../fc.ts'
import { suite } from '../../suite.ts'

// Values of INI inventories are compared with Python's own ast.literal_eval.
const test = suite('Python literals')

const script = `
import ast, json, sys
def typed(v):
    if isinstance(v, dict): return ['dict', [[typed(k), typed(i)] for k, i in v.items()]]
    if isinstance(v, (list, tuple)): return [type(v).__name__, [typed(i) for i in v]]
    if isinstance(v, (set, bytes, complex)) or v is Ellipsis: return ['other', None]
    if isinstance(v, float): return ['float', repr(v)]
    return [type(v).__name__, str(v)]
def read(t):
    try: return typed(ast.literal_eval(t))
    except RecursionError: return ['other', None]
    except (ValueError, SyntaxError, TypeError, MemoryError): return ['text', t]
json.dump([read(t) for t in json.load(sys.stdin)], sys.stdout)
`

type Typed = [type: string, value: unknown]

const python = async (texts: readonly string[]): Promise<Typed[]> =>
  JSON.parse(
    await tool('/usr/bin/python3', ['-W', 'ignore', '-c', script], { stdin: JSON.stringify(texts) }),
  ) as Typed[]

const typed = (value: Value): Typed => {
  if (value instanceof Map) return ['dict', [...value].map(([key, item]) => [typed(key), typed(item)])]
  if (value instanceof Tuple) return ['tuple', Array.from(value, typed)]
  if (Array.isArray(value)) return ['list', value.map(typed)]
  if (value === null) return ['NoneType', 'None']
  if (typeof value === 'boolean') return ['bool', value ? 'True' : 'False']
  if (value instanceof Float) return ['float', value.value]
  if (typeof value === 'number' && !Number.isInteger(value)) return ['float', value]
  if (typeof value === 'number' || typeof value === 'bigint') return ['int', String(value)]
  return ['str', value]
}

/** Floats by value: Python and JavaScript write them differently. */
const normal = ([type, value]: Typed): Typed => {
  if (type === 'dict') return [type, (value as [Typed, Typed][]).map(([key, item]) => [normal(key), normal(item)])]
  if (type === 'list' || type === 'tuple') return [type, (value as Typed[]).map(normal)]
  return type === 'float' ? [type, Number(String(value).replace('inf', 'Infinity'))] : [type, value]
}

/** Whether it is or holds what JSON has no word for, as a set. */
const isOther = ([type, value]: Typed): boolean =>
  type === 'other' || (Array.isArray(value) && (value.flat(type === 'dict' ? 1 : 0) as Typed[]).some(isOther))

const compare = async (texts: readonly string[]): Promise<void> => {
  const expected = await python(texts)
  for (const [index, text] of texts.entries()) {
    const [type, value] = expected[index]!
    if (isOther([type, value])) continue
    const read = typed(pythonLiteral(text))
    assert.equal(read, type === 'text' ? ['str', text] : normal([type, value]), JSON.stringify(text))
  }
}

const texts = [
  ...[
    '5',
    '-5',
    '+5',
    '--5',
    '- 5',
    '0',
    '00',
    '0644',
    '0o644',
    '0x1F',
    '0b11',
    '1_000',
    '1__0',
    '_1',
    '1_',
    '12345678901234567890',
  ],
  ...[
    '1.0',
    '1.5',
    '.5',
    '5.',
    '1e3',
    '1E-3',
    '1.e2',
    '1..2',
    '1.2.3',
    '0.0',
    '-0.0',
    '1e999',
    '10.0.0.1',
    '1e',
    '5x',
    '5 5',
  ],
  ...['True', 'False', 'None', 'true', 'yes', 'no', 'null', 'TrueX', 'None ', ' True', 'not True', 'x', 'a b', '-True'],
  ...[
    "'a'",
    '"a"',
    "'a' 'b'",
    "'a'b",
    "'it''s'",
    "'",
    '"a',
    "'a\\n'",
    "'\\x41\\u00e9\\101'",
    "r'\\n'",
    "u'x'",
    "'''a'''",
    '"""a\nb"""',
    "'\\q'",
  ],
  ...[
    '[]',
    '[1]',
    '[1,]',
    '[1, 2',
    '[,]',
    '[1 2]',
    '[\'a\', "b", [None]]',
    '()',
    '(1)',
    '(1,)',
    '(1, 2)',
    '1, 2',
    '1,',
    ',',
    '[1],',
  ],
  ...[
    '{}',
    "{'a': 1}",
    "{'a': 1,}",
    "{'a' 1}",
    "{'a': {'b': [True]}}",
    '{1: 2, None: 3}',
    "{'a': 1, 'a': 2}",
    '{[]: 1}',
    '{1.5: 1}',
  ],
  ...[
    '5 # five',
    "'a' # b",
    '# all',
    'abc # trailing',
    '[1, # one\n2]',
    '',
    ' ',
    '\t',
    '1 + 2',
    '1+2',
    'a=b',
    '{{ x }}',
    "'\\N'",
    "'\\x1'",
    "'\\u12'",
    'C:\\dir',
    '%d',
  ],
]

test('known texts', () => compare(texts))

test('random texts', () => {
  const token = fc.constantFrom(
    ...[
      '1',
      '0',
      '.5',
      'e3',
      '-',
      '_',
      "'",
      '"',
      'a',
      '\\',
      '[',
      ']',
      '{',
      '}',
      '(',
      ')',
      ',',
      ':',
      ' ',
      'True',
      'None',
      'x',
      '#',
    ],
  )
  const text = fc.array(token, { maxLength: 8 }).map((parts) => parts.join(''))
  return compare(fc.sample(text, { numRuns: tries(800) }))
})

test('deep nesting stays text', () => {
  const deep = '['.repeat(100_000)
  assert.is(pythonLiteral(deep), deep)
})

test.run()
