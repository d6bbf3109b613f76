import { type Dict, isDict, Tuple, type Value } from '../value.ts'
import { isTrue } from './compare.ts'
import { fail } from './failing.ts'
import { type Access, bracesFormat } from './format.ts'
import {
  argument,
  type Given,
  type Method,
  optionalInteger,
  optionalText,
  required,
  requiredInteger,
  requiredText,
} from './method.ts'
import { characters, items, slice, tuple } from './sequence.ts'
import { text } from './text.ts'
import { typeName } from './type.ts'

const escapeClass = (value: string) => value.replace(/[\]\\^-]/g, '\\$&')

/** str.strip and its kin; `set` are the characters to take off, white space unless given. */
export const strip = (value: string, set: string | undefined, side: 'both' | 'left' | 'right'): string => {
  if (set === '') return value
  const one = set === undefined ? '[\\s\\x1c-\\x1f\\x85]' : `[${escapeClass(set)}]`
  const left = side === 'right' ? value : value.replace(new RegExp(`^${one}+`, 'u'), '')
  if (side === 'left') return left
  const pattern = new RegExp(`^${one}$`, 'u')
  const all = Array.from(left)
  while (all.length > 0 && pattern.test(all.at(-1)!)) all.pop()
  return all.join('')
}

/** str.split: on white space runs when there is no separator. */
export const split = (value: string, separator?: string, limit = -1): string[] => {
  if (separator === '') return fail('empty separator')
  const parts: string[] = []
  let rest = separator === undefined ? strip(value, undefined, 'left') : value
  if (separator === undefined && rest === '') return []
  while (limit < 0 || parts.length < limit) {
    const found = separator === undefined ? /\s+/.exec(rest) : undefined
    const at = separator === undefined ? (found?.index ?? -1) : rest.indexOf(separator)
    if (at < 0) break
    parts.push(rest.slice(0, at))
    rest = rest.slice(at + (separator ?? found![0]).length)
    if (separator === undefined && rest === '') return parts
  }
  parts.push(separator === undefined && limit >= 0 && parts.length < limit ? strip(rest, undefined, 'right') : rest)
  return parts
}

const splitFromRight = (value: string, separator: string | undefined, limit: number): string[] => {
  if (limit < 0) return split(value, separator)
  const reverse = (part: string) => Array.from(part).reverse().join('')
  return split(reverse(value), separator === undefined ? undefined : reverse(separator), limit)
    .map(reverse)
    .reverse()
}

/** str.splitlines with Python's set of line ends. */
export const lines = (value: string, keepEnds = false): string[] => {
  const all = value.match(/[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]*(?:\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]|$)/g) ?? []
  if (all.at(-1) === '') all.pop()
  return keepEnds ? all : all.map((line) => line.replace(/(?:\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029])$/, ''))
}

export const capitalize = (value: string): string => value.charAt(0).toUpperCase() + value.slice(1).toLowerCase()
const titleCase = (value: string) => value.replace(/\p{L}+/gu, capitalize)
const part = (self: string, given: Given, from: number): string =>
  argument(given, from) === undefined && argument(given, from + 1) === undefined
    ? self
    : (slice(self, argument(given, from), argument(given, from + 1)) as string)

const affixes = (given: Given): string[] => {
  const value = required(given, 0, 'a string')
  if (typeof value === 'string') return [value]
  if (value instanceof Tuple) return Array.from(value, text)
  return fail(`the argument must be a string or a tuple of strings, not '${typeName(value)}'`)
}

const search = (self: string, given: Given, isLast: boolean): number => {
  const wanted = requiredText(given, 0, 'a string')
  const start = optionalInteger(given, 1, 'start') ?? 0
  const source = characters(self)
  const offset = start < 0 ? Math.max(0, start + source.length) : start
  const window = part(self, given, 1)
  const at = isLast ? window.lastIndexOf(wanted) : window.indexOf(wanted)
  return at < 0 ? -1 : offset + characters(window.slice(0, at)).length
}

