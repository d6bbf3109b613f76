import { posix } from 'node:path'
import picomatch from 'picomatch'
import type { FindParameters } from '../../../schema/types.ts'
import type { Stat } from '../../connections/connection.ts'
import { Failure } from '../../failure.ts'
import { modeFor } from '../mode.ts'
import { expressionOf } from '../textfile.ts'

type Test = (name: string) => boolean

const testOf = (pattern: string, isExpression: boolean, parameter: string): Test => {
  if (isExpression) {
    const expression = expressionOf(parameter, `\\A(?:${pattern})`)
    return (name) => expression.test(name)
  }
  // As fnmatch: no braces and no negation of the whole; hidden names are another parameter's matter.
  return picomatch(pattern.replace(/^!/, '\\!'), { dot: true, nobrace: true, noextglob: true, noglobstar: true })
}

/** Whether a file's name is one of the patterns', none of the excluded, and not a hidden one. */
export const namesFit = ({ patterns, excludes, use_regex, hidden }: FindParameters): ((stat: Stat) => boolean) => {
  const wanted = patterns.map((pattern) => testOf(pattern, use_regex, 'patterns'))
  const unwanted = excludes.map((pattern) => testOf(pattern, use_regex, 'excludes'))
  return ({ path }) => {
    const name = posix.basename(path)
    if (name.startsWith('.') && !hidden) return false
    if (unwanted.some((test) => test(name))) return false
    return wanted.length === 0 || wanted.some((test) => test(name))
  }
}

const seconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }
const bytes: Readonly<Record<string, number>> = { b: 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 }

/** A number with a unit; without one it counts in the smallest. Throws a Failure that names the parameter. */
const amount = (parameter: string, text: string, units: Readonly<Record<string, number>>): number => {
  const [, number = '', unit = ''] = /^(-?\d+)([a-z]?)$/.exec(text.toLowerCase()) ?? []
  const factor = unit === '' ? 1 : units[unit]
  if (number === '' || factor === undefined) {
    throw new Failure('module.parameter', `'${parameter}' must be a number with a unit, not '${text}'`, {
      hint: `units: ${Object.keys(units).join(', ')}; for example '2${Object.keys(units)[2]}' or '-1${Object.keys(units)[2]}'`,
    })
  }
  return Number(number) * factor
}

/** Whether a value is at least the limit; at most, when the limit is negative. */
const reaches = (value: number, limit: number, isNegative: boolean): boolean =>
  isNegative ? value <= Math.abs(limit) : value >= limit

/** Whether age, size and mode are as wanted; `now` in seconds. */
export const fitsAttributes = (stat: Stat, params: FindParameters, now: number): boolean => {
  const { age, age_stamp, size, mode, exact_mode } = params
  if (age !== undefined) {
    const stamp = { atime: stat.accessed, ctime: stat.changed, mtime: stat.modified }[age_stamp]
    if (!reaches(now - stamp, amount('age', age, seconds), age.startsWith('-'))) return false
  }
  if (size !== undefined && stat.type === 'file') {
    if (!reaches(stat.size, amount('size', size, bytes), size.startsWith('-'))) return false
  }
  if (mode === undefined) return true
  const bits = modeFor(mode, { mode: 0, directory: stat.type === 'directory' })
  return exact_mode ? stat.mode === bits : (stat.mode & bits) === bits
}
