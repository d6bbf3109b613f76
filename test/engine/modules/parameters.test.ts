import * as assert from 'uvu/assert'
import { Failure } from '../../../engine/failure.ts'
import type { ModuleSchema } from '../../../engine/modules/module.ts'
import { readParameters } from '../../../engine/modules/parameters.ts'
import { Float, fromPlain, omit, type Value } from '../../../engine/vars/value.ts'
import { suite } from '../../suite.ts'

const test = suite('parameters')
const at = { file: 'play.yml', line: 3, column: 7 }

const schema = (properties: ModuleSchema['properties'], rest: Partial<ModuleSchema> = {}): ModuleSchema => ({
  title: 'SomeParameters',
  description: 'A module.',
  type: 'object',
  properties,
  ...rest,
})

const read = (of: ModuleSchema, given: Record<string, unknown>) =>
  readParameters<Record<string, unknown>>(of, fromPlain(given) as Map<string, Value>, at, 'some')

const problems = (of: ModuleSchema, given: Record<string, unknown>): string[] => {
  try {
    read(of, given)
  } catch (thrown) {
    if (!(thrown instanceof Failure)) throw thrown
    return [thrown, ...thrown.others].map((failure) => {
      assert.equal(failure.at, at)
      assert.is(failure.code, 'module.parameter')
      return failure.hint ? `${failure.message} (${failure.hint})` : failure.message
    })
  }
  return []
}

/** A parameter's schema, a value, and what the module takes; Error when it must be refused. */
const conversions: [ModuleSchema['properties'][string], unknown, unknown][] = [
  ...['yes', 'Yes', 'on', 'true', 'TRUE', 't', 'y', '1', 1, true].map(
    (value): [{ type: 'boolean' }, unknown, boolean] => [{ type: 'boolean' }, value, true],
  ),
  ...['no', 'off', 'False', 'n', 'f', '0', 0, false].map((value): [{ type: 'boolean' }, unknown, boolean] => [
    { type: 'boolean' },
    value,
    false,
  ]),
  [{ type: 'boolean' }, 'maybe', Error],
  [{ type: 'boolean' }, 2, Error],
  [{ type: 'boolean' }, [], Error],
  [{ type: 'integer' }, '42', 42],
  [{ type: 'integer' }, ' -7 ', -7],
  [{ type: 'integer' }, 3, 3],
  [{ type: 'integer' }, '1.5', Error],
  [{ type: 'integer' }, '', Error],
  [{ type: 'integer' }, 'many', Error],
  [{ type: 'number' }, '1.5', 1.5],
  [{ type: 'string' }, 5, '5'],
  [{ type: 'string' }, new Float(1), '1.0'],
  [{ type: 'string' }, true, 'True'],
  [{ type: 'string' }, ['a'], Error],
  [{ type: 'string' }, { a: 1 }, Error],
  [{ type: 'array', items: { type: 'string' } }, 'a,b', ['a', 'b']],
  [{ type: 'array', items: { type: 'string' } }, ['a', 1], ['a', '1']],
  [{ type: 'array', items: { type: 'integer' } }, '200,201', [200, 201]],
  [{ type: 'array', items: { type: 'integer' } }, 200, [200]],
  [{ type: 'array', items: { type: 'integer' } }, 'x', Error],
  [{ type: 'array', items: { type: 'string' } }, { a: 1 }, Error],
  [{ type: 'object' }, '{"a": 1}', { a: 1 }],
  [{ type: 'object' }, 'a=1, b="2 3"', { a: '1', b: '2 3' }],
  [{ type: 'object' }, { a: [1] }, { a: [1] }],
  [{ type: 'object' }, 'text', Error],
  [{ type: 'object' }, '{a', Error],
  [{ type: 'string', format: 'octal' }, 0o644, '0644'],
  [{ type: 'string', format: 'octal' }, '0644', '0644'],
  [{ type: 'string', format: 'octal' }, 'u=rw', 'u=rw'],
  [{ type: 'string', format: 'octal' }, 0o10000, Error],
  [{ type: 'string', enum: ['yes', 'no', 'auto'] }, true, 'yes'],
  [{ type: 'string', enum: ['on', 'off'] }, false, 'off'],
  [{ type: 'string', enum: ['a', 'b'] }, 'c', Error],
  [{ type: ['string', 'object'] }, { a: 1 }, { a: 1 }],
  [{ type: ['string', 'object'] }, 5, '5'],
  [{ format: 'raw' }, { a: [1, 'x', null] }, { a: [1, 'x', null] }],
]

