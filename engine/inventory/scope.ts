import { LazyDict } from '../run/lazydict.ts'
import { emptyHostState, hostScope } from '../vars/precedence.ts'
import type { Scope } from '../vars/scope.ts'
import type { Templar } from '../vars/templar.ts'
import type { Dict, Value } from '../vars/value.ts'
import { byHost } from './byhost.ts'
import { magicGroups } from './groups.ts'
import type { Inventory } from './inventory.ts'
import { type NodeVariable, nodeVariable } from './node/variable.ts'

/** What hosts know from the inventory alone, with nothing that a play has found out. */
export type InventoryScopes = {
  readonly scope: (host: string) => Scope
  /** Evaluates a variable of a host in the host's scope. */
  readonly resolve: (value: Value, host: string) => Value
  readonly node: NodeVariable
}

export const inventoryScopes = (inventory: Inventory, templar: Templar, extraVars: Dict): InventoryScopes => {
  const magic = (name: string, host: string): Value | undefined => {
    if (name === 'groups') return magicGroups(inventory)
    if (name === 'hostvars') return hostvars
    if (name === 'node') return node(host)
    return undefined
  }
  const scope = byHost(inventory, (hostName) =>
    hostScope({
      inventory,
      hostName,
      state: emptyHostState(),
      extraVars,
      magic: (name) => magic(name, hostName),
    }),
  )
  const resolve = (value: Value, host: string): Value => templar.resolve(value, scope(host))
  const variablesOf = (host: string): Dict =>
    new LazyDict(
      () => scope(host).names(),
      (name) => {
        const value = scope(host).get(name)
        return value === undefined ? undefined : resolve(value, host)
      },
    )
  const hostvars = new LazyDict(
    () => inventory.hosts.keys(),
    (host) => (inventory.hosts.has(host) ? variablesOf(host) : undefined),
  )
  const node = nodeVariable(inventory, resolve)
  return { scope, resolve, node }
}