const found = (index: number): number => (index < 0 ? fail('substring not found') : index)
/** The pattern is made when it is asked for: V8 takes long to read the classes of Unicode. */
const all =
  (pattern: () => RegExp): Method<string> =>
  (self) =>
    pattern().test(self)
const cased =
  (change: (value: string) => string): Method<string> =>
  (self) =>
    /\p{L}/u.test(self) && change(self) === self

const padded = (self: string, given: Given, place: (missing: number, width: number) => [number, number]): string => {
  const width = requiredInteger(given, 0, 'a width')
  const fill = optionalText(given, 1, 'fillchar') ?? ' '
  if (characters(fill).length !== 1) return fail('the fill character must be exactly one character long')
  const missing = width - characters(self).length
  if (missing <= 0) return self
  const [left, right] = place(missing, width)
  return fill.repeat(left) + self + fill.repeat(right)
}

const replace: Method<string> = (self, given) => {
  const wanted = requiredText(given, 0, 'the old text')
  const put = requiredText(given, 1, 'the new text')
  const limit = optionalInteger(given, 2, 'count') ?? -1
  const pieces = wanted === '' ? ['', ...Array.from(self), ''] : self.split(wanted)
  if (limit < 0) return pieces.join(put)
  if (pieces.length - 1 <= limit) return pieces.join(put)
  return pieces.slice(0, limit + 1).join(put) + wanted + pieces.slice(limit + 1).join(wanted)
}

const separatorOf = (given: Given): string =>
  requiredText(given, 0, 'a separator') || fail('the separator must not be empty')

const cut = (self: string, given: Given, at: number): Value => {
  const separator = separatorOf(given)
  return tuple(self.slice(0, at), separator, self.slice(at + separator.length))
}

/** str.maketrans of two texts of the same length, or of a dict; `translate` reads what it gives. */
const translationTable: Method<string> = (_self, given) => {
  const from = required(given, 0, 'a dict or the characters to replace')
  if (isDict(from))
    return new Map([...from].map(([key, value]) => [typeof key === 'string' ? key.codePointAt(0)! : key, value]))
  const [old, put] = [Array.from(text(from)), Array.from(requiredText(given, 1, 'the characters to put'))]
  if (old.length !== put.length) return fail('the two texts of maketrans() must be equally long')
  const table: Dict = new Map(old.map((one, index) => [one.codePointAt(0)!, put[index]!.codePointAt(0)!]))
  for (const one of optionalText(given, 2, 'the characters to delete') ?? '') table.set(one.codePointAt(0)!, null)
  return table
}

const translate: Method<string> = (self, given) => {
  const table = required(given, 0, 'a table')
  if (!isDict(table)) return fail('translate() needs a table as maketrans() makes it')
  return Array.from(self, (one) => {
    const put = table.get(one.codePointAt(0)!)
    if (put === undefined) return one
    return put === null ? '' : typeof put === 'number' ? String.fromCodePoint(put) : text(put)
  }).join('')
}

const untabbed: Method<string> = (self, given) => {
  const size = optionalInteger(given, 0, 'tabsize') ?? 8
  let column = 0
  return self.replace(/[^\t\n\r]+|[\t\n\r]/g, (run) => {
    if (run === '\t') {
      const spaces = size > 0 ? size - (column % size) : 0
      column += spaces
      return ' '.repeat(spaces)
    }
    column = run === '\n' || run === '\r' ? 0 : column + run.length
    return run
  })
}

