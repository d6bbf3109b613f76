import type { Dict } from '../vars/value.ts'
import { addChild, ensureGroup, ensureHost, reconcile } from './build.ts'
import type { Inventory } from './inventory.ts'

/** add_host: a host with variables, in groups that are made when they do not exist. True when it changed anything. */
export const addHost = (
  inventory: Inventory,
  name: string,
  groups: readonly string[] = [],
  variables: Dict = new Map(),
): boolean => {
  const known = inventory.hosts.get(name)
  const isNew = known === undefined || groups.some((group) => !known.groups.has(group))
  // it stands in 'all' itself, not only by its groups, which puts it before the hosts of groups
  const host = ensureHost(inventory, name, 'all')
  for (const group of groups) ensureHost(inventory, name, group)
  if (variables.size > 0) {
    host.layers.push({ source: 'add_host', values: variables, positions: new Map(), level: 8, order: 0 })
  }
  reconcile(inventory)
  return isNew || variables.size > 0
}

/** group_by: puts hosts into a group below parents; both are made when they do not exist. True when it changed anything. */
export const addGroup = (
  inventory: Inventory,
  name: string,
  parents: readonly string[] = [],
  hosts: readonly string[] = [],
): boolean => {
  const known = inventory.groups.get(name)
  const isNew =
    known === undefined ||
    hosts.some((host) => !known.hosts.has(host)) ||
    parents.some((parent) => !known.parents.has(parent) && parent !== 'all')
  ensureGroup(inventory, name)
  for (const parent of parents) addChild(inventory, parent, name)
  for (const host of hosts) ensureHost(inventory, host, name)
  reconcile(inventory)
  return isNew
}

/** Makes an inventory what another one is: its sources have been read anew. */
export const replaceInventory = (inventory: Inventory, fresh: Inventory): void => {
  inventory.groups.clear()
  inventory.hosts.clear()
  for (const [name, group] of fresh.groups) inventory.groups.set(name, group)
  for (const [name, host] of fresh.hosts) inventory.hosts.set(name, host)
  Object.assign(inventory, { files: fresh.files, derived: fresh.derived })
}
