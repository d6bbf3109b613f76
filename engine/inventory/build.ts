import { Failure, type Position } from '../failure.ts'
import type { Group, Inventory, InventoryHost, VariableLayer } from './inventory.ts'

const noFiles = (): readonly VariableLayer[] => []

/** An inventory with the groups `all` and `ungrouped` and nothing else. */
export const emptyInventory = (
  options: {
    sources?: readonly string[]
    directory?: string
    files?: Inventory['files']
    mergesDicts?: boolean
    groupName?: Inventory['groupName']
  } = {},
): Inventory => {
  const inventory: Inventory = {
    sources: options.sources ?? [],
    groups: new Map(),
    hosts: new Map(),
    mergesDicts: options.mergesDicts ?? false,
    groupName: options.groupName ?? ((name) => name),
    directory: options.directory ?? '.',
    files: options.files ?? noFiles,
    derived: { depths: new Map(), groups: new Map(), layers: new Map(), members: new Map() },
  }
  ensureGroup(inventory, 'all')
  ensureGroup(inventory, 'ungrouped')
  addChild(inventory, 'all', 'ungrouped')
  return inventory
}

const forget = ({ derived }: Inventory): void => {
  derived.depths.clear()
  derived.groups.clear()
  derived.layers.clear()
  derived.members.clear()
  delete derived.magic
}

/** The group of that name, made when there is none. */
export const ensureGroup = (inventory: Inventory, written: string, at?: Position): Group => {
  const name = inventory.groupName(written)
  const known = inventory.groups.get(name)
  if (known) return known
  const group: Group = {
    name,
    parents: new Set(),
    children: new Set(),
    hosts: new Set(),
    layers: [],
    priority: 1,
    ...(at && { at }),
  }
  inventory.groups.set(name, group)
  forget(inventory)
  return group
}

/** A way down from one group to another, both included; undefined when there is none. */
const pathDown = (inventory: Inventory, from: string, to: string): string[] | undefined => {
  const before = new Map<string, string | undefined>([[from, undefined]])
  for (const name of before.keys()) {
    if (name === to) {
      const path = [name]
      for (let up = before.get(name); up !== undefined; up = before.get(up)) path.unshift(up)
      return path
    }
    for (const child of inventory.groups.get(name)?.children ?? []) if (!before.has(child)) before.set(child, name)
  }
  return undefined
}

/** Makes one group the child of another. @throws Failure `inventory.cycle` when the child is above its parent already. */
export const addChild = (inventory: Inventory, above: string, below: string, at?: Position): void => {
  const [parent, child] = [inventory.groupName(above), inventory.groupName(below)]
  const path = pathDown(inventory, child, parent)
  if (path) {
    throw new Failure('inventory.cycle', `the group '${child}' would contain itself: ${[...path, child].join(' > ')}`, {
      at,
      hint: `remove '${child}' from the children of '${parent}', or one of the other steps`,
    })
  }
  ensureGroup(inventory, parent).children.add(child)
  ensureGroup(inventory, child).parents.add(parent)
  forget(inventory)
}

/** The host of that name, made when there is none, and put into a group when one is given. */
export const ensureHost = (inventory: Inventory, name: string, group?: string, at?: Position): InventoryHost => {
  let host = inventory.hosts.get(name)
  if (!host) {
    host = { name, groups: new Set(), layers: [], source: inventory.reading, ...(at && { at }) }
    inventory.hosts.set(name, host)
  }
  if (group !== undefined) {
    const found = ensureGroup(inventory, group, at)
    found.hosts.add(name)
    host.groups.add(found.name)
  }
  forget(inventory)
  return host
}

/**
 * Brings `all` and `ungrouped` in order: a group without a parent is a child of `all`, a host without a group stands in
 * `ungrouped`, and only such a host.
 */
export const reconcile = (inventory: Inventory): void => {
  for (const group of inventory.groups.values()) {
    if (group.name !== 'all' && group.parents.size === 0) addChild(inventory, 'all', group.name, group.at)
  }
  const ungrouped = inventory.groups.get('ungrouped')!
  for (const host of inventory.hosts.values()) {
    const grouped = [...host.groups].some((name) => name !== 'all' && name !== 'ungrouped')
    if (grouped) {
      host.groups.delete('ungrouped')
      ungrouped.hosts.delete(host.name)
    } else {
      host.groups.add('ungrouped')
      ungrouped.hosts.add(host.name)
    }
  }
  forget(inventory)
}
