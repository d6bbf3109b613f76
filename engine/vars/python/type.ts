import { Callable, Float, isDict, Omit, Template, Tuple, Undefined, type Value, Vaulted } from '../value.ts'
import { Fields } from './fields.ts'

/** The name of a value's Python type. */
export const typeName = (value: Value): string => {
  if (value === null) return 'NoneType'
  if (typeof value === 'string' || value instanceof Template || value instanceof Vaulted) return 'str'
  if (typeof value === 'boolean') return 'bool'
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float'
  if (typeof value === 'bigint') return 'int'
  if (value instanceof Float) return 'float'
  if (value instanceof Tuple) return 'tuple'
  if (Array.isArray(value)) return 'list'
  if (value instanceof Fields) return value.typeName
  if (isDict(value)) return 'dict'
  if (value instanceof Undefined) return 'AnsibleUndefined'
  if (value instanceof Omit) return 'Omit'
  if (value instanceof Callable) return 'function'
  return typeof value
}
