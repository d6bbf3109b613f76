import { Callable, Float, isDict, Tuple, Undefined, type Value } from '../value.ts'
import { Datetime, Timedelta } from './datetime.ts'
import { Blank, fail, undefinedFailure } from './failing.ts'
import { asNumber } from './number.ts'
import { typeName } from './type.ts'

/** Python's truth of a value; an Undefined is a Failure. */
export const isTrue = (value: Value): boolean => {
  if (typeof value === 'boolean') return value
  if (value === null) return false
  if (typeof value === 'object') {
    if (Array.isArray(value)) return value.length > 0
    if (isDict(value)) return value.size > 0
    if (value instanceof Float) return value.value !== 0
    if (value instanceof Blank) return false
    if (value instanceof Undefined) throw undefinedFailure(value)
    return true
  }
  if (typeof value === 'number') return value !== 0
  if (typeof value === 'bigint') return value !== 0n
  return value !== ''
}

const sameList = (left: readonly Value[], right: readonly Value[]): boolean =>
  left.length === right.length && left.every((item, index) => equal(item, right[index]!))

/** Python's `==` of two resolved values; an Undefined is a Failure. */
export const equal = (left: Value, right: Value): boolean => {
  if (left === right && !(left instanceof Undefined)) return true
  if (left instanceof Undefined) throw undefinedFailure(left)
  if (right instanceof Undefined) throw undefinedFailure(right)
  if (left === null || right === null || typeof left === 'string' || typeof right === 'string') return false
  if (Array.isArray(left)) {
    return Array.isArray(right) && left instanceof Tuple === right instanceof Tuple && sameList(left, right)
  }
  if (left instanceof Datetime) return right instanceof Datetime && left.seconds === right.seconds
  if (left instanceof Timedelta) return right instanceof Timedelta && left.total === right.total
  if (isDict(left)) {
    if (!isDict(right) || left.size !== right.size) return false
    for (const [key, item] of left) {
      const other = right.get(key)
      if (other === undefined || !equal(item, other)) return false
    }
    return true
  }
  if (left instanceof Callable) return false
  if (typeof left === 'bigint' && typeof right === 'bigint') return left === right
  const a = asNumber(left)
  return a !== undefined && a === asNumber(right)
}

const compareText = (left: string, right: string): number => {
  if (left === right) return 0
  const length = Math.min(left.length, right.length)
  for (let index = 0; index < length; index++) {
    const a = left.charCodeAt(index)
    const b = right.charCodeAt(index)
    if (a === b) continue
    // A surrogate stands for a code point above every other code unit.
    const isHigh = (code: number) => code >= 0xd800 && code <= 0xdfff
    if (isHigh(a) !== isHigh(b)) return isHigh(a) ? 1 : -1
    return a - b
  }
  return left.length - right.length
}

/** Python's ordering of two values: negative, zero or positive; a Failure when they have no order. */
export const order = (left: Value, right: Value, operator = '<'): number => {
  if (typeof left === 'string' && typeof right === 'string') return compareText(left, right)
  if (typeof left === 'bigint' && typeof right === 'bigint') return left < right ? -1 : left > right ? 1 : 0
  const a = asNumber(left)
  const b = asNumber(right)
  if (a !== undefined && b !== undefined) return a - b
  if (left instanceof Undefined) throw undefinedFailure(left)
  if (right instanceof Undefined) throw undefinedFailure(right)
  if (left instanceof Datetime && right instanceof Datetime) return left.seconds - right.seconds
  if (left instanceof Timedelta && right instanceof Timedelta) return left.total - right.total
  if (Array.isArray(left) && Array.isArray(right) && left instanceof Tuple === right instanceof Tuple) {
    for (let index = 0; index < left.length && index < right.length; index++) {
      if (!equal(left[index]!, right[index]!)) return order(left[index]!, right[index]!, operator)
    }
    return left.length - right.length
  }
  return fail(
    `'${operator}' not supported between instances of '${typeName(left)}' and '${typeName(right)}'`,
    typeof left === 'string' || typeof right === 'string'
      ? "convert both sides alike, with '| int' or '| string'"
      : undefined,
  )
}
