import { messageOf } from '../failure.ts'
import { Float, isDict, toPlain, type Value } from '../vars/value.ts'
import { splitWords } from '../words.ts'
import type { ParameterSchema } from './module.ts'

/** A parameter's value in its schema's type, or why it has none: a phrase that follows the parameter's name. */
export type Converted = { readonly value: unknown } | { readonly problem: string; readonly hint?: string }

const trueWords = new Set(['y', 'yes', 'on', '1', 'true', 't', '1.0'])
const falseWords = new Set(['n', 'no', 'off', '0', 'false', 'f', '0.0'])

const isText = (value: Value): value is string => typeof value === 'string'
const isNumber = (value: Value): value is number | bigint | Float =>
  typeof value === 'number' || typeof value === 'bigint' || value instanceof Float

const kindOf = (value: Value): string => {
  if (Array.isArray(value)) return 'a list'
  if (isDict(value)) return 'a dictionary'
  return JSON.stringify(toPlain(value)) ?? 'nothing'
}

const expected = (what: string, value: Value): Converted => ({ problem: `must be ${what}, not ${kindOf(value)}` })

const toBoolean = (value: Value): Converted => {
  if (typeof value === 'boolean') return { value }
  const word = isText(value) || isNumber(value) ? String(toPlain(value)).trim().toLowerCase() : ''
  if (trueWords.has(word)) return { value: true }
  if (falseWords.has(word)) return { value: false }
  return expected('true or false', value)
}

const toNumber = (value: Value, whole: boolean): Converted => {
  const text = isText(value) ? value.trim() : isNumber(value) ? String(toPlain(value)) : ''
  const number = Number(text === '' ? Number.NaN : text)
  if (!Number.isFinite(number) || (whole && !Number.isInteger(number))) {
    return expected(whole ? 'a whole number' : 'a number', value)
  }
  return { value: number }
}

/** A scalar's text as Python prints it: `True`, `1.0`. */
const toText = (value: Value): Converted => {
  if (isText(value)) return { value }
  if (typeof value === 'boolean') return { value: value ? 'True' : 'False' }
  if (value instanceof Float) return { value: `${value.value}.0` }
  if (isNumber(value)) return { value: String(value) }
  return expected('a text', value)
}

/** Permission bits: a number is YAML 1.1's reading of `0644`, a text is octal or symbolic as it stands. */
const toMode = (value: Value): Converted => {
  if (isText(value)) return { value: value.trim() }
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 0o7777) {
    return { value: `0${value.toString(8)}` }
  }
  return {
    problem: `must be permission bits, not ${kindOf(value)}`,
    hint: "write them as a quoted octal number: '0644', or as symbols: 'u=rw,g=r,o='",
  }
}

const toList = (schema: ParameterSchema, value: Value): Converted => {
  const items = Array.isArray(value) ? value : isText(value) ? value.split(',') : isDict(value) ? undefined : [value]
  if (!items) return expected('a list', value)
  const converted: unknown[] = []
  for (const item of items) {
    const one = convert(schema.items ?? {}, item)
    if ('problem' in one) return { ...one, problem: `has an item that ${one.problem}` }
    converted.push(one.value)
  }
  return { value: converted }
}

/** A dictionary, its JSON, or `a=1, b=2`. */
const toDictionary = (value: Value): Converted => {
  if (isDict(value)) return { value: toPlain(value) }
  if (!isText(value)) return expected('a dictionary', value)
  try {
    if (value.trimStart().startsWith('{')) return { value: JSON.parse(value) }
    const words = splitWords(value.replaceAll(',', ' '))
    if (words.length > 0 && words.every((word) => word.includes('='))) {
      return { value: Object.fromEntries(words.map((word) => /^(.*?)=(.*)$/s.exec(word)!.slice(1))) }
    }
  } catch (thrown) {
    return { problem: `must be a dictionary: ${messageOf(thrown)}` }
  }
  return expected('a dictionary', value)
}

const toType = (schema: ParameterSchema, type: string, value: Value): Converted => {
  switch (type) {
    case 'boolean':
      return toBoolean(value)
    case 'integer':
      return toNumber(value, true)
    case 'number':
      return toNumber(value, false)
    case 'string':
      return toText(value)
    case 'array':
      return toList(schema, value)
    case 'object':
      return toDictionary(value)
    default:
      throw new Error(`a parameter's schema has the unknown type '${type}'`)
  }
}

/** Whether a value has a JSON type already, without conversion. */
const has = (type: string, value: Value): boolean => {
  if (type === 'string') return isText(value)
  if (type === 'array') return Array.isArray(value)
  if (type === 'object') return isDict(value)
  if (type === 'boolean') return typeof value === 'boolean'
  return isNumber(value) && (type === 'number' || Number.isInteger(toPlain(value)))
}

/** YAML reads a bare `yes` or `on` as a boolean where a parameter wants one of its own words. */
const wordOf = (choices: readonly unknown[], value: Value): Value => {
  if (typeof value !== 'boolean') return value
  const words = value ? trueWords : falseWords
  const meant = choices.filter((choice): choice is string => typeof choice === 'string' && words.has(choice))
  return meant.length === 1 ? meant[0]! : value
}

/** Converts a resolved value to a parameter's type, by Ansible's rules. */
export const convert = (schema: ParameterSchema, value: Value): Converted => {
  if (schema.format === 'octal') return toMode(value)
  if (schema.format === 'value') return { value }
  if (schema.format === 'raw' || schema.type === undefined) return { value: toPlain(value) }
  const choices = schema.enum
  const types = typeof schema.type === 'string' ? [schema.type] : schema.type
  const meant = choices && types.includes('string') ? wordOf(choices, value) : value
  const converted = toType(schema, types.find((type) => has(type, meant)) ?? types[0]!, meant)
  if ('problem' in converted || !choices || choices.includes(converted.value)) return converted
  return { problem: `must be one of ${choices.join(', ')}, not ${kindOf(value)}` }
}
