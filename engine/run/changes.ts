import { addGroup, addHost } from '../inventory/edit.ts'
import type { Inventory } from '../inventory/inventory.ts'
import type { Result } from '../modules/module.ts'
import type { HostResult } from '../report/event.ts'
import { type Dict, fromPlain } from '../vars/value.ts'

type NewHost = { readonly name: string; readonly groups: readonly string[]; readonly vars: Record<string, unknown> }
type NewGroup = { readonly name: string; readonly parents: readonly string[] }

/** Carries out what add_host and group_by returned; every item of a loop counts. */
export const applyInventoryChanges = (inventory: Inventory, host: string, outcome: HostResult): void => {
  const results = Array.isArray(outcome.result['results']) ? (outcome.result['results'] as Result[]) : [outcome.result]
  for (const result of results) {
    const newHost = result['add_host'] as NewHost | undefined
    if (newHost) addHost(inventory, newHost.name, newHost.groups, fromPlain(newHost.vars) as Dict)
    const newGroup = result['add_group'] as NewGroup | undefined
    if (newGroup) addGroup(inventory, newGroup.name, newGroup.parents, [host])
  }
}