for (const [property, value, expected] of conversions) {
  const shown = `${JSON.stringify(value)} as ${JSON.stringify(property)}`
  test(shown, () => {
    if (expected === Error) assert.is(problems(schema({ it: property }), { it: value }).length, 1, shown)
    else assert.equal(read(schema({ it: property }), { it: value }), { it: expected })
  })
}

test('aliases and defaults', () => {
  const of = schema({
    path: { type: 'string', aliases: ['dest', 'name'] },
    force: { type: 'boolean', default: false },
    list: { type: 'array', items: { type: 'string' }, default: [] },
  })
  assert.equal(read(of, { dest: '/x' }), { path: '/x', force: false, list: [] })
  assert.equal(read(of, { force: 'yes', list: 'a' }), { force: true, list: ['a'] })
})

test('a default is not shared between tasks', () => {
  const of = schema({ list: { type: 'array', default: [] } })
  ;(read(of, {})['list'] as string[]).push('x')
  assert.equal(read(of, {}), { list: [] })
})

test('omit and no value leave a parameter out', () => {
  const of = schema({ mode: { type: 'string' }, state: { type: 'string', default: 'present' } })
  assert.equal(readParameters(of, new Map<string, Value>([['mode', omit]]), at, 'some'), { state: 'present' })
  assert.equal(read(of, { mode: null, state: null }), { state: 'present' })
  assert.equal(problems(schema({ a: { type: 'string' } }, { required: ['a'] }), { a: null }), ["some needs 'a'"])
})

test('the free form fills its parameter', () => {
  assert.equal(read(schema({ cmd: { type: 'string' } }, { freeForm: 'cmd' }), { _raw_params: 'ls' }), { cmd: 'ls' })
})

test('parameters within parameters', () => {
  const of = schema({
    rules: { type: 'array', items: { type: 'object', properties: { port: { type: 'integer' } }, required: ['port'] } },
  })
  assert.equal(read(of, { rules: [{ port: '80' }] }), { rules: [{ port: 80 }] })
  assert.equal(problems(of, { rules: [{ prot: 80 }] }), [
    "some.rules[0] has no parameter 'prot' (did you mean 'port'?)",
    "some.rules[0] needs 'port'",
  ])
})

test('all problems at once, each with what to do', () => {
  const of = schema(
    {
      path: { type: 'string', description: 'The path.' },
      state: { type: 'string', enum: ['absent', 'present'] },
      src: { type: 'string' },
      content: { type: 'string' },
    },
    { required: ['path'], mutuallyExclusive: [['src', 'content']] },
  )
  assert.equal(problems(of, { pth: '/x', state: 'there', src: 'a', content: 'b' }), [
    "some has no parameter 'pth' (did you mean 'path'?)",
    'some: \'state\' must be one of absent, present, not "there"',
    "some needs 'path' (The path.)",
    "some takes only one of 'src', 'content'",
  ])
  assert.equal(problems(schema({ a: {}, b: {} }, { requiredOneOf: [['a', 'b']] }), {}), ["some needs one of 'a', 'b'"])
  assert.equal(problems(of, { path: '/x', zzz: 1 }), ["some has no parameter 'zzz' (known: content, path, src, state)"])
})

test.run()
