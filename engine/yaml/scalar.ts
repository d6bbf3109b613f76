import { Float, type Value } from '../vars/value.ts'

const integer =
  /^(?:[-+]?0b[01_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+|[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+)$/
const float =
  /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/
const yes = /^(?:yes|Yes|YES|true|True|TRUE|on|On|ON)$/
const no = /^(?:no|No|NO|false|False|FALSE|off|Off|OFF)$/
const nothing = /^(?:~|null|Null|NULL|)$/

const split = (text: string): { sign: number; digits: string } => ({
  sign: text.startsWith('-') ? -1 : 1,
  digits: text.replace(/^[-+]/, '').replaceAll('_', ''),
})

const sexagesimal = (digits: string): number => digits.split(':').reduce((total, part) => total * 60 + Number(part), 0)

const safe = (value: bigint): number | bigint =>
  value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value

/** A YAML 1.1 integer: decimal, 0b, 0x, leading-zero octal and base 60; undefined when the text is none. */
export const integerOf = (text: string): number | bigint | undefined => {
  if (!integer.test(text)) return undefined
  const { sign, digits } = split(text)
  if (digits.includes(':')) return sign * sexagesimal(digits)
  const octal = /^0[0-7]+$/.test(digits)
  // `0_` is a zero to YAML 1.1
  const whole = BigInt(octal ? `0o${digits.slice(1)}` : digits || '0')
  const value = safe(sign < 0 ? -whole : whole)
  return value === 0 ? 0 : value
}

/** A YAML 1.1 float; undefined when the text is none. A whole one is a Float, so that it prints as `1.0`. */
export const floatOf = (text: string): number | Float | undefined => {
  if (!float.test(text)) return undefined
  const { sign, digits } = split(text.toLowerCase())
  if (digits === '.nan') return Number.NaN
  if (digits === '.inf') return sign * Number.POSITIVE_INFINITY
  const value = sign * (digits.includes(':') ? sexagesimal(digits) : Number.parseFloat(digits))
  return Number.isInteger(value) ? new Float(value) : value
}

/** The boolean that a YAML 1.1 word means; `y` and `n` are text, as Python's loader has it. */
export const booleanOf = (text: string): boolean | undefined => {
  if (yes.test(text)) return true
  return no.test(text) ? false : undefined
}

/** What a scalar without quotes means. Dates stay text. */
export const plainScalar = (text: string): Value => {
  if (nothing.test(text)) return null
  return booleanOf(text) ?? integerOf(text) ?? floatOf(text) ?? text
}
