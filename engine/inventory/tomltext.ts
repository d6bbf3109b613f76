import { Failure } from '../failure.ts'
import { Float, type Value } from '../vars/value.ts'

/** A table of TOML: plain JavaScript would reorder keys that are numbers. Dates are their text. */
export type TomlTable = Map<string, TomlValue>
export type TomlValue = Exclude<Value, Map<unknown, unknown> | Value[]> | TomlTable | TomlValue[]

const isTable = (value: TomlValue | undefined): value is TomlTable => value instanceof Map

const escapes: Readonly<Record<string, string>> = {
  b: '\b',
  t: '\t',
  n: '\n',
  f: '\f',
  r: '\r',
  '"': '"',
  '\\': '\\',
}

const date = /\d{4}-\d\d-\d\d(?:[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)?)?|\d\d:\d\d:\d\d(?:\.\d+)?/y
const float = /[+-]?(?:(?:0|[1-9](?:_?\d)*)(?:\.\d(?:_?\d)*(?:[eE][+-]?\d(?:_?\d)*)?|[eE][+-]?\d(?:_?\d)*)|inf|nan)/y
const integer = /0x[\dA-Fa-f](?:_?[\dA-Fa-f])*|0o[0-7](?:_?[0-7])*|0b[01](?:_?[01])*|[+-]?(?:0|[1-9](?:_?\d)*)/y
const deepest = 200

