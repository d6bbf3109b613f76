import type { Context, Filter } from '../context.ts'
import { attribute, item } from '../python/access.ts'
import { equal, isTrue, order } from '../python/compare.ts'
import { fail } from '../python/failing.ts'
import { namedTuple } from '../python/fields.ts'
import { arithmetic } from '../python/number.ts'
import { items, length, tuple } from '../python/sequence.ts'
import { text } from '../python/text.ts'
import { Float, isDict, Undefined, type Value } from '../value.ts'
import { compareLoose } from '../version.ts'
import { flagOr, integerOr, listOf, strictList, textOr } from './given.ts'

/** The items of a value, each evaluated as far as its own outside goes. */
const settled = (value: Value, context: Context): Value[] => items(value).map((part) => context.settle(part))

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

/** Numbers that Python counts as equal, as one number. */
const folding = (value: Value): Value => {
  if (typeof value === 'boolean') return Number(value)
  return value instanceof Float ? value.value : value
}

/** A set of values by Python's equality; quick for the scalars that lists mostly hold. */
class Seen {
  private readonly scalars = new Set<Value>()
  private readonly others: Value[] = []
  has(value: Value): boolean {
    const folded = folding(value)
    return this.scalars.has(folded) || (isContainer(folded) && this.others.some((other) => equal(other, folded)))
  }
  /** True when the value was not there yet. */
  add(value: Value): boolean {
    if (this.has(value)) return false
    const folded = folding(value)
    if (isContainer(folded)) this.others.push(folded)
    else this.scalars.add(folded)
    return true
  }
}

const isContainer = (value: Value): boolean => value !== null && typeof value === 'object'

const distinct = (all: readonly Value[], keyOf: (value: Value) => Value = (value) => value): Value[] => {
  const seen = new Seen()
  return all.filter((value) => seen.add(keyOf(value)))
}

const among = (all: readonly Value[]): Seen => {
  const seen = new Seen()
  for (const value of all) seen.add(value)
  return seen
}

const combining = (combine: (left: Value[], right: Value[]) => Value[]): Filter => ({
  parameters: ['other'],
  apply: (input, [other]) => combine(listOf(input), listOf(other)),
})

