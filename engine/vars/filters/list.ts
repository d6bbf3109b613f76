import type { Filter } from '../context.ts'
import { item } from '../python/access.ts'
import { fail } from '../python/failing.ts'
import { items, length, tuple } from '../python/sequence.ts'
import { text } from '../python/text.ts'
import { typeName } from '../python/type.ts'
import { isDict, Undefined, type Value } from '../value.ts'
import { compareLoose } from '../version.ts'
import { distinct, Seen } from './distinct.ts'
import { dictOf, flagOr, integerOr, listOf, required, strictList, textOr } from './given.ts'

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
    if (fill !== undefined && fill !== null && index >= longer) part.push(fill)
    return part
  })
}

const batches = (all: readonly Value[], size: number, fill: Value | undefined): Value[] => {
  const rows: Value[][] = []
  let row: Value[] = []
  for (const value of all) {
    if (row.length === size) {
      rows.push(row)
      row = []
    }
    row.push(value)
  }
  if (row.length > 0) rows.push(row)
  if (fill === undefined || fill === null || row.length === 0) return rows
  checkedLength(size)
  while (row.length < size) row.push(fill)
  return rows
}

/** More than that is a mistake, and would fill the memory. */
const longest = 1_000_000

const checkedLength = (count: number): void => {
  if (count > longest) fail(`the list would have more than ${longest} items`)
}

/** Every combination of one item from each list. */
export const cartesian = (lists: readonly (readonly Value[])[]): Value[][] => {
  checkedLength(lists.reduce((count, { length }) => count * length, 1))
  return everyRow(lists)
}

const everyRow = (lists: readonly (readonly Value[])[]): Value[][] =>
  lists.reduce<Value[][]>((rows, list) => rows.flatMap((row) => list.map((value) => [...row, value])), [[]])

/** Rows of so many of the items: all orders of them, or one. */
const choose = (all: readonly Value[], count: number, isOrdered: boolean): Value[][] => {
  if (count < 0) return fail('a row cannot have less than no items')
  let rows = count > all.length ? 0 : 1
  for (let at = 0; at < count && rows <= longest && rows > 0; at++)
    rows *= isOrdered ? all.length - at : (all.length - at) / (at + 1)
  checkedLength(rows)
  return rows === 0 ? [] : chosen(all, count, isOrdered)
}

const chosen = (all: readonly Value[], count: number, isOrdered: boolean): Value[][] => {
  if (count === 0) return [[]]
  return all.flatMap((value, index) => {
    const rest = isOrdered ? [...all.slice(0, index), ...all.slice(index + 1)] : all.slice(index + 1)
    return chosen(rest, count - 1, isOrdered).map((more) => [value, ...more])
  })
}

const zipped = (lists: readonly Value[][], rows: number, fill: Value): Value[] =>
  Array.from({ length: rows }, (_, row) => tuple(...lists.map((list) => (row < list.length ? list[row]! : fill))))

/** Pairs each dict of a list with each entry of one of its lists, as `with_subelements` walks. */
export const subelements = (elements: readonly Value[], path: string, skipsMissing: boolean): Value[] => {
  const pairs: Value[] = []
  for (const element of elements) {
    let found: Value | undefined = element
    if (!isDict(element)) fail(`subelements needs a list of dicts, not of values of type '${typeName(element)}'`)
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
    apply: (input, [count, fill]) => batches(listOf(input), integerOr(required(count, 'the size of a batch'), 1), fill),
  },
  combinations: {
    parameters: ['r'],
    apply: (input, [count]) =>
      choose(listOf(input), integerOr(required(count, 'the size of a combination'), 0), false).map((row) =>
        tuple(...row),
      ),
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
      checkedLength(repeat)
      return cartesian(Array.from({ length: repeat }, () => lists).flat()).map((row) => tuple(...row))
    },
  },
  reverse: {
    parameters: [],
    isLazy: true,
    apply: (input) => (typeof input === 'string' ? Array.from(input).reverse().join('') : [...items(input)].reverse()),
  },
  slice: {
    parameters: ['slices', 'fill_with'],
    apply: (input, [wanted, fill]) => {
      const count = integerOr(required(wanted, 'the number of slices'), 1)
      checkedLength(count)
      return count > 0 ? slices(listOf(input), count, fill) : fail('slice needs a number of slices above zero')
    },
  },
  subelements: {
    parameters: ['subelements', 'skip_missing'],
    apply: (input, [path, skip]) =>
      subelements(
        isDict(input) ? [...input.values()] : strictList(input, 'subelements'),
        Array.isArray(path) ? path.map(text).join('.') : textOr(path, ''),
        flagOr(skip, false),
      ),
  },
  symmetric_difference: combining((left, right) => distinct([...without(left, right), ...without(right, left)])),
  union: combining((left, right) => distinct([...left, ...right])),
  version_sort: {
    parameters: ['reverse'],
    apply: (input, [reverse]) => {
      const all = listOf(input).toSorted((left, right) => compareLoose(text(left), text(right)))
      return flagOr(reverse, false) ? all.reverse() : all
    },
  },
  zip: {
    parameters: ['*others', '**options'],
    apply: (input, [others, options]) => {
      const lists = [listOf(input), ...listOf(others).map(listOf)]
      const isStrict = flagOr(dictOf(options, 'zip').get('strict'), false)
      if (isStrict && lists.some((list) => list.length !== lists[0]!.length))
        return fail('zip(strict=true) needs lists of the same length')
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
