import { Callable, type Value } from '../value.ts'
import { fail } from './failing.ts'
import { float, int, type Parts } from './number.ts'
import { tuple } from './sequence.ts'

const bits = (value: number | bigint): string => BigInt(value).toString(2).replace('-', '')

const whole = (found: Parts): Value => (found.float ? float(found.value) : found.value)

const methods: Readonly<Record<string, (found: Parts) => Value>> = {
  as_integer_ratio: ({ value }) => {
    if (typeof value === 'bigint') return tuple(value, 1)
    if (!Number.isFinite(value)) return fail('only a finite number is a ratio of integers')
    let denominator = 1n
    let numerator = value
    while (!Number.isInteger(numerator)) {
      numerator *= 2
      denominator *= 2n
    }
    return tuple(int(BigInt(numerator)), int(denominator))
  },
  conjugate: whole,
  is_integer: ({ value }) => typeof value === 'bigint' || Number.isInteger(value),
}

const integerMethods: typeof methods = {
  bit_count: ({ value }) => bits(value).replaceAll('0', '').length,
  bit_length: ({ value }) => bits(value).replace(/^0+/, '').length,
}

/** An attribute of a Python int or float; undefined when it has none of the name. */
export const numberAttribute = (found: Parts, name: string): Value | undefined => {
  if (name === 'real') return whole(found)
  if (name === 'imag') return found.float ? float(0) : 0
  if (!found.float && name === 'numerator') return found.value
  if (!found.float && name === 'denominator') return 1
  const all = found.float ? methods : { ...methods, ...integerMethods }
  const method = Object.hasOwn(all, name) ? all[name] : undefined
  return method && new Callable(name, () => method(found))
}
