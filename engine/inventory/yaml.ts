import { Failure, type Position } from '../failure.ts'
import { isDict, type Key, type Value } from '../vars/value.ts'
import { isNothing, keyPositions, kindOf, type YamlMap, type YamlNode } from '../yaml/node.ts'
import { addChild, ensureGroup, ensureHost } from './build.ts'
import { hostEntry } from './expand.ts'
import type { Inventory } from './inventory.ts'

/** Reads a YAML inventory into `inventory`; returns all its problems. `source` names it in origins. */
export const readYamlInventory = (
  inventory: Inventory,
  root: YamlNode,
  source: string,
  warn: (message: string, at?: Position) => void,
): Failure[] => {
  const failures: Failure[] = []
  const fail = (message: string, at: Position, hint: string) =>
    void failures.push(new Failure('inventory.yaml', message, { at, hint }))
  const attempt = (act: () => void) => {
    try {
      act()
    } catch (thrown) {
      if (!(thrown instanceof Failure)) throw thrown
      failures.push(thrown)
    }
  }

  /** The entries of a dictionary; a single string stands for a dictionary with that key; nothing has none. */
  const entriesOf = (node: YamlNode, what: string): { key: Key; at: Position; node?: YamlNode }[] => {
    if (isNothing(node)) return []
    if (node.kind === 'map') return [...node.entries.values()]
    if (node.kind === 'scalar' && typeof node.value === 'string') return [{ key: node.value, at: node.at }]
    fail(
      `${what} must be a dictionary, and this is ${kindOf(node)}`,
      node.at,
      "write 'name:' on a line of its own for each",
    )
    return []
  }

  const variables = (node: YamlNode, what: string): YamlMap | undefined => {
    if (isNothing(node)) return undefined
    if (node.kind === 'map') return node
    fail(`${what} must be a dictionary, and this is ${kindOf(node)}`, node.at, "write 'name: value' for each variable")
    return undefined
  }

  const readHosts = (group: string, node: YamlNode) => {
    for (const entry of entriesOf(node, `the hosts of '${group}'`)) {
      attempt(() => {
        const { names, port } = hostEntry(String(entry.key), entry.at)
        const own = entry.node && variables(entry.node, `the variables of host '${entry.key}'`)
        for (const name of names) {
          const host = ensureHost(inventory, name, group, entry.at)
          if (port !== undefined) {
            const values = new Map<Key, Value>([['ansible_port', port]])
            host.layers.push({ source, values, positions: new Map([['ansible_port', entry.at]]), level: 8, order: 0 })
          }
          if (own && own.value.size > 0) {
            host.layers.push({ source, values: own.value, positions: keyPositions(own), level: 8, order: 0 })
          }
        }
      })
    }
  }

  const readGroup = (name: string, at: Position, node: YamlNode | undefined) => {
    const group = ensureGroup(inventory, name, at)
    if (node === undefined || isNothing(node)) return
    if (node.kind !== 'map') {
      fail(
        `the group '${name}' must be a dictionary, and this is ${kindOf(node)}`,
        node.at,
        "put 'hosts:', 'vars:' or 'children:' below it",
      )
      return
    }
    for (const { key, at: keyAt, node: value } of node.entries.values()) {
      if (key === 'hosts') readHosts(name, value)
      else if (key === 'vars') {
        const own = variables(value, `the variables of group '${name}'`)
        if (!own) continue
        const values = new Map(own.value)
        const priority = values.get('ansible_group_priority')
        if (typeof priority === 'number') {
          group.priority = priority
          values.delete('ansible_group_priority')
        }
        group.layers.push({ source, values, positions: keyPositions(own), level: 3, order: 0 })
      } else if (key === 'children') {
        for (const child of entriesOf(value, `the children of '${name}'`)) {
          attempt(() => {
            addChild(inventory, name, String(child.key), child.at)
            readGroup(String(child.key), child.at, child.node)
          })
        }
      } else {
        warn(
          `Skipping unexpected key (${key}) in group (${name}), only "vars", "children" and "hosts" are valid`,
          keyAt,
        )
      }
    }
  }

  if (isNothing(root)) return failures
  if (root.kind !== 'map' || !isDict(root.value)) {
    fail(`an inventory is a dictionary of groups, and this is ${kindOf(root)}`, root.at, "begin it with 'all:'")
    return failures
  }
  if (root.entries.has('plugin')) {
    const { at } = root.entries.get('plugin')!
    fail(
      `there is no inventory plugin '${String(root.value.get('plugin'))}'`,
      at,
      'known: constructed; for another one use a script that prints the inventory as JSON',
    )
    return failures
  }
  for (const { key, at, node } of root.entries.values()) readGroup(String(key), at, node)
  return failures
}
