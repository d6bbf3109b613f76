import { isTrue } from '../python/compare.ts'
import { fail } from '../python/failing.ts'
import { asNumber } from '../python/number.ts'
import { items } from '../python/sequence.ts'
import { text } from '../python/text.ts'
import { typeName } from '../python/type.ts'
import { type Dict, isDict, type Value } from '../value.ts'

/** An argument as text; None and a missing one give the fallback. */
export const textOr = (value: Value | undefined, fallback: string): string =>
  value === undefined || value === null ? fallback : text(value)

/** A value that has to be a string: what is turned into one silently hides a mistake. */
export const stringOf = (value: Value | undefined, what: string): string =>
  typeof value === 'string'
    ? value
    : fail(`${what} needs a string, not '${typeName(value ?? null)}'`, "convert it with '| string'")

/** An argument that must be given. */
export const required = (value: Value | undefined, what: string): Value =>
  value === undefined ? fail(`${what} is missing`) : value

/** An argument as an integer; a Failure when it is something else. */
export const integerOr = (value: Value | undefined, fallback: number, what = 'the argument'): number => {
  if (value === undefined || value === null) return fallback
  const number =
    asNumber(value) ?? (typeof value === 'string' && /^\s*[+-]?\d+\s*$/.test(value) ? Number(value) : undefined)
  return number === undefined ? fail(`${what} must be a number, not '${typeName(value)}'`) : Math.trunc(number)
}

export const flagOr = (value: Value | undefined, fallback: boolean): boolean =>
  value === undefined ? fallback : isTrue(value)

/** A value as the items that Python would walk over. */
export const listOf = (value: Value | undefined): Value[] => items(value ?? null)

export const dictOf = (value: Value | undefined, what: string): Dict =>
  value !== undefined && isDict(value) ? value : fail(`${what} needs a dict, not '${typeName(value ?? null)}'`)

/** A list argument; a string does not pass for one. */
export const strictList = (value: Value | undefined, what: string): Value[] =>
  Array.isArray(value) ? value : fail(`${what} needs a list, not '${typeName(value ?? null)}'`)

export const numberOf = (value: Value | undefined, what: string): number =>
  (value === undefined ? undefined : asNumber(value)) ??
  fail(`${what} must be a number, not '${typeName(value ?? null)}'`)
