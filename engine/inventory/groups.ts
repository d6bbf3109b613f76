import type { Dict } from '../vars/value.ts'
import type { Inventory } from './inventory.ts'

/** Steps from `all` to a group on the longest way. */
export const depthOf = (inventory: Inventory, name: string): number => {
  const { depths } = inventory.derived
  const known = depths.get(name)
  if (known !== undefined) return known
  const parents = [...(inventory.groups.get(name)?.parents ?? [])]
  const depth = parents.length === 0 ? 0 : Math.max(...parents.map((parent) => depthOf(inventory, parent))) + 1
  depths.set(name, depth)
  return depth
}

const byName = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Group names in the order in which their variables apply: depth, then `ansible_group_priority`, then name. */
export const sortGroups = (inventory: Inventory, names: Iterable<string>): string[] => {
  const priority = (name: string) => inventory.groups.get(name)?.priority ?? 1
  return [...names].sort(
    (a, b) => depthOf(inventory, a) - depthOf(inventory, b) || priority(a) - priority(b) || byName(a, b),
  )
}

/** Every group that a host stands in, `all` first, in the order in which their variables apply. */
export const groupsOf = (inventory: Inventory, host: string): readonly string[] => {
  const known = inventory.derived.groups.get(host)
  if (known) return known
  // the implicit localhost stands in no group and yet has the variables of `all`
  const found = new Set<string>(['all', ...(inventory.hosts.get(host)?.groups ?? [])])
  for (const name of found) for (const parent of inventory.groups.get(name)?.parents ?? []) found.add(parent)
  const sorted = sortGroups(inventory, found)
  inventory.derived.groups.set(host, sorted)
  return sorted
}

/** The hosts of a group and of all groups below it, in the order of the inventory. */
export const membersOf = (inventory: Inventory, group: string): readonly string[] => {
  const known = inventory.derived.members.get(group)
  if (known) return known
  const groups = new Set([group])
  for (const name of groups) for (const child of inventory.groups.get(name)?.children ?? []) groups.add(child)
  const hosts = new Set<string>()
  for (const name of groups) for (const host of inventory.groups.get(name)?.hosts ?? []) hosts.add(host)
  const members = [...hosts]
  inventory.derived.members.set(group, members)
  return members
}

/** The magic variable `groups`: the hosts of every group. */
export const magicGroups = (inventory: Inventory): Dict => {
  inventory.derived.magic ??= new Map(
    [...inventory.groups.keys()].map((name) => [name, [...membersOf(inventory, name)]]),
  )
  return inventory.derived.magic
}
