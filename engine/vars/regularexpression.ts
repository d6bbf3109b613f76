import { messageOf } from '../failure.ts'
import { fail } from './python/failing.ts'

export type RegularExpressionOptions = {
  readonly ignoreCase?: boolean
  readonly multiline?: boolean
  readonly dotAll?: boolean
  readonly global?: boolean
}

const inlineFlags: Readonly<Record<string, keyof RegularExpressionOptions | ''>> = {
  i: 'ignoreCase',
  m: 'multiline',
  s: 'dotAll',
  a: '',
  u: '',
  x: '',
}

/** Letters, digits and blanks of all scripts, as Python's texts have them. */
const unicodeClasses: Readonly<Record<string, string>> = {
  w: '[\\p{L}\\p{N}_]',
  W: '[^\\p{L}\\p{N}_]',
  d: '\\p{Nd}',
  D: '\\P{Nd}',
  b: '(?:(?<=[\\p{L}\\p{N}_])(?![\\p{L}\\p{N}_])|(?<![\\p{L}\\p{N}_])(?=[\\p{L}\\p{N}_]))',
  B: '(?:(?<=[\\p{L}\\p{N}_])(?=[\\p{L}\\p{N}_])|(?<![\\p{L}\\p{N}_])(?![\\p{L}\\p{N}_]))',
}

/** An escape where the flag `u` is set: with classes of all scripts, and without backslashes that mean nothing. */
const unicodeEscape = (next: string, isInClass: boolean): string => {
  const known = unicodeClasses[next]
  if (known !== undefined && !(isInClass && /[WbB]/.test(next)))
    return isInClass ? known.replace(/^\[|\]$/g, '') : known
  if (/[\^$\\.*+?()[\]{}|/A-Za-z0-9]/.test(next) || (isInClass && next === '-')) return `\\${next}`
  return next
}

/** Rewrites what Python writes differently; other escapes and character classes are left alone. */
const translate = (pattern: string, { multiline, dotAll }: RegularExpressionOptions, isUnicode: boolean): string => {
  let result = ''
  let isInClass = false
  for (let index = 0; index < pattern.length; index++) {
    const rest = pattern.slice(index)
    const character = pattern[index]!
    if (character === '\\') {
      const next = pattern[index + 1] ?? ''
      index++
      if (next === 'A' && !isInClass) result += '(?<![\\s\\S])'
      else if (next === 'Z' && !isInClass) result += '(?![\\s\\S])'
      else result += isUnicode ? unicodeEscape(next, isInClass) : `\\${next}`
    } else if (isInClass) {
      if (character === ']') isInClass = false
      // JavaScript takes `[` inside a class as it is without the `v` flag.
      result += character
    } else if (character === '[') {
      isInClass = true
      result += character
      const negated = pattern[index + 1] === '^' ? 1 : 0
      if (negated) result += pattern[++index]
      // A bracket right behind the opening one is a member of the class in Python.
      if (pattern[index + 1] === ']') {
        result += '\\]'
        index++
      }
    } else if (rest.startsWith('(?P<')) {
      result += '(?<'
      index += 3
    } else if (rest.startsWith('(?P=')) {
      const end = rest.indexOf(')')
      result += `\\k<${rest.slice(4, end)}>`
      index += end
    } else if (rest.startsWith('(?#')) index += rest.indexOf(')')
    // JavaScript ends lines at other characters, too; Python only at the newline.
    else if (character === '.' && !dotAll) result += '[^\\n]'
    else if (character === '^' && multiline) result += '(?<![^\\n])'
    else if (character === '$') result += multiline ? '(?![^\\n])' : '(?=\\n?(?![\\s\\S]))'
    else if (character === '{' && !/^\{\d*,?\d*\}/.test(rest)) result += '\\{'
    else if (/^\{,\d+\}/.test(rest)) {
      result += '{0'
    } else result += character
  }
  return result
}

/**
 * A JavaScript regular expression that matches as Python's `re` does with this pattern: named groups, `\A`, `\Z`,
 * `$` before a last newline, inline flags. Throws a Failure for a pattern that is not valid.
 */
export const regularExpression = (pattern: string, options: RegularExpressionOptions = {}): RegExp => {
  const flags = { ...options } as { -readonly [key in keyof RegularExpressionOptions]: boolean }
  let source = pattern
  let isVerbose = false
  const inline = /^((?:\\A\(\?:)?)\(\?([aimsux]+)\)/.exec(source)
  if (inline) {
    for (const letter of inline[2]!) {
      const flag = inlineFlags[letter]
      if (flag) flags[flag] = true
      if (letter === 'x') isVerbose = true
    }
    source = inline[1]! + source.slice(inline[0].length)
  }
  if (isVerbose)
    source = source.replace(/\\[\s\S]|\[(?:\\[\s\S]|[^\]])*\]|\s+|#.*/g, (part) => (/^[\s#]/.test(part) ? '' : part))
  const letters = `${flags.ignoreCase ? 'i' : ''}${flags.dotAll ? 's' : ''}${flags.global ? 'g' : ''}`
  // The flag `u` refuses patterns that Python takes: those are read without it.
  if (/\\[wWdDbB]|[^\0-\x7f]/.test(source)) {
    try {
      return new RegExp(translate(source, flags, true), `${letters}u`)
    } catch {
      // as it stands below
    }
  }
  try {
    return new RegExp(translate(source, flags, false), letters)
  } catch (thrown) {
    return fail(
      `invalid regular expression '${pattern}': ${messageOf(thrown).replace(/^Invalid regular expression: .*: /, '')}`,
    )
  }
}

/** What a replacement stands for: `\1`, `\g<1>`, `\g<name>`, `\n` and their kin, for one match. */
export const expandReplacement = (
  replacement: string,
  groups: readonly (string | undefined)[],
  named: Readonly<Record<string, string | undefined>>,
): string =>
  replacement.replace(
    /\\(?:g<([^>]+)>|(\d{1,2})|([\s\S]))/g,
    (_all, name: string | undefined, digits: string | undefined, other: string | undefined) => {
      const reference = name ?? digits
      if (reference !== undefined) {
        if (!/^\d+$/.test(reference))
          return Object.hasOwn(named, reference)
            ? (named[reference] ?? '')
            : fail(`the replacement names the group '${reference}', which the pattern does not have`)
        const index = Number(reference)
        return index < groups.length
          ? (groups[index] ?? '')
          : fail(`the replacement refers to group ${index}, which the pattern does not have`)
      }
      const known: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '\\': '\\' }
      return known[other!] ?? `\\${other}`
    },
  )

/** Python's re.sub. `count` 0 replaces all. */
export const substitute = (
  expression: RegExp,
  source: string,
  replacement: string,
  count = 0,
): { text: string; replaced: number } => {
  let replaced = 0
  const all = expression.global ? expression : new RegExp(expression.source, `${expression.flags}g`)
  const text = source.replace(all, (...found: unknown[]) => {
    if (count > 0 && replaced >= count) return found[0] as string
    replaced++
    const last = found.at(-1)
    const hasNames = typeof last === 'object' && last !== null
    const groups = found.slice(0, found.length - (hasNames ? 3 : 2)) as (string | undefined)[]
    return expandReplacement(replacement, groups, hasNames ? (last as Record<string, string | undefined>) : {})
  })
  return { text, replaced }
}
