import { compactJson, toJson } from '../json.ts'
import { fail } from '../python/failing.ts'
import { asNumber, float } from '../python/number.ts'
import { type Dict, isDict, type Value } from '../value.ts'
import type { Query } from './parser.ts'

type Evaluate = (query: Query, data: Value) => Value
type Call = { readonly name: string; readonly args: readonly Value[]; readonly each: (item: Value) => Value }

const typeOf = (value: Value): string => {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  if (isDict(value)) return 'object'
  if (typeof value === 'boolean' || typeof value === 'string') return typeof value
  return 'number'
}

const wrong = (name: string, value: Value, expected: string): never =>
  fail(`json_query: ${name}() needs ${expected}, and this is ${typeOf(value)}`)

const list = ({ name, args }: Call, index = 0): Value[] => {
  const value = args[index] ?? null
  return Array.isArray(value) ? value : wrong(name, value, 'an array')
}
const dict = ({ name }: Call, value: Value): Dict => (isDict(value) ? value : wrong(name, value, 'an object'))
const text = ({ name, args }: Call, index = 0): string => {
  const value = args[index] ?? null
  return typeof value === 'string' ? value : wrong(name, value, 'a string')
}
const number = ({ name }: Call, value: Value): number =>
  (typeOf(value) === 'number' ? asNumber(value) : undefined) ?? wrong(name, value, 'a number')

/** A whole number stays one, as Python's own results do. */
const whole = (value: number): Value => value
const numeric = (value: Value, result: number): Value =>
  typeof value === 'object' && value !== null ? float(result) : result

const order = ({ name }: Call, a: Value, b: Value): number => {
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0
  const [x, y] = [asNumber(a), asNumber(b)]
  if (typeOf(a) !== 'number' || typeOf(b) !== 'number' || x === undefined || y === undefined) {
    return wrong(name, typeOf(a) === 'number' ? b : a, 'numbers or strings alone')
  }
  return x - y
}

const extreme = (call: Call, sign: 1 | -1, key: (item: Value) => Value): Value => {
  let best: Value = null
  for (const item of list(call)) if (best === null || sign * order(call, key(item), key(best)) > 0) best = item
  return best
}

const toNumber = (value: Value): Value => {
  if (typeOf(value) === 'number') return value
  if (typeof value !== 'string' || !/^\s*-?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?\s*$/.test(value)) return null
  return /[.eE]/.test(value) ? float(Number(value)) : Number(value)
}

const self = (item: Value): Value => item

/** JSON without any blanks. */
const dense = { ...compactJson, itemSeparator: ',', keySeparator: ':' }

const functions: Readonly<Record<string, (call: Call) => Value>> = {
  abs: (call) => numeric(call.args[0] ?? null, Math.abs(number(call, call.args[0] ?? null))),
  avg: (call) => {
    const numbers = list(call).map((item) => number(call, item))
    return numbers.length === 0 ? null : float(numbers.reduce((sum, each) => sum + each, 0) / numbers.length)
  },
  ceil: (call) => whole(Math.ceil(number(call, call.args[0] ?? null))),
  contains: (call) => {
    const [where = null, what = null] = call.args
    if (typeof where === 'string') return where.includes(text(call, 1))
    return list(call).some((item) => toJson(item) === toJson(what))
  },
  ends_with: (call) => text(call).endsWith(text(call, 1)),
  floor: (call) => whole(Math.floor(number(call, call.args[0] ?? null))),
  join: (call) =>
    list(call, 1)
      .map((item) => (typeof item === 'string' ? item : wrong(call.name, item, 'an array of strings')))
      .join(text(call)),
  keys: (call) => [...dict(call, call.args[0] ?? null).keys()].map(String),
  length: (call) => {
    const value = call.args[0] ?? null
    if (typeof value === 'string') return [...value].length
    return isDict(value) ? value.size : list(call).length
  },
  map: (call) => list(call, 1).map(call.each),
  max: (call) => extreme(call, 1, self),
  max_by: (call) => extreme(call, 1, call.each),
  merge: (call) => new Map(call.args.flatMap((each) => [...dict(call, each)])),
  min: (call) => extreme(call, -1, self),
  min_by: (call) => extreme(call, -1, call.each),
  not_null: (call) => call.args.find((each) => each !== null) ?? null,
  reverse: (call) => {
    const value = call.args[0] ?? null
    return typeof value === 'string' ? [...value].reverse().join('') : list(call).toReversed()
  },
  sort: (call) => list(call).toSorted((a, b) => order(call, a, b)),
  sort_by: (call) => list(call).toSorted((a, b) => order(call, call.each(a), call.each(b))),
  starts_with: (call) => text(call).startsWith(text(call, 1)),
  sum: (call) => list(call).reduce<Value>((sum, each) => numeric(each, number(call, sum) + number(call, each)), 0),
  to_array: ({ args: [value = null] }) => (Array.isArray(value) ? value : [value]),
  to_number: ({ args: [value = null] }) => toNumber(value),
  to_string: ({ args: [value = null] }) => (typeof value === 'string' ? value : toJson(value, dense)),
  type: ({ args: [value = null] }) => typeOf(value),
  values: (call) => [...dict(call, call.args[0] ?? null).values()],
}

const counts: Readonly<Record<string, number>> = {
  contains: 2,
  ends_with: 2,
  join: 2,
  map: 2,
  max_by: 2,
  min_by: 2,
  sort_by: 2,
  starts_with: 2,
}
const anyCount = new Set(['merge', 'not_null'])

/** Calls a function of JMESPath; `&expression` arguments are what it does with each item. */
export const callFunction = (name: string, args: readonly Query[], data: Value, evaluate: Evaluate): Value => {
  const called = functions[name]
  if (!called) return fail(`json_query: there is no function '${name}'`)
  const count = counts[name] ?? 1
  if (!anyCount.has(name) && args.length !== count) {
    return fail(`json_query: ${name}() takes ${count} ${count === 1 ? 'argument' : 'arguments'}, not ${args.length}`)
  }
  const reference = args.find((each) => each.kind === 'reference')
  if (/_by$|^map$/.test(name) && !reference) return fail(`json_query: ${name}() needs an expression such as '&name'`)
  const each = (item: Value): Value => (reference?.kind === 'reference' ? evaluate(reference.inner, item) : item)
  return called({ name, args: args.map((argument) => evaluate(argument, data)), each })
}
