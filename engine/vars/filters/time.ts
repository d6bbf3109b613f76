import type { Filter } from '../context.ts'
import { Datetime } from '../python/datetime.ts'
import { fail } from '../python/failing.ts'
import { strftime } from '../python/strftime.ts'
import { text } from '../python/text.ts'
import type { Value } from '../value.ts'
import { flagOr, numberOf, stringOf, textOr } from './given.ts'

const monthNames = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

/** What each directive of strptime matches. */
const matchers: Readonly<Record<string, string>> = {
  Y: '(?<Y>\\d{4})',
  m: '(?<m>\\d{1,2})',
  d: '(?<d>\\d{1,2})',
  j: '(?<j>\\d{1,3})',
  H: '(?<H>\\d{1,2})',
  I: '(?<I>\\d{1,2})',
  M: '(?<M>\\d{1,2})',
  S: '(?<S>\\d{1,2})',
  f: '(?<f>\\d{1,6})',
  y: '(?<y>\\d{2})',
  p: '(?<p>[AaPp][Mm])',
  b: '(?<b>[A-Za-z]{3})',
  B: '(?<b>[A-Za-z]+)',
  a: '[A-Za-z]{3}',
  A: '[A-Za-z]+',
  z: '(?<z>[+-]\\d{2}:?\\d{2}|Z)',
  Z: '[A-Za-z]+',
  '%': '%',
}

const parseDatetime = (source: string, format: string): Datetime => {
  const expanded = format.replaceAll('%T', '%H:%M:%S').replaceAll('%D', '%m/%d/%y').replaceAll('%F', '%Y-%m-%d')
  const pattern = expanded.replace(/%([a-zA-Z%])|\s+|[.*+?^${}()|[\]\\]/g, (part, letter?: string) => {
    if (letter !== undefined) return matchers[letter] ?? fail(`to_datetime does not know the directive %${letter}`)
    return /^\s/.test(part) ? '\\s+' : `\\${part}`
  })
  const found =
    new RegExp(`^${pattern}$`).exec(source)?.groups ?? (new RegExp(`^${pattern}$`).test(source) ? {} : undefined)
  if (found === undefined) return fail(`'${source}' is not a time in the format '${format}'`)
  const number = (key: string, other: number) => (found[key] === undefined ? other : Number(found[key]))
  const short = number('y', -1)
  const year = short < 0 ? number('Y', 1900) : short + (short < 69 ? 2000 : 1900)
  const dayOfYear = number('j', 0)
  const month =
    dayOfYear > 0
      ? 1
      : found['b'] === undefined
        ? number('m', 1)
        : monthNames.indexOf(found['b'].slice(0, 3).toLowerCase()) + 1
  const hour =
    found['I'] === undefined ? number('H', 0) : (number('I', 12) % 12) + (/p/i.test(found['p'] ?? '') ? 12 : 0)
  const micros = Number((found['f'] ?? '0').padEnd(6, '0'))
  const date = new Date(
    Date.UTC(
      year,
      month - 1,
      dayOfYear || number('d', 1),
      hour,
      number('M', 0),
      number('S', 0),
      Math.floor(micros / 1000),
    ),
  )
  if (dayOfYear === 0 && date.getUTCMonth() !== month - 1) return fail(`'${source}' is not a date that exists`)
  return new Datetime(date, true, micros)
}

const secondsOf = (value: Value): number => {
  const seconds = typeof value === 'string' ? Number(value) : numberOf(value, 'the seconds')
  return Number.isFinite(seconds) ? seconds : fail(`the seconds must be a number, not '${text(value)}'`)
}

export const timeFilters: Readonly<Record<string, Filter>> = {
  strftime: {
    parameters: ['second', 'utc'],
    apply: (input, [second, utc]) => {
      const date = second === undefined || second === null ? new Date() : new Date(secondsOf(second) * 1000)
      return strftime(stringOf(input, 'strftime'), date, flagOr(utc, false))
    },
  },
  to_datetime: {
    parameters: ['format'],
    apply: (input, [format]) => parseDatetime(text(input), textOr(format, '%Y-%m-%d %H:%M:%S')),
  },
}
