import { type Dict, isDict, Template, Tuple, type Value, Vaulted } from '../vars/value.ts'
import type { Inventory } from './inventory.ts'
import { hostVariables, layersOf } from './variables.ts'

/** A variable as an inventory shows it: templates as they are written, vaults as what they hold encrypted. */
export const shown = (value: Value): Value => {
  if (value instanceof Template) return value.source
  if (value instanceof Vaulted) return new Map([['__ansible_vault', value.ciphertext]])
  if (value instanceof Tuple) return Tuple.from(value, shown)
  if (Array.isArray(value)) return value.map(shown)
  return isDict(value) ? new Map([...value].map(([key, item]) => [key, shown(item)])) : value
}

const sorted = (values: Iterable<readonly [unknown, Value]>): Dict =>
  new Map(
    [...values]
      .map(([key, value]) => [String(key), shown(value)] as const)
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)),
  )

/** Variables that stand at one group or host itself, sorted by their names. */
export const ownVariables = (inventory: Inventory, kind: 'group' | 'host', name: string): Dict => {
  const layers = [...layersOf(inventory, kind, name)].sort((a, b) => a.level - b.level || a.order - b.order)
  return sorted(new Map(layers.flatMap(({ values }) => [...values])))
}

/** All variables of a host, those of the command line above them, sorted by their names. */
export const allVariables = (inventory: Inventory, host: string, extraVars: Dict): Dict =>
  sorted(new Map<unknown, Value>([...hostVariables(inventory, host).values, ...extraVars]))
