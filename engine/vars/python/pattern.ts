import { fail } from './failing.ts'

/** What `\w`, `\d` and `\s` match, as members of a class: in texts of all scripts, and where only ASCII counts. */
const membersOf: Readonly<Record<'all' | 'ascii', Readonly<Record<string, string>>>> = {
  all: {
    w: '\\p{L}\\p{N}_',
    d: '\\p{Nd}',
    s: '\\t-\\r\\x1c- \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000',
  },
  ascii: { w: 'A-Za-z0-9_', d: '0-9', s: '\\t-\\r ' },
}

/** What an escape stands for that matches a kind of characters, or the place between two kinds; undefined for others. */
const classOf = (letter: string, isAscii: boolean): string | undefined => {
  const members = membersOf[isAscii ? 'ascii' : 'all']
  const word = `[${members['w']}]`
  if (letter === 'b') return `(?:(?<=${word})(?!${word})|(?<!${word})(?=${word}))`
  // there is no place within an empty text
  if (letter === 'B') return `(?:(?<=${word})(?=${word})|(?<!${word})(?!${word})(?:(?=[^])|(?<=[^])))`
  const body = members[letter.toLowerCase()]
  return body && `[${letter === letter.toLowerCase() ? '' : '^'}${body}]`
}

/** A character that is escaped by its number. */
const characterOf = (number: number): string =>
  `\\u{${(number > 0x10ffff ? fail(`\\U${number.toString(16)} is no character`) : number).toString(16)}}`

/** How many digits the escape of a character has. */
const hexadecimal: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 }

/** An escape of a pattern as JavaScript writes it, and how many characters of the pattern it takes. */
export const escaped = (rest: string, isInClass: boolean, isAscii: boolean, groups: number): [string, number] => {
  const next = rest[1] ?? fail('a regular expression must not end with a single backslash')
  if (!isInClass && next === 'A') return ['^', 2]
  if (!isInClass && next === 'Z') return ['$', 2]
  if (next === 'a') return ['\\x07', 2]
  const digits = hexadecimal[next]
  if (digits !== undefined) {
    const code = rest.slice(2, 2 + digits)
    return new RegExp(`^[\\da-fA-F]{${digits}}$`).test(code)
      ? [characterOf(Number.parseInt(code, 16)), 2 + digits]
      : fail(`incomplete escape \\${next}${code}`)
  }
  if (rest.startsWith('\\N{'))
    return fail('characters have no names here: write \\N{…} as the character itself, or as \\u…')
  const octal = (isInClass ? /^\\([0-7]{1,3})/ : /^\\(0[0-7]{0,2}|[0-7]{3})/).exec(rest)
  if (octal) {
    const number = Number.parseInt(octal[1]!, 8)
    return number > 0o377 ? fail(`octal escape ${octal[0]} is beyond \\377`) : [characterOf(number), octal[0].length]
  }
  const reference = isInClass ? undefined : /^\\(\d{1,2})/.exec(rest)?.[1]
  if (reference !== undefined && Number(reference) > groups) return fail(`invalid group reference ${reference}`)
  if (/[A-Za-z89]/.test(next) && !/[dDsSwWnrtfv]/.test(next) && (isInClass ? next !== 'b' : !/[bB]/.test(next)))
    return fail(`bad escape \\${next}`)
  const known = isInClass && next === 'b' ? undefined : classOf(next, isAscii)
  if (known !== undefined) return [known, 2]
  const means = /[\^$\\.*+?()[\]{}|/A-Za-z0-9]/.test(next) || (isInClass && next === '-')
  return [means ? `\\${next}` : next, 2]
}

/** A member of a class as it stands in the pattern, as JavaScript writes it, and whether it is many characters, like `\d`. */
type Member = { readonly text: string; readonly written: string; readonly isMany: boolean }

const memberOf = (rest: string, isAscii: boolean): Member => {
  if (rest[0] !== '\\') {
    const text = String.fromCodePoint(rest.codePointAt(0) ?? fail('unterminated character set'))
    return { text, written: /[\^[\]-]/.test(text) ? `\\${text}` : text, isMany: false }
  }
  const [written, length] = escaped(rest, true, isAscii, 0)
  return { text: rest.slice(0, length), written, isMany: /[dDsSwW]/.test(rest[1] ?? '') }
}

/** A class `[…]` at the start of a text, and its length. What `\W`, `\D` and `\S` match stands beside the class of the others. */
export const characterClass = (rest: string, isAscii: boolean): [string, number] => {
  const isNegated = rest[1] === '^'
  const first = isNegated ? 2 : 1
  const others: string[] = []
  let body = ''
  let index = first
  // A bracket right behind the opening one is a member of the class in Python.
  while (index === first || rest[index] !== ']') {
    const { text, written, isMany } = memberOf(rest.slice(index), isAscii)
    index += text.length
    if (rest[index] === '-' && rest[index + 1] !== ']') {
      const last = memberOf(rest.slice(index + 1), isAscii)
      if (isMany || last.isMany) return fail(`bad character range ${text}-${last.text}`)
      body += `${written}-${last.written}`
      index += 1 + last.text.length
    } else if (!isMany) body += written
    else if (written.startsWith('[^')) others.push(written)
    else body += written.slice(1, -1)
  }
  if (others.length === 0) return [`[${isNegated ? '^' : ''}${body}]`, index + 1]
  const all = [...(body === '' ? [] : [`[${body}]`]), ...others].join('|')
  return [isNegated ? `(?:(?!${all})[^])` : `(?:${all})`, index + 1]
}

/** How many groups a pattern has whose content can be referred to. */
const groupsOf = (pattern: string): number =>
  pattern.match(/\\[\s\S]|\[\^?\]?(?:\\[\s\S]|[^\]\\])*\]|\((?!\?)|\(\?P</g)?.filter((part) => part[0] === '(')
    .length ?? 0

export type PatternFlags = { readonly multiline?: boolean; readonly dotAll?: boolean; readonly ascii?: boolean }

/** A pattern of Python's `re` as JavaScript writes it, with its flag `u` and without `m`. @throws Failure for an escape that Python does not know */
export const translatePattern = (pattern: string, { multiline, dotAll, ascii = false }: PatternFlags): string => {
  const groups = groupsOf(pattern)
  let result = ''
  for (let index = 0; index < pattern.length; index++) {
    const rest = pattern.slice(index)
    const character = pattern[index]!
    if (character === '\\' || character === '[') {
      const [written, length] = character === '[' ? characterClass(rest, ascii) : escaped(rest, false, ascii, groups)
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
    else if (character === '{') {
      const [all, least, comma, most] = /^\{(\d*)(,?)(\d*)\}(?<!\{\})/.exec(rest) ?? []
      result += all === undefined ? '\\{' : `{${least || 0}${comma}${most}}`
      index += (all?.length ?? 1) - 1
    } else if (character === '}' || character === ']') result += `\\${character}`
    else result += character
  }
  return result
}
