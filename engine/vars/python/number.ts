import { Float, type Value } from '../value.ts'
import { fail } from './failing.ts'
import { typeName } from './type.ts'

/** A Python number taken apart: an int as number or bigint, a float as number. */
export type Parts =
  | { readonly float: true; readonly value: number }
  | { readonly float: false; readonly value: number | bigint }

/** A number as a Python float. */
export const float = (value: number): number | Float => (Number.isInteger(value) ? new Float(value) : value)

/** A bigint as a Python int: small ones become numbers. */
export const int = (value: bigint): number | bigint =>
  value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value

/** The parts of a number or bool; undefined for all else. */
export const parts = (value: Value): Parts | undefined => {
  if (typeof value === 'number') return Number.isInteger(value) ? { float: false, value } : { float: true, value }
  if (typeof value === 'boolean') return { float: false, value: value ? 1 : 0 }
  if (typeof value === 'bigint') return { float: false, value }
  if (value instanceof Float) return { float: true, value: value.value }
  return undefined
}

/** The value of any number or bool as a JavaScript number, or undefined. */
export const asNumber = (value: Value): number | undefined => {
  if (typeof value === 'number') return value
  const found = parts(value)
  return found === undefined ? undefined : Number(found.value)
}

const floorDivide = (left: bigint, right: bigint): bigint => {
  const quotient = left / right
  return left % right !== 0n && left < 0n !== right < 0n ? quotient - 1n : quotient
}

type Operator = '+' | '-' | '*' | '/' | '//' | '%' | '**'

const unsupported = (operator: Operator, left: Value, right: Value): never =>
  fail(`unsupported operand types for ${operator}: '${typeName(left)}' and '${typeName(right)}'`, hintFor(left, right))

const hintFor = (left: Value, right: Value): string | undefined => {
  const isText = typeof left === 'string' || typeof right === 'string'
  const isNumber = parts(left) !== undefined || parts(right) !== undefined
  return isText && isNumber ? "convert with '| int' or '| string', or join texts with ~" : undefined
}

/** How many bits the result of a power may have. */
const largestPower = 4_000_000

const power = (base: bigint, exponent: bigint): bigint => {
  const bits = base.toString(2).length * Number(exponent)
  return base * base <= 1n || bits <= largestPower
    ? base ** exponent
    : fail(`the result of ** would have more than ${largestPower} bits`)
}

const exact = (operator: Operator, left: bigint, right: bigint): Value => {
  if (operator === '+') return int(left + right)
  if (operator === '-') return int(left - right)
  if (operator === '*') return int(left * right)
  if (operator === '**') return right < 0n ? inexact('**', Number(left), Number(right)) : int(power(left, right))
  if (right === 0n) return fail('division by zero')
  if (operator === '/') return float(Number(left) / Number(right))
  const quotient = floorDivide(left, right)
  return operator === '//' ? int(quotient) : int(left - quotient * right)
}

const inexact = (operator: Operator, left: number, right: number): Value => {
  if (operator === '+') return float(left + right)
  if (operator === '-') return float(left - right)
  if (operator === '*') return float(left * right)
  if (operator === '**') {
    if (left === 0 && right < 0) return fail('zero cannot be raised to a negative power')
    if (left < 0 && !Number.isInteger(right)) return fail('a negative number has no such power among the real numbers')
    const result = left ** right
    return Number.isFinite(result) || !Number.isFinite(left) || !Number.isFinite(right)
      ? float(result)
      : fail('the result of ** is too large for a float')
  }
  if (right === 0) return fail('division by zero')
  if (operator === '/') return float(left / right)
  if (operator === '//') return float(Math.floor(left / right))
  const rest = left % right
  if (rest === 0) return float(right < 0 ? -0 : 0)
  return float(rest < 0 !== right < 0 ? rest + right : rest)
}

/** Python's arithmetic of two numbers; a Failure for anything else. */
export const arithmetic = (operator: Operator, left: Value, right: Value): Value => {
  const a = parts(left)
  const b = parts(right)
  if (a === undefined || b === undefined) return unsupported(operator, left, right)
  if (a.float || b.float) return inexact(operator, Number(a.value), Number(b.value))
  if (typeof a.value === 'number' && typeof b.value === 'number' && operator !== '/' && operator !== '**') {
    if (operator === '+' || operator === '-' || operator === '*') {
      const result = operator === '+' ? a.value + b.value : operator === '-' ? a.value - b.value : a.value * b.value
      if (Number.isSafeInteger(result)) return result === 0 ? 0 : result
    }
  }
  return exact(operator, BigInt(a.value), BigInt(b.value))
}

export const negate = (value: Value): Value => {
  const found = parts(value)
  if (found === undefined) return fail(`bad operand type for unary -: '${typeName(value)}'`)
  return found.float
    ? float(-found.value)
    : typeof found.value === 'bigint'
      ? int(-found.value)
      : found.value === 0
        ? 0
        : -found.value
}

export const positive = (value: Value): Value => {
  const found = parts(value)
  if (found === undefined) return fail(`bad operand type for unary +: '${typeName(value)}'`)
  return found.float ? float(found.value) : found.value
}

/** A number as Python prints a float. */
export const floatText = (value: number): string => {
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf'
  if (Object.is(value, -0)) return '-0.0'
  const [mantissa = '', exponent = '0'] = value.toExponential().split('e')
  const power = Number(exponent)
  if (power < -4 || power >= 16) {
    return `${mantissa}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`
  }
  if (Number.isInteger(value)) return `${BigInt(value)}.0`
  const plain = String(value)
  return plain.includes('e') ? value.toFixed(mantissa.replace(/^-?\d\.?/, '').length - power) : plain
}

/** Rounds to a number of digits as Python does: an exact tie goes to the even neighbour. */
export const roundHalfEven = (value: number, digits: number): number => {
  if (!Number.isFinite(value)) return value
  if (digits > 22) return value
  if (digits <= 0) {
    const scale = 10 ** -digits
    const scaled = value / scale
    const floor = Math.floor(scaled)
    const rest = scaled - floor
    const rounded = rest > 0.5 ? floor + 1 : rest < 0.5 ? floor : floor % 2 === 0 ? floor : floor + 1
    return rounded * scale
  }
  // toFixed rounds the exact binary value; its only flaw is an exact tie, which a few digits more reveal.
  const exactly = Math.abs(value).toFixed(Math.min(100, digits + 30))
  const point = exactly.indexOf('.')
  const tail = exactly.slice(point + 1 + digits)
  if (/^50*$/.test(tail)) {
    const kept = exactly.slice(0, point + 1 + digits)
    const isEven = Number(kept.at(-1)) % 2 === 0
    const magnitude = isEven ? Number(kept) : Number(kept) + 10 ** -digits
    return Number((Math.sign(value) * magnitude).toFixed(digits))
  }
  return Number(value.toFixed(digits))
}
