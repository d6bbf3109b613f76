import { Failure } from '../../failure.ts'
import type { Filter } from '../context.ts'
import { attribute } from '../python/access.ts'
import { isTrue } from '../python/compare.ts'
import { undefinedFailure } from '../python/failing.ts'
import { Fields } from '../python/fields.ts'
import { float, int, parts } from '../python/number.ts'
import { text } from '../python/text.ts'
import { typeName } from '../python/type.ts'
import { Float, isDict, Undefined, type Value } from '../value.ts'
import { integerOr, stringOf } from './given.ts'

const fallback: Filter = {
  parameters: ['default_value', 'boolean'],
  acceptsUndefined: true,
  apply: (input, [other = '', boolean = false]) => {
    if (input instanceof Undefined) return other
    return isTrue(boolean) && !isTrue(input) ? other : input
  },
}

/** An attribute alone; a key of the name does not count. */
const attr: Filter = {
  parameters: ['name'],
  isLazy: true,
  apply: (input, [name]) => {
    const wanted = stringOf(name, 'attr')
    const found = attribute(isDict(input) && !(input instanceof Fields) ? new Map() : input, wanted)
    return found
  },
}

/** Ansible's reading of a truth; None stays None. */
const bool: Filter = {
  parameters: [],
  apply: (input) => {
    if (input === null || typeof input === 'boolean') return input
    if (typeof input === 'string') return ['yes', 'on', '1', 'true'].includes(input.toLowerCase())
    return input === 1 || (input instanceof Float && input.value === 1)
  },
}

const toInteger = (value: Value, base: number): Value | undefined => {
  const number = parts(value)
  if (number) {
    if (!number.float) return number.value
    return Number.isFinite(number.value) ? int(BigInt(Math.trunc(number.value))) : undefined
  }
  if (typeof value !== 'string') return undefined
  const source = value
    .trim()
    .toLowerCase()
    .replace(/(?<=[\da-f])_(?=[\da-f])/g, '')
  const sign = source.startsWith('-') ? -1n : 1n
  const digits = source
    .replace(/^[+-]/, '')
    .replace(base === 16 ? /^0x/ : base === 8 ? /^0o/ : base === 2 ? /^0b/ : /^(?!)/, '')
  const alphabet = '0123456789abcdefghijklmnopqrstuvwxyz'.slice(0, base)
  if (digits === '' || [...digits].some((digit) => !alphabet.includes(digit))) {
    const floating = toFloat(value)
    return base === 10 && floating !== undefined && Number.isFinite(floating)
      ? int(BigInt(Math.trunc(floating)))
      : undefined
  }
  let total = 0n
  for (const digit of digits) total = total * BigInt(base) + BigInt(alphabet.indexOf(digit))
  return int(sign * total)
}

export const toFloat = (value: Value): number | undefined => {
  const number = parts(value)
  if (number) return Number(number.value)
  if (typeof value !== 'string') return undefined
  const source = value.trim().toLowerCase()
  if (/^[+-]?(?:\d+(?:_\d+)*\.?(?:\d+(?:_\d+)*)?|\.\d+(?:_\d+)*)(?:e[+-]?\d+)?$/.test(source))
    return Number(source.replaceAll('_', ''))
  const special = /^([+-]?)(?:(inf|infinity)|nan)$/.exec(source)
  if (!special) return undefined
  return special[2] ? (special[1] === '-' ? -Infinity : Infinity) : Number.NaN
}

const mandatory: Filter = {
  parameters: ['msg'],
  acceptsUndefined: true,
  apply: (input, [message]) => {
    if (!(input instanceof Undefined)) return input
    if (message === undefined || message === null) {
      const failure = undefinedFailure(input)
      throw new Failure('template.mandatory', `a mandatory variable is missing: ${failure.message}`, {
        at: failure.at,
        hint: failure.hint ?? 'define it',
      })
    }
    throw new Failure('template.mandatory', text(message))
  },
}

const ternary: Filter = {
  parameters: ['true_val', 'false_val', 'none_val'],
  apply: (input, [whenTrue = null, whenFalse = null, whenNone]) => {
    if (input === null && whenNone !== undefined && whenNone !== null) return whenNone
    return isTrue(input) ? whenTrue : whenFalse
  },
}

export const typeFilters: Readonly<Record<string, Filter>> = {
  attr,
  bool,
  d: fallback,
  default: fallback,
  float: {
    parameters: ['default'],
    apply: (input, [other = float(0)]) => {
      const number = toFloat(input)
      return number === undefined ? other : float(number)
    },
  },
  int: {
    parameters: ['default', 'base'],
    apply: (input, [other = 0, base]) => toInteger(input, integerOr(base, 10)) ?? other,
  },
  mandatory,
  ternary,
  type_debug: { parameters: [], acceptsUndefined: true, apply: (input) => typeName(input) },
}
