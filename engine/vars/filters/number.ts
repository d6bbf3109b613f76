import type { Context, Filter } from '../context.ts'
import { fail } from '../python/failing.ts'
import { percentFormat } from '../python/format.ts'
import { arithmetic, asNumber, float, negate, parts, positive, roundHalfEven } from '../python/number.ts'
import { text } from '../python/text.ts'
import { typeName } from '../python/type.ts'
import { isDict, Undefined, type Value } from '../value.ts'
import { flagOr, integerOr, listOf, numberOf, textOr } from './given.ts'
import { type Random, seededRandom, unseededRandom } from './random.ts'
import { toFloat } from './type.ts'

const round: Filter = {
  parameters: ['precision', 'method'],
  apply: (input, [precision, method]) => {
    const value = numberOf(input, 'the value to round')
    const digits = integerOr(precision, 0)
    const how = textOr(method, 'common')
    if (how === 'common') {
      const rounded = roundHalfEven(value, digits)
      return parts(input)?.float ? float(rounded) : rounded
    }
    if (how !== 'ceil' && how !== 'floor')
      return fail(`there is no rounding method '${how}'`, 'it may be common, ceil or floor')
    const scale = 10 ** digits
    return float(Math[how](value * scale) / scale)
  },
}

const sizes: Readonly<Record<string, number>> = {
  Y: 2 ** 80,
  Z: 2 ** 70,
  E: 2 ** 60,
  P: 2 ** 50,
  T: 2 ** 40,
  G: 2 ** 30,
  M: 2 ** 20,
  K: 2 ** 10,
  B: 1,
}

const humanReadable: Filter = {
  parameters: ['isbits', 'unit'],
  apply: (input, [isbits, unit]) => {
    const value = numberOf(input, 'the size')
    const wanted = textOr(unit, '').toUpperCase()
    const base = flagOr(isbits, false) ? 'bits' : 'Bytes'
    const [suffix, limit] = Object.entries(sizes).find(([letter, size]) =>
      wanted === '' ? Math.abs(value) >= size : wanted.startsWith(letter),
    ) ?? ['B', 1]
    const shown = suffix === 'B' ? base : `${suffix}${flagOr(isbits, false) ? 'b' : 'B'}`
    return `${percentFormat('%.2f', value / limit)} ${shown}`
  },
}

/** A size in words as bytes (or bits): `1 GB`, `512M`, `10 kb`. */
const humanToBytes = (source: string, defaultUnit: string, isBits: boolean): Value => {
  const match =
    /^\s*(\d*\.?\d+)\s*([a-zA-Z]+)?\s*$/.exec(source) ??
    fail(`'${source}' is not a size`, 'write a number and a unit, as 512M or 1 GB')
  const unit = match[2] ?? (defaultUnit || 'B')
  const letter = unit[0]!.toUpperCase()
  const size =
    sizes[letter] ?? fail(`'${source}' has no unit that is known`, `the units are ${Object.keys(sizes).join(', ')}`)
  const rest = unit.slice(1).toLowerCase()
  const word = letter === 'B' ? unit.toLowerCase() : rest
  const allowed =
    letter === 'B' ? ['b', 'bytes', 'byte', 'bits', 'bit'] : ['', 'b', 'bytes', 'byte', 'bits', 'bit', 'ib']
  if (!allowed.includes(word)) return fail(`'${source}' has no unit that is known`)
  if (isBits && unit.endsWith('B') && unit.length > 1)
    return fail(`'${source}' is a size in bytes where bits are expected`)
  return roundHalfEven(Number(match[1]) * size, 0)
}

const randomFor = (seed: Value | undefined): Random =>
  seed === undefined || seed === null ? unseededRandom() : seededRandom(seed)

const random: Filter = {
  parameters: ['start', 'step', 'seed'],
  apply: (input, [start, step, seed]) => {
    const generator = randomFor(seed)
    if (typeof input === 'string' || Array.isArray(input) || isDict(input)) {
      const all = listOf(input)
      if ((start ?? step ?? null) !== null) return fail('random takes start and step with an integer alone')
      return all.length === 0 ? new Undefined('no random item: the list is empty') : all[generator.below(all.length)]!
    }
    if (parts(input)?.float !== false) return fail(`random needs an integer or a list, not '${typeName(input)}'`)
    const from = integerOr(start, 0)
    const stride = integerOr(step, 1)
    const count = Math.ceil((numberOf(input, 'the end of the range') - from) / stride)
    return count > 0 ? from + stride * generator.below(count) : fail('the range to choose from is empty')
  },
}

const shuffle: Filter = {
  parameters: ['seed'],
  apply: (input, [seed]) => {
    const all = [...listOf(input)]
    const generator = randomFor(seed)
    for (let index = all.length - 1; index > 0; index--) {
      const other = generator.below(index + 1)
      ;[all[index], all[other]] = [all[other]!, all[index]!]
    }
    return all
  },
}

const filesize: Filter = {
  parameters: ['binary'],
  apply: (input, [binary]) => {
    const value = numberOf(toFloat(input) ?? input, 'the size')
    const base = flagOr(binary, false) ? 1024 : 1000
    const names = ['k', 'M', 'G', 'T', 'P', 'E', 'Z', 'Y']
    if (value === 1) return '1 Byte'
    if (value < base) return `${Math.trunc(value)} Bytes`
    const power = Math.min(names.length, Math.floor(Math.log(value) / Math.log(base)) || names.length)
    const name = names[power - 1]!
    return `${percentFormat('%.1f', value / base ** power)} ${flagOr(binary, false) ? `${name.toUpperCase()}iB` : `${name}B`}`
  },
}

const logarithm = (value: number, base: number): number => {
  if (value <= 0 || base <= 0) return fail('log needs numbers above zero')
  if (base === Math.E) return Math.log(value)
  if (base === 10) return Math.log10(value)
  return base === 2 ? Math.log2(value) : Math.log(value) / Math.log(base)
}

export const numberFilters: Readonly<Record<string, Filter>> = {
  abs: {
    parameters: [],
    apply: (input: Value, _given: (Value | undefined)[], _context: Context) => {
      const value = asNumber(input) ?? fail(`abs needs a number, not '${text(input)}'`)
      return value < 0 ? negate(input) : positive(input)
    },
  },
  filesizeformat: filesize,
  human_readable: humanReadable,
  human_to_bytes: {
    parameters: ['default_unit', 'isbits'],
    apply: (input, [unit, isbits]) => humanToBytes(text(input), textOr(unit, ''), flagOr(isbits, false)),
  },
  log: {
    parameters: ['base'],
    apply: (input, [base]) =>
      float(logarithm(numberOf(input, 'the value'), base === undefined ? Math.E : numberOf(base, 'base'))),
  },
  pow: {
    parameters: ['exponent'],
    apply: (input, [exponent]) =>
      arithmetic('**', float(numberOf(input, 'the base')), float(numberOf(exponent, 'the exponent'))),
  },
  random,
  root: {
    parameters: ['base'],
    apply: (input, [base]) => {
      const degree = base === undefined ? 2 : numberOf(base, 'the base')
      const value = numberOf(input, 'the value')
      if (degree === 2 && value >= 0) return float(Math.sqrt(value))
      return degree === 0 ? fail('there is no root of degree zero') : arithmetic('**', float(value), float(1 / degree))
    },
  },
  round,
  shuffle,
}
