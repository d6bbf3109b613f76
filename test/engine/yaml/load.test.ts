import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { Failure, type Position } from '../../../engine/failure.ts'
import { tool } from '../../../engine/process.ts'
import { Float, Template, type Value, Vaulted } from '../../../engine/vars/value.ts'
import { loadYaml } from '../../../engine/yaml/load.ts'
import { fc, tries } from '../../fc.ts'
import { suite } from '../../suite.ts'

// What a text means is compared with PyYAML, which Ansible reads its files with.
const test = suite('yaml')
const root = join(import.meta.dirname, '../../..')

type Typed = readonly [type: string, value: unknown]

/** A float as Python's float.hex() writes it, by way of its bits. */
const hex = (number: number): string => {
  const bits = new DataView(new ArrayBuffer(8))
  bits.setFloat64(0, number)
  return bits.getBigUint64(0).toString(16)
}

const bitsOfHex = (text: string): string => {
  if (text === 'inf' || text === '-inf' || text === 'nan') {
    return hex(text === 'nan' ? Number.NaN : text === 'inf' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY)
  }
  const [, sign, whole, fraction, exponent] = /^(-?)0x([01])\.([0-9a-f]+)p([-+]\d+)$/.exec(text)!
  const mantissa = Number(whole) + Number.parseInt(fraction!, 16) / 16 ** fraction!.length
  return hex((sign ? -1 : 1) * mantissa * 2 ** Number(exponent))
}

const typed = (value: Value): Typed => {
  if (value instanceof Map) return ['dict', [...value].map(([key, item]) => [typed(key), typed(item)])]
  if (Array.isArray(value)) return ['list', value.map(typed)]
  if (value === null) return ['NoneType', null]
  if (typeof value === 'boolean') return ['bool', value ? 'True' : 'False']
  if (value instanceof Float) return ['float', hex(value.value)]
  if (typeof value === 'number' && !Number.isInteger(value)) return ['float', hex(value)]
  if (typeof value === 'number' || typeof value === 'bigint') return ['int', String(value)]
  if (value instanceof Template) return ['str', value.source]
  return ['str', value]
}

const read = (text: string): Typed => {
  try {
    return typed(loadYaml(text, 'text.yml').value)
  } catch (thrown) {
    if (thrown instanceof Failure) return ['error', null]
    throw thrown
  }
}

const normal = ([type, value]: Typed): Typed => {
  if (type === 'dict') {
    return [type, (value as [Typed, Typed][]).map(([key, item]) => [normal(key), normal(item)])]
  }
  if (type === 'list') return [type, (value as Typed[]).map(normal)]
  return type === 'float' && String(value).match(/x|inf|nan/) ? [type, bitsOfHex(String(value))] : [type, value]
}

const pyyaml = async (texts: readonly string[]): Promise<Typed[]> => {
  const script = join(import.meta.dirname, 'pyyaml.py')
  const found = JSON.parse(await tool('/usr/bin/python3', [script], { stdin: JSON.stringify(texts) })) as Typed[]
  return found.map(normal)
}

const compare = async (texts: readonly string[]): Promise<void> => {
  const expected = await pyyaml(texts)
  for (const [index, text] of texts.entries()) {
    assert.equal(read(text), expected[index], JSON.stringify(text))
  }
}

const scalars = [
  ...[
    'y',
    'n',
    'Y',
    'N',
    'yes',
    'no',
    'Yes',
    'NO',
    'on',
    'off',
    'True',
    'FALSE',
    'tRue',
    '~',
    'null',
    'Null',
    'NULL',
    '',
  ],
  ...[
    '0',
    '00',
    '0644',
    '0o644',
    '08',
    '09',
    '010',
    '-0644',
    '+12',
    '-0',
    '1_000',
    '_1',
    '0_',
    '0b101',
    '0b12',
    '0x1F',
    '0xG',
  ],
  ...[
    '12:30',
    '1:60',
    '190:20:30',
    '-1:30',
    '0:30',
    '01:30',
    '12:30:45.5',
    '9223372036854775807',
    '99999999999999999999',
  ],
  ...[
    '1.0',
    '1.',
    '.5',
    '-.5',
    '+.5',
    '1e3',
    '1.5e3',
    '1.5e+3',
    '1.5E-3',
    '1.e+3',
    '.',
    '..',
    '...x',
    '.inf',
    '-.INF',
    '+.inf',
    '.nan',
    '.NaN',
  ],
  ...[
    '1_0.5',
    '.1_',
    '2024-01-01',
    '2024-01-01 10:00:00',
    '=',
    '<<x',
    '1.2.3',
    '10.0.0.1',
    'a:b',
    'a#b',
    '-a',
    '?a',
    ':a',
    '1-2',
    '+',
    '-',
  ],
]