const without = (left: Value[], right: Value[]): Value[] => {
  const unwanted = among(right)
  return left.filter((value) => !unwanted.has(value))
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
    const all = settled(input, context)
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
    return settled(input, context).filter((value) => {
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

const flatten = (all: readonly Value[], levels: number, skipsNulls: boolean): Value[] => {
  const flat: Value[] = []
  for (const value of all) {
    if (skipsNulls && (value === null || value === 'None' || value === 'null')) continue
    if (Array.isArray(value) && levels !== 0) flat.push(...flatten(value, levels - 1, skipsNulls))
    else flat.push(value)
  }
  return flat
}

const slices = (all: readonly Value[], count: number, fill: Value | undefined): Value[] => {
  const size = Math.floor(all.length / count)
  const longer = all.length % count
  let start = 0
  return Array.from({ length: count }, (_, index) => {
    const end = start + size + (index < longer ? 1 : 0)
    const part = all.slice(start, end)
    start = end
    if (fill !== undefined && fill !== null && index >= longer && longer > 0) part.push(fill)
    return part
  })
}

const batches = (all: readonly Value[], size: number, fill: Value | undefined): Value[] => {
  const rows: Value[][] = []
  for (let start = 0; start < all.length; start += size) rows.push(all.slice(start, start + size))
  const last = rows.at(-1)
  if (last && fill !== undefined && fill !== null) while (last.length < size) last.push(fill)
  return rows
}

/** Every combination of one item from each list. */
export const cartesian = (lists: readonly (readonly Value[])[]): Value[][] =>
  lists.reduce<Value[][]>((rows, list) => rows.flatMap((row) => list.map((value) => [...row, value])), [[]])

const choose = (all: readonly Value[], count: number, isOrdered: boolean): Value[][] => {
  if (count === 0) return [[]]
  return all.flatMap((value, index) => {
    const rest = isOrdered ? [...all.slice(0, index), ...all.slice(index + 1)] : all.slice(index + 1)
    return choose(rest, count - 1, isOrdered).map((more) => [value, ...more])
  })
}

const zipped = (lists: readonly Value[][], rows: number, fill: Value): Value[] =>
  Array.from({ length: rows }, (_, row) => tuple(...lists.map((list) => (row < list.length ? list[row]! : fill))))

/** Pairs each dict of a list with each entry of one of its lists, as `with_subelements` walks. */
export const subelements = (elements: readonly Value[], path: string, skipsMissing: boolean): Value[] => {
  const pairs: Value[] = []
  for (const element of elements) {
    let found: Value | undefined = element
    for (const step of path.split('.')) found = found !== undefined && isDict(found) ? found.get(step) : undefined
    if (found === undefined || found === null) {
      if (skipsMissing) continue
      fail(
        `subelements could not find the key '${path}' in ${text(element)}`,
        'pass skip_missing=True when some items may lack it',
      )
    }
    for (const value of strictList(found, `the key '${path}' of subelements`)) pairs.push(tuple(element, value))
  }
  return pairs
}

const first: Filter = {
  parameters: [],
  isLazy: true,
  apply: (input, _given, context) => {
    const [head] = items(input)
    return head === undefined ? new Undefined('no first item: the list is empty') : context.settle(head)
  },
}

const last: Filter = {
  parameters: [],
  isLazy: true,
  apply: (input, _given, context) => {
    const tail = items(input).at(-1)
    return tail === undefined ? new Undefined('no last item: the list is empty') : context.settle(tail)
  },
}

const size: Filter = { parameters: [], isLazy: true, apply: (input) => length(input) }

const extract: Filter = {
  parameters: ['container', 'morekeys'],
  isLazy: true,
  apply: (input, [container, more], context) => {
    const keys = more === undefined || more === null ? [] : Array.isArray(more) ? more : [more]
    let value = context.settle(item(container ?? null, input))
    for (const key of keys) value = context.settle(item(value, key))
    return value
  },
}

export const listFilters: Readonly<Record<string, Filter>> = {
  batch: {
    parameters: ['linecount', 'fill_with'],
    apply: (input, [count, fill]) => batches(listOf(input), integerOr(count, 1), fill),
  },
  combinations: {
    parameters: ['r'],
    apply: (input, [count]) => choose(listOf(input), integerOr(count, 2), false).map((row) => tuple(...row)),
  },
  count: size,
  difference: combining((left, right) => distinct(without(left, right))),
  extract,
  first,
  flatten: {
    parameters: ['levels', 'skip_nulls'],
    apply: (input, [levels, skip]) =>
      flatten(
        strictList(input, 'flatten'),
        levels === undefined || levels === null ? -1 : integerOr(levels, -1),
        flagOr(skip, true),
      ),
  },
  groupby,
  intersect: combining((left, right) => {
    const wanted = among(right)
    return distinct(left.filter((value) => wanted.has(value)))
  }),
  items: {
    parameters: [],
    acceptsUndefined: true,
    apply: (input) =>
      input instanceof Undefined
        ? []
        : isDict(input)
          ? [...input].map(([key, value]) => tuple(key, value))
          : fail('items needs a dict'),
  },
  last,
  length: size,
  list: { parameters: [], isLazy: true, apply: (input) => [...items(input)] },
  map,
  max: extreme(1),
  min: extreme(-1),
  permutations: {
    parameters: ['r'],
    apply: (input, [count]) => {
      const all = listOf(input)
      return choose(all, integerOr(count, all.length), true).map((row) => tuple(...row))
    },
  },
  product: {
    parameters: ['*others', '**options'],
    apply: (input, [others, options]) => {
      const lists = [listOf(input), ...listOf(others).map(listOf)]
      const repeat = integerOr(options !== undefined && isDict(options) ? options.get('repeat') : undefined, 1)
      return cartesian(Array.from({ length: repeat }, () => lists).flat()).map((row) => tuple(...row))
    },
  },
  reject: selecting(false, false),
  rejectattr: selecting(false, true),
  reverse: {
    parameters: [],
    isLazy: true,
    apply: (input) => (typeof input === 'string' ? Array.from(input).reverse().join('') : [...items(input)].reverse()),
  },
  select: selecting(true, false),
  selectattr: selecting(true, true),
  slice: {
    parameters: ['slices', 'fill_with'],
    apply: (input, [count, fill]) => slices(listOf(input), integerOr(count, 1), fill),
  },
  sort,
  subelements: {
    parameters: ['subelements', 'skip_missing'],
    apply: (input, [path, skip]) =>
      subelements(
        isDict(input) ? [...input.values()] : strictList(input, 'subelements'),
        Array.isArray(path) ? path.map(text).join('.') : textOr(path, ''),
        flagOr(skip, false),
      ),
  },
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
  symmetric_difference: combining((left, right) => distinct([...without(left, right), ...without(right, left)])),
  union: combining((left, right) => distinct([...left, ...right])),
  unique: {
    parameters: ['case_sensitive', 'attribute'],
    isLazy: true,
    apply: (input, [caseSensitive, path], context) => {
      const keyOf = comparable(path, flagOr(caseSensitive, false), context)
      return distinct(settled(input, context), keyOf)
    },
  },
  version_sort: {
    parameters: ['reverse'],
    apply: (input, [reverse]) => {
      const all = listOf(input).toSorted((left, right) => compareLoose(text(left), text(right)))
      return flagOr(reverse, false) ? all.reverse() : all
    },
  },
  zip: {
    parameters: ['*others', '**options'],
    apply: (input, [others]) => {
      const lists = [listOf(input), ...listOf(others).map(listOf)]
      return zipped(lists, Math.min(...lists.map((list) => list.length)), null)
    },
  },
  zip_longest: {
    parameters: ['*others', '**options'],
    apply: (input, [others, options]) => {
      const lists = [listOf(input), ...listOf(others).map(listOf)]
      const fill = options !== undefined && isDict(options) ? (options.get('fillvalue') ?? null) : null
      return zipped(lists, Math.max(...lists.map((list) => list.length)), fill)
    },
  },
}
