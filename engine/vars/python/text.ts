import { Callable, Float, isDict, Omit, Template, Tuple, Undefined, type Value, Vaulted } from '../value.ts'
import { Datetime, Timedelta } from './datetime.ts'
import { Blank, fail, undefinedFailure } from './failing.ts'
import { Namespace } from './fields.ts'
import { floatText } from './number.ts'

const escapes: Record<string, string> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' }

const escaped = (character: string): string => {
  const known = escapes[character]
  if (known !== undefined) return known
  const code = character.codePointAt(0)!
  if (code < 0x100) return `\\x${code.toString(16).padStart(2, '0')}`
  if (code < 0x10000) return `\\u${code.toString(16).padStart(4, '0')}`
  return `\\U${code.toString(16).padStart(8, '0')}`
}

const stringRepr = (value: string): string => {
  const quote = value.includes("'") && !value.includes('"') ? '"' : "'"
  const body = value.replace(/\\|[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu, escaped)
  return quote + (quote === "'" ? body.replaceAll("'", "\\'") : body) + quote
}

/** Python's repr() of a value: how it prints inside a list or dict. */
export const repr = (value: Value): string => {
  if (typeof value === 'string') return stringRepr(value)
  if (Array.isArray(value)) {
    const items = Array.from(value, repr)
    if (!(value instanceof Tuple)) return `[${items.join(', ')}]`
    return items.length === 1 ? `(${items[0]},)` : `(${items.join(', ')})`
  }
  if (isDict(value) && !(value instanceof Namespace))
    return `{${[...value].map(([key, item]) => `${repr(key)}: ${repr(item)}`).join(', ')}}`
  return text(value)
}

/** Python's str() of a resolved value: how it prints in a template's text. */
export const text = (value: Value): string => {
  if (typeof value === 'string') return value
  if (value === null) return 'None'
  if (typeof value === 'number') {
    if (!Number.isInteger(value)) return floatText(value)
    return Number.isSafeInteger(value) ? String(value) : String(BigInt(value))
  }
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (typeof value === 'bigint') return String(value)
  if (value instanceof Float) return floatText(value.value)
  if (value instanceof Blank) return ''
  if (value instanceof Undefined) throw undefinedFailure(value)
  if (value instanceof Callable)
    return fail(`'${value.name}' is a function or method, not a value`, `call it: ${value.name}()`)
  if (value instanceof Omit) return '__omit_place_holder__'
  if (value instanceof Template) return value.source
  if (value instanceof Vaulted) return value.ciphertext
  if (value instanceof Namespace) return `<Namespace ${repr(new Map(value))}>`
  if (value instanceof Datetime || value instanceof Timedelta) return value.text
  return repr(value)
}
