import type { Filter } from '../context.ts'
import { evaluate } from '../jmespath/evaluate.ts'
import { parseQuery } from '../jmespath/parser.ts'
import { equal, order } from '../python/compare.ts'
import { makeDict } from '../python/containers.ts'
import { fail } from '../python/failing.ts'
import { dict, toKey, tuple } from '../python/sequence.ts'
import { text } from '../python/text.ts'
import { type Dict, isDict, type Value } from '../value.ts'
import { dictOf, flagOr, listOf, textOr } from './given.ts'

type ListMerge = 'replace' | 'keep' | 'append' | 'prepend' | 'append_rp' | 'prepend_rp'
const listMerges: readonly string[] = ['replace', 'keep', 'append', 'prepend', 'append_rp', 'prepend_rp']

const mergeLists = (low: Value[], high: Value[], how: ListMerge): Value[] => {
  const missing = (from: Value[], other: Value[]) => from.filter((value) => !other.some((one) => equal(one, value)))
  switch (how) {
    case 'replace':
      return high
    case 'keep':
      return low
    case 'append':
      return [...low, ...high]
    case 'prepend':
      return [...high, ...low]
    case 'append_rp':
      return [...missing(low, high), ...high]
    case 'prepend_rp':
      return [...high, ...missing(low, high)]
  }
}

/** Merges two dicts, the second over the first, as the filter `combine` and `hash_behaviour=merge` do. */
export const merge = (low: Dict, high: Dict, isRecursive = true, how: ListMerge = 'replace'): Dict => {
  const result = dict(low)
  for (const [key, value] of high) {
    const other = result.get(key)
    if (isRecursive && other !== undefined && isDict(other) && isDict(value))
      result.set(key, merge(other, value, isRecursive, how))
    else if (Array.isArray(other) && Array.isArray(value)) result.set(key, mergeLists(other, value, how))
    else result.set(key, value)
  }
  return result
}

const combine: Filter = {
  parameters: ['*others', '**options'],
  apply: (input, [others, given]) => {
    const options = dictOf(given, 'combine')
    for (const key of options.keys()) {
      if (key !== 'recursive' && key !== 'list_merge')
        fail(`combine has no argument '${key}'`, 'its arguments are: recursive, list_merge')
    }
    const how = textOr(options.get('list_merge'), 'replace')
    if (!listMerges.includes(how)) fail(`combine has no list_merge '${how}'`, `it may be ${listMerges.join(', ')}`)
    const all = listOf([input, ...listOf(others)]).flatMap((value) => (Array.isArray(value) ? value : [value]))
    return all
      .filter((value) => value !== null)
      .map((value) => dictOf(value, 'combine'))
      .reduce((low, high) => merge(low, high, flagOr(options.get('recursive'), false), how as ListMerge), new Map())
  },
}

const dictsort: Filter = {
  parameters: ['case_sensitive', 'by', 'reverse'],
  apply: (input, [caseSensitive, by, reverse]) => {
    const index = ['key', 'value'].indexOf(textOr(by, 'key'))
    if (index < 0) return fail("dictsort sorts by 'key' or by 'value'")
    const fold = (value: Value) =>
      typeof value === 'string' && !flagOr(caseSensitive, false) ? value.toLowerCase() : value
    const pairs = [...dictOf(input, 'dictsort')].sort((left, right) =>
      order(fold(left[index] as Value), fold(right[index] as Value)),
    )
    if (flagOr(reverse, false)) pairs.reverse()
    return pairs.map(([key, value]) => tuple(key, value))
  },
}

/** A dict of dicts (or a list of them) under the value that each has for one key. */
const rekey: Filter = {
  parameters: ['key', 'duplicates'],
  apply: (input, [name, duplicates]) => {
    const key = textOr(name, '')
    const whenTwice = textOr(duplicates, 'error')
    if (whenTwice !== 'error' && whenTwice !== 'overwrite') return fail("duplicates may be 'error' or 'overwrite'")
    const made: Dict = new Map()
    for (const member of isDict(input) ? [...input.values()] : listOf(input)) {
      const value = dictOf(member, 'rekey_on_member').get(key) ?? fail(`an item does not have the key '${key}'`)
      if (made.has(toKey(value)) && whenTwice === 'error') {
        fail(`the key '${text(value)}' occurs twice`, "duplicates='overwrite' allows it")
      }
      made.set(toKey(value), member)
    }
    return made
  },
}

export const dictFilters: Readonly<Record<string, Filter>> = {
  combine,
  dict: { parameters: [], apply: (input) => makeDict({ positional: [input], named: new Map() }) },
  dict2items: {
    parameters: ['key_name', 'value_name'],
    isLazy: true,
    apply: (input, [keyName, valueName]) =>
      [...dictOf(input, 'dict2items')].map(([key, value]) =>
        dict([
          [textOr(keyName, 'key'), key],
          [textOr(valueName, 'value'), value],
        ]),
      ),
  },
  dictsort,
  items2dict: {
    parameters: ['key_name', 'value_name'],
    apply: (input, [keyName, valueName]) => {
      const part = (entry: Value, name: string): Value =>
        dictOf(entry, 'items2dict').get(name) ??
        fail(`items2dict found an item without the key '${name}'`, 'name the keys with key_name= and value_name=')
      return dict(
        listOf(input).map((entry) => [
          toKey(part(entry, textOr(keyName, 'key'))),
          part(entry, textOr(valueName, 'value')),
        ]),
      )
    },
  },
  json_query: {
    parameters: ['expr'],
    apply: (input, [query]) => evaluate(parseQuery(text(query ?? '')), input),
  },
  rekey_on_member: rekey,
}
