import { Callable, type Dict, Float, isDict, type Key, Tuple, Undefined, type Value } from '../value.ts'
import { equal } from './compare.ts'
import { Blank, fail, undefinedFailure } from './failing.ts'
import { asNumber } from './number.ts'
import { repr } from './text.ts'
import { typeName } from './type.ts'

const surrogate = /[\ud800-\udfff]/

/** The characters of a string as Python counts them: code points. */
export const characters = (value: string): string[] | string => (surrogate.test(value) ? Array.from(value) : value)

/** A value as a dict key; a Failure when Python could not hash it or we cannot keep it. */
export const toKey = (value: Value): Key => {
  if (value === null || typeof value !== 'object') return value
  if (value instanceof Float) return value.value
  if (value instanceof Undefined) throw undefinedFailure(value)
  if (value instanceof Tuple) return repr(value)
  return fail(`a value of type '${typeName(value)}' cannot be a dict key`)
}

/** len() of a value. */
export const length = (value: Value): number => {
  if (typeof value === 'string') return characters(value).length
  if (Array.isArray(value)) return value.length
  if (isDict(value)) return value.size
  if (value instanceof Undefined) throw undefinedFailure(value)
  return fail(`a value of type '${typeName(value)}' has no length`)
}

/** What Python's `for` walks over: a list's items, a dict's keys, a string's characters. */
export const items = (value: Value): Value[] => {
  if (Array.isArray(value)) return value
  if (isDict(value)) return [...value.keys()]
  if (typeof value === 'string') return Array.from(value)
  if (value instanceof Blank) return []
  if (value instanceof Undefined) throw undefinedFailure(value)
  return fail(
    `a value of type '${typeName(value)}' cannot be walked over: ${value instanceof Callable ? value.name : repr(value)}`,
  )
}

/** Python's `in`. */
export const contains = (container: Value, member: Value): boolean => {
  if (member instanceof Undefined) throw undefinedFailure(member)
  if (typeof container === 'string') {
    if (typeof member !== 'string')
      return fail(`'in <string>' requires a string on its left, not '${typeName(member)}'`)
    return container.includes(member)
  }
  if (Array.isArray(container)) return container.some((item) => equal(item, member))
  if (isDict(container)) {
    return container.has(toKey(member))
  }
  if (container instanceof Undefined) throw undefinedFailure(container)
  return fail(`'in' needs a list, dict or string on its right, not '${typeName(container)}'`)
}

const bound = (value: Value | undefined, missing: number, size: number, isBackward: boolean): number => {
  if (value === undefined || value === null) return missing
  const number = asNumber(value)
  if (number === undefined || !Number.isInteger(number))
    return fail(`slice indices must be integers, not '${typeName(value)}'`)
  const index = number < 0 ? number + size : number
  return isBackward ? Math.min(Math.max(index, -1), size - 1) : Math.min(Math.max(index, 0), size)
}

/** Python's `value[start:stop:step]`. */
export const slice = (value: Value, start?: Value, stop?: Value, step?: Value): Value => {
  if (value instanceof Undefined) throw undefinedFailure(value)
  if (typeof value !== 'string' && !Array.isArray(value))
    return fail(`a value of type '${typeName(value)}' cannot be sliced`)
  const source = typeof value === 'string' ? characters(value) : value
  const stride = step === undefined || step === null ? 1 : (asNumber(step) ?? fail('slice step must be an integer'))
  if (stride === 0) return fail('slice step cannot be zero')
  const isBackward = stride < 0
  const first = bound(start, isBackward ? source.length - 1 : 0, source.length, isBackward)
  const last = bound(stop, isBackward ? -1 : source.length, source.length, isBackward)
  if (stride === 1 && typeof source === 'string') return source.slice(first, Math.max(first, last))
  const picked: Value[] = typeof value !== 'string' && value instanceof Tuple ? new Tuple() : []
  for (let index = first; isBackward ? index > last : index < last; index += stride) picked.push(source[index]!)
  return typeof value === 'string' ? picked.join('') : picked
}

/** The item of a list or string at an index that may be negative; undefined when there is none. */
export const itemAt = (value: string | readonly Value[], index: number): Value | undefined => {
  const source = typeof value === 'string' ? characters(value) : value
  return source[index < 0 ? index + source.length : index]
}

/** Makes a Tuple of items, whatever their number (Array's constructor takes a single number for a length). */
export const tuple = (...values: Value[]): Tuple => {
  const made = new Tuple()
  for (const value of values) made.push(value)
  return made
}

/** A dict from entries. */
export const dict = (entries: Iterable<readonly [Key, Value]>): Dict => new Map(entries)