/** The methods of Python's str. */
export const stringMethods = (access: Access): Readonly<Record<string, Method<string>>> => ({
  capitalize: (self) => capitalize(self),
  casefold: (self) => self.toLowerCase().replaceAll('ß', 'ss'),
  center: (self, given) =>
    padded(self, given, (missing, width) => {
      const left = Math.floor(missing / 2) + (missing & width & 1)
      return [left, missing - left]
    }),
  count: (self, given) => {
    const wanted = requiredText(given, 0, 'a string')
    const window = part(self, given, 1)
    return wanted === '' ? characters(window).length + 1 : window.split(wanted).length - 1
  },
  encode: (self) => self,
  decode: (self) => self,
  endswith: (self, given) => affixes(given).some((affix) => part(self, given, 1).endsWith(affix)),
  expandtabs: untabbed,
  find: (self, given) => search(self, given, false),
  format: (self, given) => bracesFormat(self, given.positional, given.named, access),
  format_map: (self, given) => {
    const mapping = required(given, 0, 'a mapping')
    return bracesFormat(
      self,
      [],
      isDict(mapping) ? (mapping as Dict as Map<string, Value>) : fail('format_map needs a mapping'),
      access,
    )
  },
  index: (self, given) => found(search(self, given, false)),
  isalnum: all(() => /^[\p{L}\p{N}]+$/u),
  isalpha: all(() => /^\p{L}+$/u),
  isascii: all(() => /^[\x00-\x7f]*$/),
  isdecimal: all(() => /^\p{Nd}+$/u),
  isdigit: all(() => /^[\p{Nd}\u00b2\u00b3\u00b9\u2070-\u2079\u2080-\u2089]+$/u),
  isidentifier: all(() => /^[\p{L}\p{Nl}_][\p{L}\p{Nl}\p{Mn}\p{Nd}_]*$/u),
  islower: cased((value) => value.toLowerCase()),
  isnumeric: all(() => /^\p{N}+$/u),
  isprintable: all(() => /^(?:[^\p{C}\p{Z}]| )*$/u),
  isspace: all(() => /^\s+$/),
  istitle: cased(titleCase),
  isupper: cased((value) => value.toUpperCase()),
  join: (self, given) =>
    items(required(given, 0, 'a list'))
      .map((item) =>
        typeof item === 'string' ? item : fail(`join() found a value of type '${typeName(item)}' among the strings`),
      )
      .join(self),
  ljust: (self, given) => padded(self, given, (missing) => [0, missing]),
  lower: (self) => self.toLowerCase(),
  lstrip: (self, given) => strip(self, optionalText(given, 0, 'chars'), 'left'),
  maketrans: translationTable,
  partition: (self, given) => {
    const at = self.indexOf(separatorOf(given))
    return at < 0 ? tuple(self, '', '') : cut(self, given, at)
  },
  removeprefix: (self, given) => {
    const prefix = requiredText(given, 0, 'a prefix')
    return self.startsWith(prefix) ? self.slice(prefix.length) : self
  },
  removesuffix: (self, given) => {
    const suffix = requiredText(given, 0, 'a suffix')
    return suffix !== '' && self.endsWith(suffix) ? self.slice(0, -suffix.length) : self
  },
  replace,
  rfind: (self, given) => search(self, given, true),
  rindex: (self, given) => found(search(self, given, true)),
  rjust: (self, given) => padded(self, given, (missing) => [missing, 0]),
  rpartition: (self, given) => {
    const at = self.lastIndexOf(separatorOf(given))
    return at < 0 ? tuple('', '', self) : cut(self, given, at)
  },
  rsplit: (self, given) =>
    splitFromRight(self, optionalText(given, 0, 'sep'), optionalInteger(given, 1, 'maxsplit') ?? -1),
  rstrip: (self, given) => strip(self, optionalText(given, 0, 'chars'), 'right'),
  split: (self, given) => split(self, optionalText(given, 0, 'sep'), optionalInteger(given, 1, 'maxsplit') ?? -1),
  splitlines: (self, given) => lines(self, isTrue(argument(given, 0, 'keepends') ?? false)),
  startswith: (self, given) => affixes(given).some((affix) => part(self, given, 1).startsWith(affix)),
  strip: (self, given) => strip(self, optionalText(given, 0, 'chars'), 'both'),
  swapcase: (self) =>
    Array.from(self, (letter) => (letter === letter.toUpperCase() ? letter.toLowerCase() : letter.toUpperCase())).join(
      '',
    ),
  title: (self) => titleCase(self),
  translate,
  upper: (self) => self.toUpperCase(),
  zfill: (self, given) => {
    const width = requiredInteger(given, 0, 'a width')
    const sign = /^[+-]/.test(self) ? self[0]! : ''
    return sign + self.slice(sign.length).padStart(width - sign.length, '0')
  },
})
