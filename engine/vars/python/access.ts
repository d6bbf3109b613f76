import type { Position } from '../../failure.ts'
import { Callable, isDict, Tuple, Undefined, type Value } from '../value.ts'
import { dictMethods, listMethods, tupleMethods } from './containers.ts'
import { fail, Missing } from './failing.ts'
import { Fields, NamedTuple } from './fields.ts'
import type { Given, Method } from './method.ts'
import { asNumber, parts } from './number.ts'
import { numberAttribute } from './numberattributes.ts'
import { itemAt, toKey } from './sequence.ts'
import { stringMethods } from './strings.ts'
import { repr } from './text.ts'
import { typeName } from './type.ts'

/** Where an access stands, for the Undefined that it may give. */
export type Site = () => Position | undefined

const nowhere: Site = () => undefined

/** `object.name`. */
export const attribute = (object: Value, name: string, site: Site = nowhere): Value => {
  if (isDict(object)) {
    if (!(object instanceof Fields)) {
      const method = dicts.get(name)
      if (method !== undefined) return bound(object, name, method)
    }
    const value = object.get(name)
    if (value !== undefined) return value
    return new Missing(`'dict object' has no attribute '${name}'`, site(), name, () => object.keys())
  }
  if (object instanceof Undefined) return object
  if (typeof object === 'string') {
    const method = strings.get(name)
    if (method !== undefined) return bound(object, name, method)
  } else if (Array.isArray(object)) {
    const method = (object instanceof Tuple ? tuples : lists).get(name)
    if (method !== undefined) return bound(object, name, method)
    if (object instanceof NamedTuple && object.names.includes(name)) return object[object.names.indexOf(name)]!
  } else if (object instanceof Callable) {
    const found = object.attributes?.get(name)
    if (found !== undefined) return found
  } else {
    const number = parts(object)
    const found = number && numberAttribute(number, name)
    if (found !== undefined) return found
  }
  const described = object === null ? "'None'" : `'${typeName(object)} object'`
  return new Missing(`${described} has no attribute '${name}'`, site(), name, () => methodNames(object))
}

/** `object[key]`. */
export const item = (object: Value, key: Value, site: Site = nowhere): Value => {
  if (object instanceof Undefined) return object
  if (key instanceof Undefined) return key
  if (isDict(object)) {
    const value = object.get(toKey(key))
    if (value !== undefined) return value
    if (typeof key === 'string') {
      const method = object instanceof Fields ? undefined : dicts.get(key)
      if (method !== undefined) return bound(object, key, method)
      return new Missing(`'dict object' has no attribute '${key}'`, site(), key, () => object.keys())
    }
    return new Undefined(`'dict object' has no element ${repr(key)}`, site())
  }
  if (typeof object === 'string' || Array.isArray(object)) {
    const index = asNumber(key)
    if (index !== undefined && Number.isInteger(index)) {
      const value = itemAt(object, index)
      if (value !== undefined) return value
    } else if (typeof key === 'string') return attribute(object, key, site)
  } else if (typeof key === 'string') return attribute(object, key, site)
  const described = object === null ? "'None'" : `'${typeName(object)} object'`
  return new Undefined(`${described} has no element ${repr(key)}`, site())
}

const bound = <T extends Value>(self: T, name: string, method: Method<T>): Callable =>
  new Callable(name, (positional, named) => {
    for (const value of positional) if (value instanceof Undefined) return value
    const given: Given = { positional, named }
    return method(self, given)
  })

const methodNames = (value: Value): Iterable<string> => {
  if (typeof value === 'string') return strings.keys()
  return Array.isArray(value) ? lists.keys() : []
}

const byName = <T extends Value>(methods: Readonly<Record<string, Method<T>>>): ReadonlyMap<string, Method<T>> =>
  new Map(Object.entries(methods))

const strings = byName(
  stringMethods({
    attribute: (value, name) => demanded(attribute(value, name)),
    item: (value, key) => demanded(item(value, key)),
  }),
)
const lists = byName(listMethods)
const tuples = byName(tupleMethods)
const dicts = byName(dictMethods)

const demanded = (value: Value): Value => (value instanceof Undefined ? fail(value.what) : value)
