import { type Dict, isDict, type Value } from '../value.ts'
import { equal, isTrue, order } from './compare.ts'
import { fail } from './failing.ts'
import { argument, type Given, type Method, optionalInteger, required, requiredInteger } from './method.ts'
import { items, toKey, tuple } from './sequence.ts'
import { repr } from './text.ts'

const position = (self: readonly Value[], given: Given): number => {
  const wanted = required(given, 0, 'a value')
  const from = optionalInteger(given, 1, 'start') ?? 0
  const index = self.findIndex((item, at) => at >= from && equal(item, wanted))
  return index < 0 ? fail(`${repr(wanted)} is not in the list`) : index
}

const count = (self: readonly Value[], given: Given): number => {
  const wanted = required(given, 0, 'a value')
  return self.filter((item) => equal(item, wanted)).length
}

/** The methods of Python's tuple. */
export const tupleMethods: Readonly<Record<string, Method<Value[]>>> = { count, index: position }

/** The methods of Python's list; those that change it change the array itself. */
export const listMethods: Readonly<Record<string, Method<Value[]>>> = {
  append: (self, given) => {
    self.push(required(given, 0, 'a value'))
    return null
  },
  clear: (self) => {
    self.length = 0
    return null
  },
  copy: (self) => [...self],
  count,
  extend: (self, given) => {
    for (const item of items(required(given, 0, 'a list'))) self.push(item)
    return null
  },
  index: position,
  insert: (self, given) => {
    self.splice(requiredInteger(given, 0, 'an index'), 0, required(given, 1, 'a value'))
    return null
  },
  pop: (self, given) => {
    const index = optionalInteger(given, 0, 'index') ?? -1
    const at = index < 0 ? index + self.length : index
    if (at < 0 || at >= self.length) return fail(self.length === 0 ? 'pop from empty list' : 'pop index out of range')
    return self.splice(at, 1)[0]!
  },
  remove: (self, given) => {
    self.splice(position(self, given), 1)
    return null
  },
  reverse: (self) => {
    self.reverse()
    return null
  },
  sort: (self, given) => {
    self.sort(order)
    if (isTrue(argument(given, 2, 'reverse') ?? false)) self.reverse()
    return null
  },
}

const absorb = (self: Dict, given: Given): null => {
  const [source] = given.positional
  if (isDict(source)) for (const [key, value] of source) self.set(key, value)
  else if (source !== undefined) {
    for (const pair of items(source)) {
      const [key, value] = items(pair)
      if (key === undefined || value === undefined) return fail('update() needs a dict or a list of pairs')
      self.set(toKey(key), value)
    }
  }
  for (const [key, value] of given.named) self.set(key, value)
  return null
}

/** Makes a dict as Python's dict(mapping or pairs, **named). */
export const makeDict = (given: Given): Dict => {
  const made: Dict = new Map()
  absorb(made, given)
  return made
}

/** The methods of Python's dict; those that change it change the Map itself. */
export const dictMethods: Readonly<Record<string, Method<Dict>>> = {
  __setitem__: (self, given) => {
    self.set(toKey(required(given, 0, 'a key')), required(given, 1, 'a value'))
    return null
  },
  clear: (self) => {
    self.clear()
    return null
  },
  copy: (self) => new Map(self),
  fromkeys: (_self, given) => {
    const value = argument(given, 1, 'value') ?? null
    return new Map(items(required(given, 0, 'the keys')).map((key) => [toKey(key), value]))
  },
  get: (self, given) => self.get(toKey(required(given, 0, 'a key'))) ?? argument(given, 1, 'default') ?? null,
  items: (self) => Array.from(self, ([key, value]) => tuple(key, value)),
  keys: (self) => [...self.keys()],
  pop: (self, given) => {
    const key = toKey(required(given, 0, 'a key'))
    const value = self.get(key)
    self.delete(key)
    if (value !== undefined) return value
    const fallback = argument(given, 1)
    return fallback === undefined ? fail(`the dict has no key ${repr(key)}`) : fallback
  },
  popitem: (self) => {
    const last = [...self].at(-1) ?? fail('popitem(): dictionary is empty')
    self.delete(last[0])
    return tuple(last[0], last[1])
  },
  setdefault: (self, given) => {
    const key = toKey(required(given, 0, 'a key'))
    const value = self.get(key) ?? argument(given, 1, 'default') ?? null
    self.set(key, value)
    return value
  },
  update: absorb,
  values: (self) => [...self.values()],
}
