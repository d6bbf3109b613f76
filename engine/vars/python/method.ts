import type { Value } from '../value.ts'
import { fail } from './failing.ts'
import { asNumber } from './number.ts'
import { typeName } from './type.ts'

/** The arguments of a Python method call, taken by position or name. */
export type Given = { readonly positional: readonly Value[]; readonly named: ReadonlyMap<string, Value> }

/** A bound method's code: gets the value it is called on. */
export type Method<T extends Value> = (self: T, given: Given) => Value

export const argument = (given: Given, index: number, name = ''): Value | undefined =>
  index < given.positional.length ? given.positional[index] : given.named.get(name)

export const required = (given: Given, index: number, what: string): Value => {
  const value = given.positional[index]
  return value === undefined ? fail(`the call needs ${what} as argument ${index + 1}`) : value
}

export const requiredText = (given: Given, index: number, what: string): string => {
  const value = required(given, index, what)
  return typeof value === 'string' ? value : fail(`${what} must be a string, not '${typeName(value)}'`)
}

export const optionalText = (given: Given, index: number, name: string): string | undefined => {
  const value = argument(given, index, name)
  if (value === undefined || value === null) return undefined
  return typeof value === 'string'
    ? value
    : fail(`${name || 'the argument'} must be a string, not '${typeName(value)}'`)
}

export const optionalInteger = (given: Given, index: number, name: string): number | undefined => {
  const value = argument(given, index, name)
  if (value === undefined || value === null) return undefined
  const number = asNumber(value)
  return number !== undefined && Number.isInteger(number)
    ? number
    : fail(`${name || 'the argument'} must be an integer, not '${typeName(value)}'`)
}

export const requiredInteger = (given: Given, index: number, what: string): number => {
  required(given, index, what)
  return optionalInteger(given, index, what)!
}
