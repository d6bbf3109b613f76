import type { Context, Filter } from '../context.ts'
import { attribute, item } from '../python/access.ts'
import { equal, isTrue, order } from '../python/compare.ts'
import { fail } from '../python/failing.ts'
import { namedTuple } from '../python/fields.ts'
import { arithmetic } from '../python/number.ts'
import { items, tuple } from '../python/sequence.ts'
import { text } from '../python/text.ts'
import { isDict, Undefined, type Value } from '../value.ts'
import { distinct } from './distinct.ts'
import { flagOr, listOf } from './given.ts'

/** The items of a value, each evaluated as far as its own outside goes. */
const settled = (value: Value, context: Context): Value[] => items(value).map((part) => context.settle(part))

/** As `settled`; what is false, as None or 0, passes for an empty list. */
const settledOrNone = (value: Value, context: Context): Value[] =>
  value instanceof Undefined || isTrue(value) ? settled(value, context) : []

/** Gets `a.b.0` of an item: what `map(attribute=…)`, `sort(attribute=…)` and `selectattr` look at. */
const getter = (path: Value, context: Context): ((value: Value) => Value) => {
  const steps: Value[] =
    typeof path === 'string' ? path.split('.').map((step) => (/^\d+$/.test(step) ? Number(step) : step)) : [path]
  return (value) => {
    let current = value
    for (const step of steps) {
      const found = item(current, step)
      current = context.settle(
        found instanceof Undefined && typeof step === 'string' ? attribute(current, step) : found,
      )
    }
    return current
  }
}

const folded = (value: Value, isCaseSensitive: boolean): Value =>
  typeof value === 'string' && !isCaseSensitive ? value.toLowerCase() : value

/** What `sort`, `unique`, `min` … compare: an attribute, case folded unless told otherwise. */
const comparable = (path: Value | undefined, isCaseSensitive: boolean, context: Context): ((value: Value) => Value) => {
  const get = path === undefined || path === null ? (value: Value) => value : getter(path, context)
  return (value) => {
    const found = context.resolve(get(value))
    return folded(found, isCaseSensitive)
  }
}

const sorted = (all: readonly Value[], keyOf: (value: Value) => Value): Value[] =>
  all
    .map((value) => ({ value, key: keyOf(value) }))
    .sort((left, right) => order(left.key, right.key))
    .map(({ value }) => value)

const sort: Filter = {
  parameters: ['reverse', 'case_sensitive', 'attribute'],
  isLazy: true,
  apply: (input, [reverse, caseSensitive, path], context) => {
    const isCaseSensitive = flagOr(caseSensitive, false)
    const paths = typeof path === 'string' && path.includes(',') ? path.split(',') : undefined
    const keyOf = paths
      ? (
          (getters) => (value: Value) =>
            tuple(...getters.map((get) => get(value)))
        )(paths.map((one) => comparable(one, isCaseSensitive, context)))
      : comparable(path, isCaseSensitive, context)
    const all = settled(input, context)
    // A stable sort that is reversed keeps equal items in their order.
    return flagOr(reverse, false) ? sorted(all.reverse(), keyOf).reverse() : sorted(all, keyOf)
  },
}

const extreme = (sign: 1 | -1): Filter => ({
  parameters: ['case_sensitive', 'attribute'],
  isLazy: true,
  apply: (input, [caseSensitive, path], context) => {
    const keyOf = comparable(path, flagOr(caseSensitive, false), context)
    const [first, ...rest] = settled(input, context)
    if (first === undefined) return new Undefined('an empty list has no smallest or largest item')
    let best = first
    let bestKey = keyOf(first)
    for (const value of rest) {
      const key = keyOf(value)
      if (order(key, bestKey) * sign > 0) {
        best = value
        bestKey = key
      }
    }
    return best
  },
})

const map: Filter = {
  parameters: ['filter', '*arguments', '**named'],
  isLazy: true,
  apply: (input, [filter, rest, named], context) => {
    const options = new Map<string, Value>(
      named !== undefined && isDict(named) ? [...named].map(([key, value]) => [String(key), value]) : [],
    )
    const path = options.get('attribute')
    const all = settledOrNone(input, context)
    if (filter === undefined && path !== undefined) {
      const get = getter(path, context)
      const fallback = options.get('default')
      return all.map((value) => {
        const found = get(value)
        return found instanceof Undefined && fallback !== undefined ? fallback : found
      })
    }
    if (typeof filter !== 'string') return fail('map needs the name of a filter, or attribute=')
    return all.map((value) => context.filter(filter, value, listOf(rest), options))
  },
}

const selecting = (wanted: boolean, hasAttribute: boolean): Filter => ({
  parameters: hasAttribute ? ['attribute', 'test', '*arguments', '**named'] : ['test', '*arguments', '**named'],
  isLazy: true,
  apply: (input, given, context) => {
    const [path, test, rest, named] = hasAttribute ? given : [undefined, ...given]
    const get = path === undefined ? (value: Value) => value : getter(path, context)
    const options = new Map<string, Value>(
      named !== undefined && isDict(named) ? [...named].map(([key, value]) => [String(key), value]) : [],
    )
    return settledOrNone(input, context).filter((value) => {
      const looked = get(value)
      const holds = test === undefined ? isTrue(looked) : context.test(text(test), looked, listOf(rest), options)
      return holds === wanted
    })
  },
})

/** Groups items by a value, in the order of those values: pairs with the names `grouper` and `list`. */
const groupby: Filter = {
  parameters: ['attribute', 'default', 'case_sensitive'],
  isLazy: true,
  apply: (input, [path, fallback, caseSensitive], context) => {
    const get = getter(path ?? fail('groupby needs an attribute'), context)
    const groupOf = (value: Value): Value => {
      const found = get(value)
      return context.resolve(found instanceof Undefined && fallback !== undefined ? fallback : found)
    }
    const isCaseSensitive = flagOr(caseSensitive, false)
    const groups: { key: Value; first: Value; members: Value[] }[] = []
    for (const member of sorted(settled(input, context), (value) => folded(groupOf(value), isCaseSensitive))) {
      const key = folded(groupOf(member), isCaseSensitive)
      const last = groups.at(-1)
      if (last && equal(last.key, key)) last.members.push(member)
      else groups.push({ key, first: groupOf(member), members: [member] })
    }
    return groups.map(({ first, members }) => namedTuple({ grouper: first, list: members }))
  },
}

/** Filters that look at each item, or at an attribute of it, and leave the rest unevaluated. */
export const selectionFilters: Readonly<Record<string, Filter>> = {
  groupby,
  map,
  max: extreme(1),
  min: extreme(-1),
  reject: selecting(false, false),
  rejectattr: selecting(false, true),
  select: selecting(true, false),
  selectattr: selecting(true, true),
  sort,
  sum: {
    parameters: ['attribute', 'start'],
    isLazy: true,
    apply: (input, [path, start], context) => {
      const get = path === undefined || path === null ? (value: Value) => value : getter(path, context)
      return settled(input, context).reduce<Value>((total, value) => {
        const next = context.resolve(get(value))
        return Array.isArray(total) && Array.isArray(next) ? total.concat(next) : arithmetic('+', total, next)
      }, start ?? 0)
    },
  },
  unique: {
    parameters: ['case_sensitive', 'attribute'],
    isLazy: true,
    apply: (input, [caseSensitive, path], context) => {
      const keyOf = comparable(path, flagOr(caseSensitive, false), context)
      return distinct(settled(input, context), keyOf)
    },
  },
}
