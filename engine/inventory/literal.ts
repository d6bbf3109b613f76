import { stringEscapes } from '../vars/python/escapes.ts'
import { Float, type Key, Tuple, type Value } from '../vars/value.ts'

/** Thrown inside when a text is no Python literal; never leaves this file. */
class NoLiteral extends Error {}

const number =
  /(?:0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|(?:\d(?:_?\d)*)?\.\d(?:_?\d)*(?:[eE][-+]?\d(?:_?\d)*)?|\d(?:_?\d)*\.?(?:[eE][-+]?\d(?:_?\d)*)?)/y

const numberValue = (text: string): Value => {
  const digits = text.replaceAll('_', '')
  if (/^0[xob]/i.test(digits) || /^\d+$/.test(digits)) {
    if (/^0\d*[1-9]/.test(digits)) throw new NoLiteral()
    const whole = BigInt(digits.toLowerCase())
    return whole <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(whole) : whole
  }
  const value = Number(digits)
  return Number.isInteger(value) ? new Float(value) : value
}

const negative = (value: Value): Value => {
  if (value instanceof Float) return new Float(-value.value)
  return value === 0 ? 0 : -(value as number)
}

const reader = (text: string) => {
  let at = 0
  const skip = () => {
    at += /^(?:[ \t\r\n\f]|#[^\n]*)*/.exec(text.slice(at))![0].length
  }
  const take = (token: string): boolean => {
    skip()
    if (!text.startsWith(token, at)) return false
    at += token.length
    return true
  }
  const word = (): string | undefined => {
    const found = /^[A-Za-z_]\w*/.exec(text.slice(at, at + 6))
    return found?.[0]
  }
  const quoted = (): string => {
    const raw = /^[rR]/.test(text[at]!)
    if (/^[rRuU]/.test(text[at]!)) at++
    const quote = text.startsWith(text[at]!.repeat(3), at) ? text[at]!.repeat(3) : text[at]!
    at += quote.length
    let value = ''
    while (!text.startsWith(quote, at)) {
      if (at >= text.length || (quote.length === 1 && text[at] === '\n')) throw new NoLiteral()
      if (text[at] !== '\\') value += text[at++]
      else if (raw) {
        value += text.slice(at, at + 2)
        at += 2
      } else value += escapeCode()
    }
    at += quote.length
    return value
  }
  const escapeCode = (): string => {
    const hex = /^\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{1,3}))/.exec(
      text.slice(at, at + 10),
    )
    if (hex) {
      at += hex[0].length
      const code = hex[4] === undefined ? Number.parseInt(hex[1] ?? hex[2] ?? hex[3]!, 16) : Number.parseInt(hex[4], 8)
      if (code > 0x10ffff) throw new NoLiteral()
      return String.fromCodePoint(code)
    }
    const next = text[at + 1] ?? ''
    if (/[NuUx]/.test(next)) throw new NoLiteral() // a character by its number without the digits, or by its name
    at += 2
    return stringEscapes[next] ?? `\\${next}`
  }
  /** The items up to a closing bracket; whether a comma stood behind the last tells a tuple from parentheses. */
  const items = (close: string): { values: Value[]; comma: boolean } => {
    const values: Value[] = []
    let comma = false
    while (!take(close)) {
      if (values.length > 0 && !comma) throw new NoLiteral()
      values.push(value())
      comma = take(',')
    }
    return { values, comma }
  }
  const braces = (): Value => {
    const entries = new Map<Key, Value>()
    const members: Value[] = []
    let comma = true
    while (!take('}')) {
      if (!comma) throw new NoLiteral()
      const first = value()
      if (take(':')) {
        const key = first instanceof Float ? first.value : first
        if (members.length > 0 || (typeof key === 'object' && key !== null)) throw new NoLiteral()
        entries.set(key as Key, value())
      } else {
        if (entries.size > 0) throw new NoLiteral()
        members.push(first)
      }
      comma = take(',')
    }
    return members.length > 0 ? members : entries
  }
  /** A number, perhaps in parentheses: a sign stands before nothing else. */
  const unsigned = (): Value => {
    if (take('(')) {
      const inside = unsigned()
      if (!take(')')) throw new NoLiteral()
      return inside
    }
    skip()
    number.lastIndex = at
    const digits = number.exec(text)?.[0]
    if (digits === undefined || /^[\w.]/.test(text.slice(at + digits.length))) throw new NoLiteral()
    at += digits.length
    return numberValue(digits)
  }
  const value = (): Value => {
    skip()
    const next = text[at]
    if (next === undefined) throw new NoLiteral()
    if (take('-')) return negative(unsigned())
    if (take('+')) return unsigned()
    if (take('[')) return items(']').values
    if (take('(')) {
      const { values, comma } = items(')')
      return values.length === 1 && !comma ? values[0]! : Tuple.from(values)
    }
    if (take('{')) return braces()
    if (/^(?:[rRuU]?["'])/.test(text.slice(at))) {
      let all = quoted()
      for (skip(); /^(?:[rRuU]?["'])/.test(text.slice(at)); skip()) all += quoted()
      return all
    }
    const name = word()
    if (name !== undefined) {
      const constants: Readonly<Record<string, Value>> = { True: true, False: false, None: null }
      if (!Object.hasOwn(constants, name)) throw new NoLiteral()
      at += name.length
      return constants[name]!
    }
    return unsigned()
  }
  return {
    whole: (): Value => {
      const first = value()
      if (!take(',')) {
        skip()
        if (at < text.length) throw new NoLiteral()
        return first
      }
      const values = [first]
      for (skip(); at < text.length; skip()) {
        values.push(value())
        if (!take(',')) break
      }
      skip()
      if (at < text.length) throw new NoLiteral()
      return Tuple.from(values)
    },
  }
}

/** The value of a Python literal, as INI inventories write them (`5`, `True`, `['a', 'b']`); other text is itself. */
export const pythonLiteral = (text: string): Value => {
  if (/^\s*$/.test(text)) return text
  try {
    return reader(text.replace(/^[ \t]+/, '')).whole()
  } catch (thrown) {
    // deep nesting overflows the stack, as it does Python's parser
    if (thrown instanceof NoLiteral || thrown instanceof RangeError) return text
    throw thrown
  }
}
