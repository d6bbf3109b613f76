import { fail } from './failing.ts'

/** A sign of a word, as Python's texts have them in all scripts. */
const word = '[\\p{L}\\p{N}_]'

/** Letters and digits of all scripts, as Python's texts have them. */
const unicodeClasses: Readonly<Record<string, string>> = {
  w: word,
  W: '[^\\p{L}\\p{N}_]',
  d: '\\p{Nd}',
  D: '\\P{Nd}',
  b: `(?:(?<=${word})(?!${word})|(?<!${word})(?=${word}))`,
  // there is no place within an empty text
  B: `(?:(?<=${word})(?=${word})|(?<!${word})(?!${word})(?:(?=[^])|(?<=[^])))`,
}

/** What Python escapes and JavaScript does not, or otherwise. */
const characterOf = (code: string): string => {
  const number = Number.parseInt(code, 16)
  const unit = String.fromCodePoint(number > 0x10ffff ? fail(`\\U${code} is no character`) : number)
  return unit.replace(/[\^$\\.*+?()[\]{}|/-]/, '\\$&')
}

/** How many digits the escape of a character has. */
const hexadecimal: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 }

/** An escape of a pattern as JavaScript writes it, and how many characters of the pattern it takes. */
export const escaped = (rest: string, isInClass: boolean, isUnicode: boolean, groups: number): [string, number] => {
  const next = rest[1] ?? fail('a regular expression must not end with a single backslash')
  if (!isInClass && next === 'A') return ['^', 2]
  if (!isInClass && next === 'Z') return ['$', 2]
  if (next === 'a') return ['\\x07', 2]
  const digits = hexadecimal[next]
  if (digits !== undefined) {
    const code = rest.slice(2, 2 + digits)
    return new RegExp(`^[\\da-fA-F]{${digits}}$`).test(code)
      ? [characterOf(code), 2 + digits]
      : fail(`incomplete escape \\${next}${code}`)
  }
  if (rest.startsWith('\\N{'))
    return fail('characters have no names here: write \\N{…} as the character itself, or as \\u…')
  const octal = /^\\(0[0-7]{0,2}|[0-3][0-7]{2})/.exec(rest)
  if (octal) return [characterOf(Number.parseInt(octal[1]!, 8).toString(16)), octal[0].length]
  const reference = isInClass ? undefined : /^\\(\d{1,2})/.exec(rest)?.[1]
  if (reference !== undefined && Number(reference) > groups) return fail(`invalid group reference ${reference}`)
  if (/[A-Za-z]/.test(next) && !/[dDsSwWnrtfv]/.test(next) && (isInClass ? next !== 'b' : !/[bB]/.test(next)))
    return fail(`bad escape \\${next}`)
  if (!isUnicode) return [`\\${next}`, 2]
  const known = isInClass && next === 'b' ? undefined : unicodeClasses[next]
  if (known !== undefined) return [isInClass ? known.replace(/^\[|\]$/g, '') : known, 2]
  const means = /[\^$\\.*+?()[\]{}|/A-Za-z0-9]/.test(next) || (isInClass && next === '-')
  return [means ? `\\${next}` : next, 2]
}

/**
 * A class `[…]` at the start of a text, and its length. Where letters of all scripts count, JavaScript has no `\W`
 * within a class: it stands beside it then.
 */
export const characterClass = (rest: string, isUnicode: boolean): [string, number] => {
  const isNegated = rest[1] === '^'
  let index = isNegated ? 2 : 1
  let body = ''
  let hasNonWord = false
  // A bracket right behind the opening one is a member of the class in Python.
  if (rest[index] === ']') {
    body = '\\]'
    index++
  }
  while (index < rest.length && rest[index] !== ']') {
    if (rest[index] !== '\\') {
      // JavaScript takes `[` inside a class as it is without the `v` flag.
      body += rest[index++]
      continue
    }
    if (isUnicode && rest[index + 1] === 'W') {
      hasNonWord = true
      index += 2
      continue
    }
    const [written, length] = escaped(rest.slice(index), true, isUnicode, 0)
    body += written
    index += length
  }
  if (index >= rest.length) return fail('unterminated character set')
  if (!hasNonWord) return [`[${isNegated ? '^' : ''}${body}]`, index + 1]
  const others = body === '' ? '' : isNegated ? `(?![${body}])` : `[${body}]|`
  return [isNegated ? `(?:${others}${word})` : `(?:${others}${unicodeClasses['W']})`, index + 1]
}

/** How many groups a pattern has whose content can be referred to. */
const groupsOf = (pattern: string): number =>
  pattern.match(/\\[\s\S]|\[\^?\]?(?:\\[\s\S]|[^\]\\])*\]|\((?!\?)|\(\?P</g)?.filter((part) => part[0] === '(')
    .length ?? 0

export type PatternFlags = { readonly multiline?: boolean; readonly dotAll?: boolean }

/** A pattern of Python's `re` as JavaScript writes it, without its flag `m`. @throws Failure for an escape that Python does not know */
export const translatePattern = (pattern: string, { multiline, dotAll }: PatternFlags, isUnicode: boolean): string => {
  const groups = groupsOf(pattern)
  let result = ''
  for (let index = 0; index < pattern.length; index++) {
    const rest = pattern.slice(index)
    const character = pattern[index]!
    if (character === '\\' || character === '[') {
      const [written, length] =
        character === '[' ? characterClass(rest, isUnicode) : escaped(rest, false, isUnicode, groups)
      result += written
      index += length - 1
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
    else if (character === '^' && multiline) result += '(?<=\\n|^)'
    else if (character === '$') result += multiline ? '(?=\\n|$)' : '(?=\\n?$)'
    else if (character === '{' && !/^\{\d*,?\d*\}/.test(rest)) result += '\\{'
    else if (/^\{,\d+\}/.test(rest)) {
      result += '{0'
    } else result += character
  }
  return result
}
