import { Failure, messageOf } from '../../failure.ts'
import { expandReplacement } from '../../vars/regularexpression.ts'

/** What a line is known by: an expression that it matches, or a part of it, or all of it. */
export type Search = {
  readonly line: string | undefined
  readonly regexp: RegExp | undefined
  readonly part: string | undefined
}

export type Insertion = Search & {
  readonly line: string
  /** Where a new line goes; `after` and `before` the line that `neighbour` matches. */
  readonly place: 'BOF' | 'EOF' | 'after' | 'before'
  readonly neighbour: RegExp | undefined
  readonly firstMatch: boolean
  /** `line` refers to groups of `regexp`. */
  readonly backrefs: boolean
}

/** The new text, and what was done in Ansible's words. */
export type Edit = { readonly text: string; readonly msg: string; readonly found?: number }

/** Lines with their ends; only the newline ends one. */
const split = (text: string): string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? []

const bare = (line: string): string => line.replace(/[\r\n]+$/, '')

const isHit = ({ line, regexp, part }: Search, candidate: string): boolean => {
  if (regexp) return regexp.test(candidate)
  if (part !== undefined) return candidate.includes(part)
  return bare(candidate) === line
}

export const removeLines = (text: string, search: Search): Edit => {
  const lines = split(text)
  const kept = lines.filter((line) => !isHit(search, line))
  const found = lines.length - kept.length
  return { text: kept.join(''), msg: found > 0 ? `${found} line(s) removed` : '', found }
}

/** Index of the first or last line that passes; -1 when none does. */
const indexOf = (lines: readonly string[], first: boolean, passes: (line: string) => boolean): number =>
  first ? lines.findIndex(passes) : lines.findLastIndex(passes)

const expanded = (regexp: RegExp, candidate: string, line: string): string => {
  const match = regexp.exec(candidate)
  if (!match) return line
  try {
    return expandReplacement(line, [...match], match.groups ?? {})
  } catch (thrown) {
    throw new Failure('module.parameter', `'line': ${messageOf(thrown)}`, { cause: thrown })
  }
}

/** The text with the line at an index, other lines moving down; every line before it ends with a newline. */
const inserted = (lines: readonly string[], index: number, line: string): Edit => {
  const above = lines.slice(0, index).join('')
  const end = above === '' || /[\r\n]$/.test(above) ? '' : '\n'
  return { text: `${above}${end}${line}\n${lines.slice(index).join('')}`, msg: 'line added' }
}

const unchanged = (text: string): Edit => ({ text, msg: '' })

/** Replaces the line that the search finds, else adds the line at its place, unless it stands there already. */
export const insertLine = (text: string, insertion: Insertion): Edit => {
  const { line, regexp, part, place, neighbour, firstMatch, backrefs } = insertion
  const lines = split(text)
  const hit = regexp || part !== undefined ? indexOf(lines, firstMatch, (candidate) => isHit(insertion, candidate)) : -1
  if (hit >= 0) {
    const wanted = backrefs && regexp ? expanded(regexp, lines[hit]!, line) : line
    const ended = wanted.endsWith('\n') ? wanted : `${wanted}\n`
    if (lines[hit] === ended) return unchanged(text)
    return { text: lines.with(hit, ended).join(''), msg: 'line replaced' }
  }
  if (backrefs) return unchanged(text)
  if (lines.some((candidate) => bare(candidate) === line)) return unchanged(text)
  if (place === 'BOF') return inserted(lines, 0, line)
  const at = neighbour ? indexOf(lines, firstMatch, (candidate) => neighbour.test(candidate)) : -1
  if (at < 0) return inserted(lines, lines.length, line)
  return inserted(lines, place === 'after' ? at + 1 : at, line)
}
