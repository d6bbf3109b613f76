import type { FileParameters } from '../../../schema/types.ts'
import { sh } from '../../command.ts'
import type { Stat } from '../../connections/connection.ts'
import { Failure } from '../../failure.ts'
import { propertyDiff } from '../attributes.ts'
import { type Change, change, type Host } from '../module.ts'
import { runOrFail } from '../runorfail.ts'

const fields: Readonly<Record<string, string>> = {
  Y: '(?<Y>\\d{4})',
  y: '(?<y>\\d{2})',
  m: '(?<m>\\d{2})',
  d: '(?<d>\\d{2})',
  H: '(?<H>\\d{2})',
  M: '(?<M>\\d{2})',
  S: '(?<S>\\d{2})',
}

/** A time in strftime's format as `date -d` reads it: `2024-01-31 12:30:00`. */
export const readTime = (text: string, format: string): string => {
  const pattern = format.replace(/%(.)|[^%]/gs, (part, letter: string | undefined) => {
    if (letter === undefined) return part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
    return letter === '%' ? '%' : (fields[letter] ?? `%${letter}`)
  })
  const found = new RegExp(`^${pattern}$`).exec(text)?.groups
  if (!found) {
    throw new Failure('module.parameter', `'${text}' is no time in the format '${format}'`, {
      hint: "write for example '202401311230.00', or 'now' or 'preserve'",
    })
  }
  const { Y, y, m = '01', d = '01', H = '00', M = '00', S = '00' } = found
  return `${Y ?? `20${y}`}-${m}-${d} ${H}:${M}:${S}`
}

/** Yields the change of a file's times, and returns whether there was one; `preserve` and nothing keep them. */
export async function* setTimes(
  host: Host,
  stat: Stat,
  params: FileParameters,
): AsyncGenerator<Change, boolean, unknown> {
  const wanted = (value: string | undefined, format: string): string | undefined =>
    value === undefined || value === 'preserve' ? undefined : value === 'now' ? 'now' : readTime(value, format)
  const access = wanted(params.access_time, params.access_time_format)
  const modification = wanted(params.modification_time, params.modification_time_format)
  if (access === undefined && modification === undefined) return false
  const fixed = (text: string | undefined) => (text === undefined || text === 'now' ? '@0' : text)
  const times = [fixed(access), fixed(modification)]
  const seconds = times.every((time) => time === '@0')
    ? ''
    : await runOrFail(host, sh`for time in ${times}; do date -d "$time" +%s || exit; done`)
  const [accessed = 0, modified = 0] = seconds.split('\n').map(Number)
  const isDifferent = (text: string | undefined, now: number, then: number) =>
    text !== undefined && (text === 'now' || Math.floor(now) !== then)
  const steps = [
    ...(isDifferent(access, stat.accessed, accessed) ? [{ flag: '-a', text: access!, name: 'atime' }] : []),
    ...(isDifferent(modification, stat.modified, modified) ? [{ flag: '-m', text: modification!, name: 'mtime' }] : []),
  ]
  if (steps.length === 0) return false
  yield* change({
    what: `set the times of ${stat.path}: ${steps.map(({ name, text }) => `${name} ${text}`).join(', ')}`,
    diff: propertyDiff(
      stat.path,
      { atime: stat.accessed, mtime: stat.modified },
      { ...{ atime: stat.accessed, mtime: stat.modified }, ...Object.fromEntries(steps.map((s) => [s.name, s.text])) },
    ),
    apply: async () => {
      for (const { flag, text } of steps) {
        await runOrFail(host, sh`touch -c -h ${flag} ${text === 'now' ? [] : ['-d', text]} -- ${stat.path}`)
      }
    },
  })
  return true
}