test('plain scalars mean what they mean to PyYAML', () =>
  compare(scalars.flatMap((text) => [`a: ${text}\n`, `- ${text}\n`, ...(text === '' ? [] : [`? ${text}\n: 1\n`])])))

const structures = [
  'a: "under\nindented\n  lines"\nb: 1\n',
  "a:\n  b: 'under\nindented'\n",
  'a: "x\\\n  y"\n',
  'a: >\n  folded\n  text\n\n  more\nb: |-\n  literal\n   deeper\n',
  'a: |2\n    two more\nb: |+\n  kept\n\n\nc: >-\n  x\n',
  'a: &x {b: 1, c: 2}\nd: {<<: *x, c: 3}\n',
  'a: &x {b: 1}\ny: &y {b: 2, c: 3}\nd:\n  <<: [*x, *y]\n  e: 1\n',
  'a: 1\nb: 2\na: 3\n',
  '? a\n: b\n? c\n',
  'a:\n- 1\n- 2\nb:\n  - 3\n',
  '- - 1\n  - 2\n- [3, {a: b}]\n',
  '{a: 1, "b": [x, y], c: }\n',
  '--- \na: 1\n...\n',
  '# only a comment\n',
  '',
  '---\n',
  '%YAML 1.1\n---\na: yes\n',
  'a: !!str 1\nb: !!int "2"\nc: !!float 1\nd: !!bool "yes"\ne: !!null x\n',
  '1: a\n1.5: b\n~: d\n',
  'a: "\\x41\\u00e9\\t\\/"\n',
  "a: 'it''s'\n",
  'a: b # comment\nc: "d" # comment\n',
  'a: b\r\nc: d\r\n',
  'a:   \n  b\n  c\nd: e\n',
  'key with spaces: value with spaces\n',
  'a: http://x/y?z=1\n',
  '"a": {"b": [1, 2, {"c": null}]}\n',
  'a: "{{ x }}"\nb: plain {{ x }}\n',
]

test('structures mean what they mean to PyYAML', () => compare(structures))

test("this repository's files mean what they mean to PyYAML", async () => {
  const files = globSync('{playbooks,roles,inventory,test/engine/run}/**/*.yml', { cwd: root }).map((file) =>
    join(root, file),
  )
  assert.ok(files.length > 10)
  const texts = files.map((file) => readFileSync(file, 'utf8'))
  const expected = await pyyaml(texts)
  for (const [index, text] of texts.entries()) assert.equal(read(text), expected[index], files[index])
})

test('random plain scalars mean what they mean to PyYAML', async () => {
  const character = fc.constantFrom(...'0123456789+-._:eEoxbyYnN~'.split(''))
  const word = fc.array(character, { minLength: 1, maxLength: 7 }).map((parts) => parts.join(''))
  const texts = fc.sample(word, { numRuns: tries(300) }).map((text) => `a: '${text}'\nb: [${text}]\n`)
  const expected = await pyyaml(texts)
  for (const [index, text] of texts.entries()) {
    // a question of syntax, not of meaning: `[- a]`, `[a: b]`
    if (expected[index]![0] === 'error' || read(text)[0] === 'error') continue
    assert.equal(read(text), expected[index], text)
  }
})

test('reading never throws anything but a Failure with a place', () => {
  const token = fc.constantFrom(
    ...[
      'a',
      ':',
      ' ',
      '  ',
      '\n',
      '- ',
      '"',
      "'",
      '{',
      '}',
      '[',
      ']',
      '{{ x }}',
      '{%',
      '#',
      '&a',
      '*a',
      '!vault',
      '!!int',
      '|',
      '>',
      '\t',
    ],
    ...[',', '?', '<<', '---', '%', '@', '\\', '0644', 'yes', '.', '\u0000', '\uFEFF', '\r\n'],
  )
  fc.assert(
    fc.property(
      fc.oneof(
        fc.array(token, { maxLength: 40 }).map((parts) => parts.join('')),
        fc.string(),
      ),
      (text) => {
        try {
          loadYaml(text, 'text.yml')
        } catch (thrown) {
          if (!(thrown instanceof Failure)) throw thrown
          for (const failure of [thrown, ...thrown.others]) {
            assert.ok(failure.at && failure.at.line > 0 && failure.at.column > 0, JSON.stringify(text))
            assert.ok(failure.at!.line <= text.split('\n').length, JSON.stringify(text))
          }
        }
      },
    ),
    { numRuns: tries(400) },
  )
})

