import type { Inventory, VariableLayer } from './inventory.ts'
import { hostLayers } from './variables.ts'

/** What is made of a host's variables, made at the first use and again when the inventory has changed since. */
export const byHost = <T>(inventory: Inventory, make: (host: string) => T): ((host: string) => T) => {
  const known = new Map<string, { readonly layers: readonly VariableLayer[]; readonly made: T }>()
  return (host) => {
    const layers = hostLayers(inventory, host) // another list after every change
    const former = known.get(host)
    if (former?.layers === layers) return former.made
    const made = make(host)
    known.set(host, { layers, made })
    return made
  }
}
