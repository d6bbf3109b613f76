import { type Dict, isDict, Tuple, type Value, Vaulted } from '../../engine/vars/value.ts'

type Decrypt = (vaulted: Vaulted) => Value

const isStructure = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype

/** Whether a vaulted value is anywhere in a structure. */
export const holdsVault = (root: unknown): boolean => {
  const seen = new Set<unknown>()
  const visit = (value: unknown): boolean => {
    if (value instanceof Vaulted) return true
    if (typeof value !== 'object' || value === null || seen.has(value)) return false
    seen.add(value)
    if (isDict(value)) return [...value.values()].some(visit)
    return (Array.isArray(value) || isStructure(value)) && Object.values(value).some(visit)
  }
  return visit(root)
}

/** A structure with every vaulted value in it decrypted. Objects that occur several times stay one object. */
export const openVaults = <T>(root: T, decrypt: Decrypt): T => {
  const made = new Map<unknown, unknown>()
  const visit = (value: unknown): unknown => {
    if (value instanceof Vaulted) return decrypt(value)
    if (typeof value !== 'object' || value === null) return value
    const known = made.get(value)
    if (known !== undefined) return known
    if (!holdsVault(value)) return value
    if (value instanceof Tuple) return remember(value, Tuple.from(Array.from(value, visit) as Value[]))
    if (Array.isArray(value)) return remember(value, value.map(visit))
    if (isDict(value)) return remember(value, new Map([...value].map(([key, item]) => [key, visit(item)])) as Dict)
    if (isStructure(value))
      return remember(value, Object.fromEntries(Object.entries(value).map(([key, item]) => [key, visit(item)])))
    return value
  }
  const remember = (from: unknown, to: unknown): unknown => {
    made.set(from, to)
    return to
  }
  return visit(root) as T
}
