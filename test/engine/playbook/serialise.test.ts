import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { createLoader } from '../../../engine/playbook/loader.ts'
import type { Play } from '../../../engine/playbook/play.ts'
import { deserialise, serialise } from '../../../engine/playbook/serialise.ts'
import { Callable, Float, omit, Template, Tuple, Undefined, type Value, Vaulted } from '../../../engine/vars/value.ts'
import { fc, tries } from '../../fc.ts'
import { suite } from '../../suite.ts'

const test = suite('serialise')

const again = <T>(value: T): T => deserialise<T>(JSON.parse(JSON.stringify(serialise(value))))

const at = fc.record({ file: fc.string(), line: fc.nat(), column: fc.nat() }, { noNullPrototype: true })
const text = fc.oneof(fc.string(), fc.constantFrom('$', '__proto__', '{{ x }}', '1', '-0', 'constructor'))
const key = fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null), fc.bigInt({ min: 2n ** 53n }))

const { value } = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constant(null),
    fc.boolean(),
    fc.double(),
    fc.constantFrom(-0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
    fc.integer(),
    fc.bigInt(),
    text,
    fc.integer().map((whole) => new Float(whole)),
    fc.tuple(text, at).map(([source, place]) => new Template(source, place)),
    fc.tuple(text, at).map(([source, place]) => new Vaulted(source, place)),
    fc.tuple(text, fc.option(at, { nil: undefined })).map(([what, place]) => new Undefined(what, place)),
    fc.constant(omit),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.array(tie('value'), { maxLength: 4 }).map((items) => Tuple.from(items) as Tuple),
    fc.array(fc.tuple(key, tie('value')), { maxLength: 4 }).map((entries) => new Map(entries)),
  ),
}))

/** A value as text that tells all differences: types, order, -0, the identity of omit. */
const told = (item: unknown): string => {
  if (item instanceof Tuple) return `tuple(${Array.from(item, told)})`
  if (Array.isArray(item)) return `[${item.map(told)}]`
  if (item instanceof Map) return `{${[...item].map(([name, each]) => `${told(name)}=>${told(each)}`)}}`
  if (item === omit) return 'omit'
  if (typeof item === 'number') return Object.is(item, -0) ? '-0' : `number ${item}`
  if (typeof item === 'bigint') return `bigint ${item}`
  if (item instanceof Object) {
    const name = item.constructor?.name
    return `${name}(${Object.entries(item)
      .filter(([, each]) => each !== undefined)
      .map(([field, each]) => `${field}:${told(each)}`)})`
  }
  return JSON.stringify(item) ?? 'undefined'
}

test('values come back as they were', () => {
  fc.assert(
    fc.property(value, (item) => {
      assert.is(told(again(item)), told(item))
    }),
    { numRuns: tries(200) },
  )
})

test('what occurs twice is one object again', () => {
  const shared = new Map<string, Value>([['a', 1]])
  const [first, second, third] = again([shared, [shared], new Map([['x', shared]])]) as [
    Value,
    Value[],
    Map<string, Value>,
  ]
  assert.is(second[0], first)
  assert.is(third.get('x'), first)
})

test('compiled plays come back as they were, roles as one object', async () => {
  const loader = createLoader({ isModule: () => true, decrypt: (cipher) => cipher, warn: () => {} })
  const { plays } = await loader.playbook(join(import.meta.dirname, 'cases/listing/second.yml'))
  const roles = (
    await createLoader({
      isModule: () => true,
      decrypt: (cipher) => cipher,
      warn: () => {},
      rolesPath: [join(import.meta.dirname, 'cases/listing/roles')],
    }).playbook(join(import.meta.dirname, 'cases/roles.yml'))
  ).plays
  assert.is(told(again(plays)), told(plays))
  const [play] = again<readonly Play[]>(roles)
  assert.is(told(play), told(roles[0]))
  assert.is(play!.roles[0], play!.tasks[0]!.role)
  assert.is(play!.tasks[0]!.block[0]!.role, play!.roles[0])
})

test('what cannot be serialised is a mistake of the program', () => {
  const circle: Value[] = []
  circle.push(circle)
  for (const item of [new Callable('f', () => null), circle, { $: 1 }, () => 1]) assert.throws(() => serialise(item))
})

test.run()
