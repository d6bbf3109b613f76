import type { Position } from '../failure.ts'

/**
 * Values of the playbook language. They are Python's where JavaScript's differ:
 *
 * | Python        | here                                                     |
 * | ------------- | -------------------------------------------------------- |
 * | None          | null                                                     |
 * | bool, str     | boolean, string                                          |
 * | int           | number without fraction; bigint beyond 2^53              |
 * | float         | number with a fraction, NaN, Infinity; else Float (1.0)  |
 * | list, tuple   | Array, Tuple                                             |
 * | dict          | Map: keeps order, does not turn keys into strings        |
 * | undefined     | Undefined, which knows what was looked for and where     |
 *
 * A string is never a template. What a trusted file wrote with `{{ }}` or `{% %}` is a Template object, made
 * by the loader with its position; module results, facts and `!unsafe` are plain strings and stay what they are.
 */
export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | Float
  | Value[]
  | Dict
  | Undefined
  | Template
  | Vaulted
  | Omit
  | Callable

export type Key = string | number | boolean | null | bigint
export type Dict = Map<Key, Value>

/** A Python float whose value is a whole number: it prints as `1.0`. */
export class Float {
  readonly value: number
  constructor(value: number) {
    this.value = value
  }
}

/** A number that is a float in Python, whole or not. */
export const float = (value: number): number | Float => (Number.isInteger(value) ? new Float(value) : value)

/** A Python tuple: an array that prints with parentheses. */
export class Tuple extends Array<Value> {
  static override get [Symbol.species]() {
    return Array
  }
}

/** What a name or attribute that does not exist evaluates to; any use but `default` and `is defined` is a Failure. */
export class Undefined {
  /** What was looked for, in the reader's words: `'foo'`, `'dict object' has no attribute 'bar'`. */
  readonly what: string
  readonly at: Position | undefined
  constructor(what: string, at?: Position) {
    this.what = what
    this.at = at
  }
}

/** A string of a trusted file that holds a template, with the position of its first character. */
export class Template {
  readonly source: string
  readonly at: Position
  constructor(source: string, at: Position) {
    this.source = source
    this.at = at
  }
}

/** A `!vault` scalar, decrypted when it is used. */
export class Vaulted {
  readonly ciphertext: string
  readonly at: Position
  constructor(ciphertext: string, at: Position) {
    this.ciphertext = ciphertext
    this.at = at
  }
}

/** The value of the magic variable `omit`: a parameter with this value is left out. */
export class Omit {}
export const omit = new Omit()

/** A function or bound method inside a template. */
export class Callable {
  readonly name: string
  readonly call: (positional: Value[], named: Map<string, Value>) => Value
  /** What a macro says of itself. */
  readonly attributes: ReadonlyMap<string, Value> | undefined
  constructor(name: string, call: Callable['call'], attributes?: Callable['attributes']) {
    this.name = name
    this.call = call
    this.attributes = attributes
  }
}

/** True when a string of a trusted file has to be evaluated before use. */
export const holdsTemplate = (text: string): boolean =>
  text.includes('{{') || text.includes('{%') || text.includes('{#')

export const isDict = (value: unknown): value is Dict => value instanceof Map

const isPlainObject = (data: object): boolean => [Object.prototype, null].includes(Object.getPrototypeOf(data))

/** Plain JSON-like data (as modules return it) as a Value; strings stay plain strings. */
export const fromPlain = (data: unknown): Value => {
  if (data === undefined || data === null) return null
  if (Array.isArray(data)) return data.map(fromPlain)
  if (data instanceof Map) return new Map([...data].map(([key, value]) => [key, fromPlain(value)]))
  if (Buffer.isBuffer(data)) return data.toString()
  if (typeof data === 'object' && isPlainObject(data)) {
    return new Map(
      Object.entries(data)
        .filter(([, value]) => value !== undefined)
        .map(([key, value]) => [key, fromPlain(value)]),
    )
  }
  return data as Value
}

/** A resolved Value as plain JSON-like data: Map to object, Float to number, Tuple to array. */
export const toPlain = (value: Value): unknown => {
  if (value instanceof Float) return value.value
  if (Array.isArray(value)) return Array.from(value, toPlain)
  if (isDict(value)) return Object.fromEntries([...value].map(([key, item]) => [String(key), toPlain(item)]))
  if (typeof value === 'bigint') return Number(value)
  if (value instanceof Template) return value.source
  if (value instanceof Omit || value instanceof Undefined || value instanceof Callable) return null
  if (value instanceof Vaulted) return '***'
  return value
}