test('text nested too deep is a Failure', () => {
  assert.throws(
    () => loadYaml('['.repeat(100_000), 'f'),
    (thrown: unknown) => thrown instanceof Failure,
  )
})

const place = (line: number, column: number): Position => ({ file: 'f', line, column })

test('templates know where their first character stands', () => {
  const { value } = loadYaml('a: {{ x\nb: 1'.replace('{{ x', '"{{ x }}"'), 'f')
  assert.equal((value as Map<string, Value>).get('a'), new Template('{{ x }}', place(1, 5)))
  const cases: [text: string, at: Position][] = [
    ['- x {{ y }}', place(1, 3)],
    ["a:\n  b: '{{ y }}'", place(2, 7)],
    ['a: |\n\n   {{ y }}\n', place(2, 1)],
    ['a: >-\n   {{ y }}\n', place(2, 4)],
    ['a: &x "{{ y }}"', place(1, 8)],
    ['a: !!str "{{ y }}"', place(1, 11)],
  ]
  for (const [text, at] of cases) {
    const first = (value: Value): Value =>
      value instanceof Map || Array.isArray(value) ? first([...value.values()][0]!) : value
    const found = first(loadYaml(text, 'f').value)
    assert.instance(found, Template)
    assert.equal((found as Template).at, at, text)
  }
})

test('!unsafe, untrusted text and keys hold no templates; !vault is encrypted', () => {
  const text =
    'a: !unsafe "{{ x }}"\nb: !unsafe ["{{ y }}"]\n"{{ k }}": 1\nc: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  6161\n'
  const value = loadYaml(text, 'f').value as Map<string, Value>
  assert.is(value.get('a'), '{{ x }}')
  assert.equal(value.get('b'), ['{{ y }}'])
  assert.is(value.get('{{ k }}'), 1)
  assert.equal(value.get('c'), new Vaulted('$ANSIBLE_VAULT;1.1;AES256\n6161\n', place(5, 3)))
  assert.equal(loadYaml('"{{ x }}"', 'f', { trusted: false }).value, '{{ x }}')
})

test('every key and value has its place', () => {
  const root = loadYaml('a: 1\nb:\n  - x\n  - {c: d}\n', 'f')
  assert.ok(root.kind === 'map')
  const b = root.kind === 'map' ? root.entries.get('b')! : undefined
  assert.equal(b?.at, place(2, 1))
  assert.ok(b?.node.kind === 'list')
  const [x, map] = b?.node.kind === 'list' ? b.node.items : []
  assert.equal(x?.at, place(3, 5))
  assert.equal(map?.kind === 'map' && map.entries.get('c')?.node.at, place(4, 9))
})

test('a duplicate key is told, and the last value counts', () => {
  const told: string[] = []
  const { value } = loadYaml('a: 1\nb: 2\na: 3\n', 'f', { warn: (message, at) => told.push(`${at.line}: ${message}`) })
  assert.equal(
    value,
    new Map([
      ['a', 3],
      ['b', 2],
    ]),
  )
  assert.equal(told, [
    '3: While constructing a mapping from f, line 1, column 1, found a duplicate dict key (a). Using last defined value only.',
  ])
})

test('an alias shares the value of its anchor', () => {
  const value = loadYaml('a: &x [1]\nb: *x\n', 'f').value as Map<string, Value>
  assert.is(value.get('a'), value.get('b'))
  const many = `a: &a [x, x]\n${'bcdefghijklmnopqrstuvwxyz'
    .split('')
    .map(
      (name, index) =>
        `${name}: &${name} [*${'abcdefghijklmnopqrstuvwxyz'[index]}, *${'abcdefghijklmnopqrstuvwxyz'[index]}]`,
    )
    .join('\n')}\n`
  assert.is((loadYaml(many, 'f').value as Map<string, Value>).size, 26)
})

test('JSON with tabs between its tokens is read', () => {
  assert.equal(loadYaml('{\n\t"a":\t[1,\n\t\t2]\n}', 'f').value, new Map([['a', [1, 2]]]))
})

test.run()
