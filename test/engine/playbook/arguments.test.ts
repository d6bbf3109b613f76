import * as assert from 'uvu/assert'
import { Failure } from '../../../engine/failure.ts'
import { parseArguments } from '../../../engine/playbook/arguments.ts'
import { Template } from '../../../engine/vars/value.ts'
import { fc, tries } from '../../fc.ts'
import { suite } from '../../suite.ts'

const test = suite('k=v arguments')
const at = { file: 'f', line: 3, column: 10 }

/** Templates as their source, so that a case reads as it is written. */
const read = (text: string, action: string): Record<string, unknown> =>
  Object.fromEntries(
    [...parseArguments(text, action, at).values].map(([key, value]) => [
      key,
      value instanceof Template ? value.source : value,
    ]),
  )

const cases: [action: string, text: string, expected: Record<string, unknown>][] = [
  ['copy', 'src=a dest=b', { src: 'a', dest: 'b' }],
  ['copy', 'mode=0644 force=yes', { mode: '0644', force: 'yes' }],
  ['copy', `content="two words" dest='/x y'`, { content: 'two words', dest: '/x y' }],
  ['copy', 'src={{ a b }} dest={{ c | d("x y") }}/z', { src: '{{ a b }}', dest: '{{ c | d("x y") }}/z' }],
  ['copy', 'content=a=b', { content: 'a=b' }],
  ['copy', 'content="a\\nb\\t\\"c\\""', { content: 'a\nb\t"c"' }],
  ['copy', '', {}],
  ['command', 'ls -l /tmp', { _raw_params: 'ls -l /tmp' }],
  ['command', 'ls  -l creates=/x   chdir=/y', { _raw_params: 'ls  -l', creates: '/x', chdir: '/y' }],
  ['command', 'creates=/x touch /x', { _raw_params: 'touch /x', creates: '/x' }],
  ['shell', 'FOO=bar env | grep "a b" > /x', { _raw_params: 'FOO=bar env | grep "a b" > /x' }],
  ['shell', "echo it's", { _raw_params: "echo it's" }],
  ['shell', 'cd /x\nmake\n', { _raw_params: 'cd /x\nmake' }],
  ['shell', 'echo {{ a }} creates={{ b }}', { _raw_params: 'echo {{ a }}', creates: '{{ b }}' }],
  ['meta', 'flush_handlers', { _raw_params: 'flush_handlers' }],
  ['include_tasks', 'a b.yml', { _raw_params: 'a b.yml' }],
  ['include_tasks', '{{ os }}.yml x=1', { _raw_params: '{{ os }}.yml', x: '1' }],
  ['set_fact', 'a=1 b="{{ c }}"', { a: '1', b: '{{ c }}' }],
  ['include_vars', 'file=a.yml name=x', { file: 'a.yml', name: 'x' }],
  ['some.collection.shell', 'ls', { _raw_params: 'ls' }],
]

for (const [action, text, expected] of cases) {
  test(`${action}: ${JSON.stringify(text)}`, () => assert.equal(read(text, action), expected))
}

test('templates and keys know their places', () => {
  const { values, places } = parseArguments('src=a dest="{{ b }}"', 'copy', at)
  assert.equal(
    places,
    new Map([
      ['src', at],
      ['dest', { ...at, column: 16 }],
    ]),
  )
  assert.equal((values.get('dest') as Template).at, { ...at, column: 22 })
  const second = parseArguments('src=a\n  dest={{ b }}', 'copy', at)
  assert.equal(second.places.get('dest'), { file: 'f', line: 4, column: 3 })
})

test('words that are no arguments are told where they stand', () => {
  try {
    parseArguments('src=a just words', 'copy', at)
    assert.unreachable()
  } catch (thrown) {
    assert.instance(thrown, Failure)
    assert.equal((thrown as Failure).at, { ...at, column: 16 })
  }
})

test('parsing never throws anything but a Failure', () => {
  const token = fc.constantFrom(
    'a',
    '=',
    ' ',
    '"',
    "'",
    '\\',
    '{{',
    '}}',
    '{%',
    '%}',
    '\n',
    'creates',
    'x',
    'n',
    '\\x41',
  )
  const action = fc.constantFrom('copy', 'command', 'set_fact')
  fc.assert(
    fc.property(fc.array(token, { maxLength: 20 }), action, (tokens, name) => {
      try {
        parseArguments(tokens.join(''), name, at)
      } catch (thrown) {
        if (!(thrown instanceof Failure)) throw thrown
      }
    }),
    { numRuns: tries(600) },
  )
})

test.run()
