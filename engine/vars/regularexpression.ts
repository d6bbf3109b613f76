import { Failure, messageOf } from '../failure.ts'
import { letterEscapes } from './python/escapes.ts'
import { fail } from './python/failing.ts'
import { PatternMatcher } from './python/matcher.ts'
import { translatePattern } from './python/pattern.ts'
import { isPythons, readPattern } from './python/patternsyntax.ts'

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

/**
 * A JavaScript regular expression that matches as Python's `re` does with this pattern: named groups, `\A`, `\Z`,
 * `$` before a last newline, inline flags. Throws a Failure for a pattern that is not valid.
 */
export const regularExpression = (pattern: string, options: RegularExpressionOptions = {}): RegExp => {
  try {
    return expressionFor(pattern, options)
  } catch (thrown) {
    const why = messageOf(thrown).replace(/^Invalid regular expression: .*: /s, '')
    throw new Failure('template.value', `invalid regular expression '${pattern}': ${why}`)
  }
}

const expressionFor = (pattern: string, options: RegularExpressionOptions): RegExp => {
  const flags = { ...options } as { -readonly [key in keyof RegularExpressionOptions]: boolean }
  let source = pattern
  let isVerbose = false
  let isAscii = false
  const inline = /^((?:\\A\(\?:)?)\(\?([aimsux]+)\)/.exec(source)
  if (inline) {
    for (const letter of inline[2]!) {
      const flag = inlineFlags[letter]
      if (flag) flags[flag] = true
      if (letter === 'x') isVerbose = true
      if (letter === 'a') isAscii = true
    }
    source = inline[1]! + source.slice(inline[0].length)
  }
  if (isVerbose)
    source = source.replace(/\\[\s\S]|\[(?:\\[\s\S]|[^\]])*\]|\s+|#.*/g, (part) => (/^[\s#]/.test(part) ? '' : part))
  const letters = `${flags.ignoreCase ? 'i' : ''}${flags.dotAll ? 's' : ''}${flags.global ? 'g' : ''}`
  const tree = readPattern(source, { ...flags, ascii: isAscii })
  if (isPythons(tree)) return new PatternMatcher(tree, letters)
  return new RegExp(translatePattern(source, { ...flags, ascii: isAscii }), `${letters}u`)
}

/** The same expression with further flags. */
export const withFlags = (expression: RegExp, more: string): RegExp => {
  const flags = `${expression.flags}${more}`
  return expression instanceof PatternMatcher ? new PatternMatcher(expression, flags) : new RegExp(expression, flags)
}

/** What a replacement stands for: `\1`, `\g<1>`, `\g<name>`, `\n` and their kin, for one match. */
export const expandReplacement = (
  replacement: string,
  groups: readonly (string | undefined)[],
  named: Readonly<Record<string, string | undefined>>,
): string => {
  const group = (reference: string): string => {
    if (!/^\d+$/.test(reference))
      return Object.hasOwn(named, reference)
        ? (named[reference] ?? '')
        : fail(`the replacement names the group '${reference}', which the pattern does not have`)
    const index = Number(reference)
    return index < groups.length
      ? (groups[index] ?? '')
      : fail(`the replacement refers to group ${index}, which the pattern does not have`)
  }
  return replacement.replace(
    /\\(?:g<([^>]+)>|(0[0-7]{0,2}|[1-3][0-7]{2})|(\d{1,2})|([\s\S]?))/g,
    (all, name?: string, octal?: string, digits?: string, other = '') => {
      const reference = name ?? digits
      if (reference !== undefined) return group(reference)
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8))
      return letterEscapes[other] ?? (/^[A-Za-z]?$/.test(other) ? fail(`bad escape ${all} in a replacement`) : all)
    },
  )
}

/** All matches in a text. */
export const matchesOf = (expression: RegExp, text: string): Iterable<RegExpExecArray> => {
  if (expression instanceof PatternMatcher) return expression.all(text)
  return text.matchAll(expression.global ? expression : withFlags(expression, 'g'))
}

/** Python's re.sub. `count` 0 replaces all. */
export const substitute = (
  expression: RegExp,
  source: string,
  replacement: string,
  count = 0,
): { text: string; replaced: number } => {
  let replaced = 0
  let end = 0
  const parts: string[] = []
  for (const match of matchesOf(expression, source)) {
    if (count > 0 && replaced >= count) break
    replaced++
    parts.push(source.slice(end, match.index), expandReplacement(replacement, match, match.groups ?? {}))
    end = match.index + match[0].length
  }
  return { text: `${parts.join('')}${source.slice(end)}`, replaced }
}
