import { flagOr, listOf } from '../filters/given.ts'
import { cartesian, subelements } from '../filters/list.ts'
import { fail } from '../python/failing.ts'
import { percentFormat } from '../python/format.ts'
import { dict as makeDict, tuple } from '../python/sequence.ts'
import { text } from '../python/text.ts'
import { isDict, type Value } from '../value.ts'
import type { Lookup } from './lookup.ts'

/** Takes one level of lists apart. */
const flattened = (terms: Value[]): Value[] =>
  terms.flatMap((term) => (Array.isArray(term) ? Array.from(term) : [term]))

const deeplyFlattened = (terms: Value[]): Value[] =>
  terms.flatMap((term) =>
    Array.isArray(term) ? deeplyFlattened(term) : term === 'None' || term === 'null' ? [] : [term],
  )

const dict: Lookup = (terms) =>
  flattened(terms).flatMap((term) =>
    isDict(term)
      ? [...term].map(([key, value]) =>
          makeDict([
            ['key', key],
            ['value', value],
          ]),
        )
      : fail("the lookup 'dict' needs a dict"),
  )

type Range = { start: number; end: number; stride: number; format: string }

/** Reads `start=1 end=5 stride=2 format=n%02d`, `count=4` or the short `1-5/2:n%02d`. */
const readSequence = (term: string, options: ReadonlyMap<string, Value>): Range => {
  const named = new Map<string, string>([...options].map(([key, value]) => [key, text(value)]))
  const short = /^((?:0x)?[0-9a-f]+-)?((?:0x)?[0-9a-f]+)(?:\/(-?\d+))?(?::(.+))?$/i.exec(term.trim())
  if (short && !term.includes('=')) {
    if (short[1]) named.set('start', short[1].slice(0, -1))
    named.set('end', short[2]!)
    if (short[3]) named.set('stride', short[3])
    if (short[4]) named.set('format', short[4])
  } else {
    for (const [, key, quoted, bare] of term.matchAll(/(\w+)=(?:"([^"]*)"|(\S+))/g)) named.set(key!, quoted ?? bare!)
  }
  for (const key of named.keys())
    if (!['start', 'end', 'stride', 'format', 'count'].includes(key))
      fail(`the lookup 'sequence' has no argument '${key}'`)
  const number = (key: string, fallback: number): number => {
    const value = named.get(key)
    if (value === undefined) return fallback
    const read = Number(/^0[0-7]+$/.test(value) ? `0o${value.slice(1)}` : value)
    return Number.isInteger(read) ? read : fail(`sequence: '${key}' must be an integer, not '${value}'`)
  }
  if (named.has('count') === named.has('end')) return fail("a sequence needs either 'count' or 'end'")
  const start = number('start', 1)
  const stride = number('stride', 1)
  const end = named.has('count') ? start + (number('count', 0) - 1) * stride : number('end', 0)
  if (named.get('count') === '0') return { start: 1, end: 0, stride: 1, format: '%d' }
  if ((stride > 0 && end < start) || (stride < 0 && end > start))
    return fail('the sequence counts away from its end', 'give a stride of the other sign')
  return { start, end, stride, format: named.get('format') ?? '%d' }
}

const sequence: Lookup = (terms, options) =>
  (terms.length === 0 ? [''] : terms).flatMap((term) => {
    const { start, end, stride, format } = readSequence(text(term), options)
    const all: Value[] = []
    if (stride === 0) return all
    for (let value = start; stride > 0 ? value <= end : value >= end; value += stride)
      all.push(percentFormat(format, value))
    return all
  })

const together: Lookup = (terms) => {
  if (terms.length === 0) return fail("the lookup 'together' needs at least one list")
  const lists = terms.map((term) => (Array.isArray(term) ? Array.from(term) : [term]))
  const rows = Math.max(0, ...lists.map((list) => list.length))
  return Array.from({ length: rows }, (_, row) => flattened(lists.map((list) => list[row] ?? null)))
}

const nested: Lookup = (terms) => {
  if (terms.length === 0) return fail("the lookup 'nested' needs at least one list")
  return cartesian(terms.map((term) => (Array.isArray(term) ? Array.from(term) : [term]))).map((row) =>
    deeplyFlattened(row),
  )
}

/** A dict without what stands under a path of keys in it. */
const withoutPath = (value: Value, [key, ...rest]: readonly string[]): Value => {
  if (!isDict(value) || key === undefined) return value
  const inner = value.get(key)
  return rest.length > 0 && inner !== undefined
    ? new Map(value).set(key, withoutPath(inner, rest))
    : new Map([...value].filter(([name]) => name !== key))
}

const withSubelements: Lookup = (terms) => {
  const [elements, path, flags] = terms
  if (elements === undefined || path === undefined)
    return fail("the lookup 'subelements' needs a list and the name of a key")
  if (flags !== undefined && !isDict(flags)) return fail("the flags of the lookup 'subelements' must be a dict")
  const skips = flagOr(flags?.get('skip_missing'), false)
  const all = (isDict(elements) ? [...elements.values()] : listOf(elements)).filter(
    (value) => !(isDict(value) && flagOr(value.get('skipped'), false)),
  )
  // What an item is made of does not stand in it again.
  const key = text(path)
  const steps = key.split('.')
  return subelements(all, key, skips).map((pair) => {
    const [parent, element] = pair as [Value, Value]
    return tuple(withoutPath(parent, steps), element)
  })
}

const inventoryHostnames: Lookup = (terms, _options, context) => {
  const groups = context.settle(context.scope.get('groups') ?? null)
  if (!isDict(groups)) return fail("the lookup 'inventory_hostnames' needs an inventory")
  const membersOf = (name: string): string[] => {
    const members = groups.get(name === '*' ? 'all' : name)
    if (members !== undefined) return listOf(context.resolve(members)).map(text)
    const all = listOf(context.resolve(groups.get('all') ?? [])).map(text)
    const pattern = new RegExp(
      `^${name
        .replace(/[.+^${}()|\\]/g, '\\$&')
        .replaceAll('*', '.*')
        .replaceAll('?', '.')}$`,
    )
    const matched = [...groups.keys()].map(String).filter((group) => pattern.test(group))
    return [
      ...all.filter((host) => pattern.test(host)),
      ...matched.flatMap((group) => listOf(context.resolve(groups.get(group) ?? [])).map(text)),
    ]
  }
  let hosts: string[] = []
  const patterns = terms
    .flatMap((term) => text(term).split(/[,:](?![^[]*\])/))
    .map((part) => part.trim())
    .filter(Boolean)
  for (const pattern of [...patterns].sort((left, right) => Number(/^[!&]/.test(left)) - Number(/^[!&]/.test(right)))) {
    const members = membersOf(pattern.replace(/^[!&]/, ''))
    if (pattern.startsWith('!')) hosts = hosts.filter((host) => !members.includes(host))
    else if (pattern.startsWith('&')) hosts = hosts.filter((host) => members.includes(host))
    else hosts.push(...members)
  }
  return [...new Set(hosts)]
}

export const listLookups: Readonly<Record<string, Lookup>> = {
  cartesian: nested,
  dict,
  flattened: deeplyFlattened,
  indexed_items: (terms) => flattened(terms).map((value, index) => tuple(index, value)),
  inventory_hostnames: inventoryHostnames,
  items: flattened,
  list: (terms) => terms,
  nested,
  random_choice: (terms) => (terms.length === 0 ? [] : [terms[Math.floor(Math.random() * terms.length)]!]),
  sequence,
  subelements: withSubelements,
  together,
}
