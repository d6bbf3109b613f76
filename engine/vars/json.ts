import { order } from './python/compare.ts'
import { fail } from './python/failing.ts'
import { float, floatText, int } from './python/number.ts'
import { text } from './python/text.ts'
import { typeName } from './python/type.ts'
import { Float, isDict, type Key, type Value } from './value.ts'

export type JsonStyle = {
  /** Spaces of each level, or what stands for them. */
  readonly indent: number | string | undefined
  /** NaN and the infinities are written, which JSON itself does not have. True unless told. */
  readonly allowsNan?: boolean
  readonly sortKeys: boolean
  readonly isAscii: boolean
  readonly itemSeparator: string
  readonly keySeparator: string
}

export const compactJson: JsonStyle = {
  indent: undefined,
  sortKeys: false,
  isAscii: true,
  itemSeparator: ', ',
  keySeparator: ': ',
}

const shortEscapes: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\b': '\\b',
  '\f': '\\f',
}

const quoted = (value: string, isAscii: boolean): string => {
  const body = value.replace(
    /["\\\x00-\x1f]/g,
    (character) => shortEscapes[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  return `"${isAscii ? body.replace(/[\u007f-\uffff]/g, (unit) => (unit === '\x7f' ? unit : `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)) : body}"`
}

const numberText = (value: number, allowsNan = true): string => {
  if (Number.isFinite(value)) return floatText(value)
  if (!allowsNan) return fail(`JSON has no number for ${floatText(value)}`)
  return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity'
}

const keyText = (key: Key): string => {
  if (typeof key === 'string') return key
  if (key === null) return 'null'
  return typeof key === 'boolean' ? String(key) : text(key)
}

/** A resolved value as Python's json.dumps writes it. */
export const toJson = (value: Value, style: JsonStyle = compactJson): string => {
  const { indent } = style
  const level = typeof indent === 'string' ? indent : ' '.repeat(Math.max(0, indent ?? 0))
  const write = (part: Value, margin: string): string => {
    if (part === null) return 'null'
    if (typeof part === 'string') return quoted(part, style.isAscii)
    if (typeof part === 'boolean') return String(part)
    if (part instanceof Float) return numberText(part.value, style.allowsNan)
    if (typeof part === 'number') return Number.isInteger(part) ? text(part) : numberText(part, style.allowsNan)
    if (typeof part === 'bigint') return String(part)
    const inner = margin + level
    const [open, separator, close] =
      indent === undefined
        ? ['', style.itemSeparator, '']
        : [`\n${inner}`, `${style.itemSeparator.trimEnd()}\n${inner}`, `\n${margin}`]
    if (Array.isArray(part)) {
      return part.length === 0
        ? '[]'
        : `[${open}${Array.from(part, (item) => write(item, inner)).join(separator)}${close}]`
    }
    if (isDict(part)) {
      const entries = [...part]
      if (style.sortKeys) entries.sort(([left], [right]) => order(left, right))
      return entries.length === 0
        ? '{}'
        : `{${open}${entries.map(([key, item]) => quoted(keyText(key), style.isAscii) + style.keySeparator + write(item, inner)).join(separator)}${close}}`
    }
    return fail(`a value of type '${typeName(part)}' cannot be written as JSON`)
  }
  return write(value, '')
}

/** Reads JSON as Python does: `1.0` stays a float, large integers stay exact, keys stay in order, NaN is read. */
export const fromJson = (source: string): Value => {
  let at = 0
  const wrong = (): never => {
    const line = source.slice(0, at).split('\n').length
    return fail(
      at >= source.length
        ? 'the JSON text ends too early'
        : `the JSON text has an unexpected '${source[at]}' at line ${line}, character ${at + 1}`,
    )
  }
  const blank = () => {
    while (at < source.length && ' \t\n\r'.includes(source[at]!)) at++
  }
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at
    const found = pattern.exec(source)?.[0]
    if (found !== undefined) at += found.length
    return found
  }
  const readString = (): string => {
    const found = take(/"(?:[^"\\]|\\[\s\S])*"/y)
    if (found === undefined) return wrong()
    try {
      return JSON.parse(found.replace(/[\n\r\t]/g, (character) => shortEscapes[character]!)) as string
    } catch {
      return fail(`the JSON text holds an invalid string: ${found}`)
    }
  }
  const read = (): Value => {
    blank()
    const character = source[at]
    if (character === '{') {
      at++
      const made = new Map<Key, Value>()
      blank()
      while (source[at] !== '}') {
        if (made.size > 0 && source[at++] !== ',') {
          at--
          return wrong()
        }
        blank()
        const key = readString()
        blank()
        if (source[at] !== ':') return wrong()
        at++
        made.delete(key)
        made.set(key, read())
        blank()
      }
      at++
      return made
    }
    if (character === '[') {
      at++
      const made: Value[] = []
      blank()
      while (source[at] !== ']') {
        if (made.length > 0) {
          if (source[at] !== ',') return wrong()
          at++
        }
        made.push(read())
        blank()
      }
      at++
      return made
    }
    if (character === '"') return readString()
    const word = take(/true|false|null|NaN|-?Infinity/y)
    if (word !== undefined) {
      if (word === 'null') return null
      if (word === 'true' || word === 'false') return word === 'true'
      return word === 'NaN' ? Number.NaN : word === 'Infinity' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY
    }
    const number = take(/-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y)
    if (number === undefined) return wrong()
    return /[.eE]/.test(number) ? float(Number(number)) : int(BigInt(number))
  }
  const value = read()
  blank()
  return at < source.length ? wrong() : value
}
