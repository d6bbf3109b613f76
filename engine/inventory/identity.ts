import { dirname } from 'node:path'
import type { Value } from '../vars/value.ts'
import { groupsOf } from './groups.ts'
import type { Inventory } from './inventory.ts'

/** Variables that every host of an inventory has of itself. They stand where the host's own variables do: a play may set them. */
export const identityNames = [
  'inventory_hostname',
  'inventory_hostname_short',
  'group_names',
  'inventory_dir',
  'inventory_file',
] as const

/** What one of these variables says of a host; undefined for any other name. */
export const identityOf = (inventory: Inventory, host: string, name: string): Value | undefined => {
  switch (name) {
    case 'inventory_hostname':
      return host
    case 'inventory_hostname_short':
      return host.split('.', 1)[0] ?? host
    case 'group_names':
      return groupsOf(inventory, host)
        .filter((group) => group !== 'all')
        .sort()
    case 'inventory_dir':
    case 'inventory_file': {
      const known = inventory.hosts.get(host)
      if (!known) return undefined // the implicit localhost
      if (name === 'inventory_file') return known.source ?? null
      // a list of hosts stands nowhere
      return known.source === undefined || known.source.includes(',') ? null : dirname(known.source)
    }
    default:
      return undefined
  }
}
