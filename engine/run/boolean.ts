import { Float, type Value } from '../vars/value.ts'

const yes = new Set(['yes', 'on', 'true', 't', 'y', '1'])

/** A keyword's value as a boolean, by Ansible's words for one; anything else is false. */
export const boolean = (value: Value | undefined): boolean => {
  if (value === undefined || value === null) return false
  if (typeof value === 'boolean') return value
  if (value instanceof Float) return value.value === 1
  return yes.has(String(value).toLowerCase())
}
