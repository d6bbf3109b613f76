import { pythonLiteral } from '../inventory/literal.ts'
import { text } from './python/text.ts'
import { Callable, isDict, Omit, Tuple, type Value } from './value.ts'

const singleName = /^\{\{\s*[A-Za-z_]\w*\s*\}\}$/

/** What looks like a Python list, dict or bool is read as one; all other text stays text. */
const reread = (source: string): Value =>
  /^[[{]/.test(source) || source === 'True' || source === 'False' ? pythonLiteral(source) : source

/**
 * The value of a template by the rules before 2.19: a lone variable keeps its type, all else becomes text, and text
 * that reads as a list, a dict or a bool becomes that.
 */
export const classicValue = (source: string, value: Value): Value => {
  if (value === null) return singleName.test(source) ? null : ''
  if (singleName.test(source) || typeof value === 'boolean' || isDict(value)) return value
  if ((Array.isArray(value) && !(value instanceof Tuple)) || value instanceof Omit || value instanceof Callable)
    return value
  return reread(text(value))
}
