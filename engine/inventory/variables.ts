import { problemList } from '../problems.ts'
import { mergedDicts } from '../vars/mergeddicts.ts'
import type { Value } from '../vars/value.ts'
import { groupsOf } from './groups.ts'
import type { HostVariables, Inventory, Origin, VariableLayer } from './inventory.ts'

/** All layers of one group or host: those of the inventory sources and those of group_vars or host_vars. */
export const layersOf = (inventory: Inventory, kind: 'group' | 'host', name: string): readonly VariableLayer[] => {
  const own = kind === 'group' ? inventory.groups.get(name)?.layers : inventory.hosts.get(name)?.layers
  return [...(own ?? []), ...inventory.files(kind, name)]
}

/**
 * The layers in force for a host, lowest precedence first: by level, in it by inventory source, in it by group
 * (depth, priority, name). Within the level of the sources themselves only the group counts.
 */
export const hostLayers = (inventory: Inventory, name: string): readonly VariableLayer[] => {
  const known = inventory.derived.layers.get(name)
  if (known) return known
  const groups = groupsOf(inventory, name).flatMap((group) => layersOf(inventory, 'group', group))
  const all = [...groups, ...layersOf(inventory, 'host', name)]
  const sorted = all.sort((a, b) => a.level - b.level || a.order - b.order)
  inventory.derived.layers.set(name, sorted)
  return sorted
}

const originOf = (layer: VariableLayer, key: string): Origin => {
  const at = layer.positions.get(key)
  return { source: layer.source, ...(at && { at }) }
}

/** The variables of a host from the inventory (levels 3 to 10), and where each comes from. */
export const hostVariables = (inventory: Inventory, name: string): HostVariables => {
  const values = new Map<string, Value>()
  const origins = new Map<string, Origin>()
  for (const layer of hostLayers(inventory, name)) {
    for (const [key, value] of layer.values) {
      values.set(String(key), inventory.mergesDicts ? mergedDicts(values.get(String(key)), value) : value)
      origins.set(String(key), originOf(layer, String(key)))
    }
  }
  return { values, origins }
}

/** Every layer that gives a variable to a host, lowest precedence first; the last one is in force. */
export const explain = (inventory: Inventory, name: string, variable: string): { origin: Origin; value: Value }[] =>
  hostLayers(inventory, name)
    .filter((layer) => layer.values.has(variable))
    .map((layer) => ({ origin: originOf(layer, variable), value: layer.values.get(variable)! }))

/** Reads the variable files of every group and host, which otherwise happens at first use. @throws Failure with all problems. */
export const checkVariables = (inventory: Inventory): void => {
  const problems = problemList()
  for (const group of inventory.groups.keys()) problems.attempt(() => layersOf(inventory, 'group', group))
  for (const host of inventory.hosts.keys()) problems.attempt(() => layersOf(inventory, 'host', host))
  problems.throwAll()
}