/** Reads TOML. @throws Failure `inventory.toml` with the place of what is wrong */
export const readToml = (text: string, file: string): TomlTable => {
  let at = 0
  let depth = 0
  const wrong = (message: string): Failure => {
    const before = text.slice(0, at).split('\n')
    return new Failure('inventory.toml', `this is no TOML: ${message}`, {
      at: { file, line: before.length, column: (before.at(-1) ?? '').length + 1 },
    })
  }
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at
    const found = pattern.exec(text)?.[0]
    if (found !== undefined) at += found.length
    return found
  }
  const expect = (token: string) => {
    if (!text.startsWith(token, at)) throw wrong(`'${token}' is missing here`)
    at += token.length
  }
  const blank = () => void take(/[ \t]*/y)
  /** White space, comments and line ends. */
  const gap = () => void take(/(?:[ \t\r\n]|#[^\n]*)*/y)
  const lineEnd = () => {
    if (take(/[ \t]*(?:#[^\n]*)?(?:\r?\n|$)/y) === undefined) throw wrong('nothing more may stand on this line')
  }

  const escaped = (): string => {
    const code = take(/u[\dA-Fa-f]{4}|U[\dA-Fa-f]{8}/y)
    if (code !== undefined) {
      const point = Number.parseInt(code.slice(1), 16)
      if (point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) throw wrong('this is no character')
      return String.fromCodePoint(point)
    }
    const known = escapes[text[at] ?? '']
    if (known === undefined) throw wrong(`'\\${text[at] ?? ''}' means nothing`)
    at++
    return known
  }
  const string = (): string => {
    const quote = text[at] as string
    const isLong = text.startsWith(quote.repeat(3), at)
    const end = isLong ? quote.repeat(3) : quote
    at += end.length
    if (isLong) take(/\r?\n/y)
    let value = ''
    while (!text.startsWith(end, at)) {
      const char = text[at]
      if (char === undefined || (char === '\n' && !isLong)) throw wrong('this text has no end')
      at++
      if (char !== '\\' || quote === "'") value += char
      else if (isLong && take(/[ \t]*\r?\n[ \t\r\n]*/y) !== undefined) continue
      else value += escaped()
    }
    at += end.length
    // up to two quotes may stand before the end of a long text
    while (isLong && text[at] === quote && !value.endsWith(quote.repeat(2))) {
      value += quote
      at++
    }
    return value
  }
  const key = (): string[] => {
    const parts: string[] = []
    do {
      blank()
      const part = text[at] === '"' || text[at] === "'" ? string() : take(/[A-Za-z0-9_-]+/y)
      if (part === undefined) throw wrong('a key is missing here')
      parts.push(part)
      blank()
    } while (take(/\./y) !== undefined)
    return parts
  }
  const number = (): TomlValue => {
    const time = take(date)
    if (time !== undefined) return time
    const real = take(float)
    if (real !== undefined) {
      if (/inf|nan/.test(real)) return real.includes('nan') ? Number.NaN : real.startsWith('-') ? -Infinity : Infinity
      const value = Number(real.replaceAll('_', ''))
      return Number.isInteger(value) ? new Float(value) : value
    }
    const whole = take(integer)
    if (whole === undefined) throw wrong('a value is missing here')
    const digits = whole.replaceAll('_', '')
    const value = digits.startsWith('-') ? -BigInt(digits.slice(1)) : BigInt(digits.replace(/^\+/, ''))
    return Number.isSafeInteger(Number(value)) ? Number(value) : value
  }
  const array = (): TomlValue[] => {
    const items: TomlValue[] = []
    expect('[')
    for (gap(); text[at] !== ']'; gap()) {
      items.push(value())
      gap()
      if (take(/,/y) === undefined) break
    }
    gap()
    expect(']')
    return items
  }
  const inlineTable = (): TomlTable => {
    const table: TomlTable = new Map()
    expect('{')
    blank()
    if (take(/\}/y) !== undefined) return table
    do assign(table)
    while (take(/[ \t]*,/y) !== undefined)
    blank()
    expect('}')
    return table
  }
  const value = (): TomlValue => {
    if (++depth > deepest) throw wrong('this is too deep')
    try {
      const char = text[at]
      if (char === '"' || char === "'") return string()
      if (char === '[') return array()
      if (char === '{') return inlineTable()
      const word = take(/(?:true|false)\b/y)
      return word === undefined ? number() : word === 'true'
    } finally {
      depth--
    }
  }
  /** The table that a path of keys leads to, made where it is missing. */
  const tableAt = (from: TomlTable, path: readonly string[]): TomlTable => {
    let table = from
    for (const name of path) {
      const found = table.get(name)
      const next = Array.isArray(found) ? found.at(-1) : (found ?? new Map())
      if (!isTable(next)) throw wrong(`'${name}' is no table`)
      if (found === undefined) table.set(name, next)
      table = next
    }
    return table
  }
  const assign = (table: TomlTable) => {
    const path = key()
    const name = path.pop() as string
    const owner = tableAt(table, path)
    if (owner.has(name)) throw wrong(`'${name}' has a value already`)
    expect('=')
    blank()
    owner.set(name, value())
  }

  const root: TomlTable = new Map()
  const named = new Set<string>()
  let table = root
  for (gap(); at < text.length; gap()) {
    const isList = take(/\[\[/y) !== undefined
    if (!isList && take(/\[/y) === undefined) {
      assign(table)
      lineEnd()
      continue
    }
    const path = key()
    expect(isList ? ']]' : ']')
    if (isList) {
      const name = path.pop() as string
      const owner = tableAt(root, path)
      const list = owner.get(name) ?? []
      if (!Array.isArray(list)) throw wrong(`'${name}' is no list of tables`)
      table = new Map()
      list.push(table)
      owner.set(name, list)
      for (const known of named) if (known.startsWith(JSON.stringify([...path, name]).slice(0, -1))) named.delete(known)
    } else {
      const id = JSON.stringify(path)
      if (named.has(id)) throw wrong(`the table ${path.join('.')} stands twice`)
      named.add(id)
      table = tableAt(root, path)
    }
    lineEnd()
  }
  return root
}

const keyText = (key: string): string => (/^[A-Za-z0-9_-]+$/.test(key) ? key : JSON.stringify(key))

const valueText = (value: Value): string => {
  if (Array.isArray(value)) return `[${value.map(valueText).join(', ')}]`
  if (value instanceof Map) {
    return `{${[...value].map(([key, item]) => `${keyText(String(key))} = ${valueText(item)}`).join(', ')}}`
  }
  if (value instanceof Float) return `${value.value}.0`
  if (value === null) return '""'
  if (typeof value === 'number' && !Number.isFinite(value)) {
    return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf'
  }
  return typeof value === 'string' ? JSON.stringify(value).replaceAll('\x7f', '\\u007f') : String(value)
}

/** Tables of tables as TOML: `[group.hosts.name]`, what is deeper on one line. */
export const tomlText = (root: ReadonlyMap<unknown, Value>, path: readonly string[] = []): string => {
  const entries = [...root].map(([key, value]) => [String(key), value] as const)
  const isOwn = (value: Value) => !(value instanceof Map) || path.length >= 3
  const own = entries.filter(([, value]) => isOwn(value))
  const rest = entries.filter(([, value]) => !isOwn(value))
  const head = path.length > 0 && (own.length > 0 || rest.length === 0) ? `[${path.map(keyText).join('.')}]\n` : ''
  const lines = own.map(([key, value]) => `${keyText(key)} = ${valueText(value)}\n`).join('')
  const text = head + lines
  return [text, ...rest.map(([key, value]) => tomlText(value as ReadonlyMap<unknown, Value>, [...path, key]))]
    .filter((part) => part !== '')
    .join('\n')
}
