import { groupsOf } from '../../engine/inventory/groups.ts'
import type { Inventory } from '../../engine/inventory/inventory.ts'
import { bootInterface, interfacesOf } from '../../engine/inventory/node/interfaces.ts'
import { type OriginalRecord, type Resolve, readRecords } from '../../engine/inventory/node/records.ts'
import type { NodePolicy } from '../settings.ts'
import { speakingInterface, withoutPrefix } from './interfaces.ts'
import type { Node } from './node.ts'

/** Every node of an inventory, in its order. Throws one Failure that carries every problem of every record. */
export const loadNodes = (
  inventory: Inventory,
  resolve: Resolve,
  policy: (host: string) => NodePolicy,
): ReadonlyMap<string, Node> => {
  const nodes = new Map<string, Node>()
  for (const [name, read] of readRecords(inventory, resolve)) {
    nodes.set(name, { name, ...read, ...derived(read), groups: groupsOf(inventory, name), ...policy(name) })
  }
  return nodes
}

const derived = ({ record }: OriginalRecord): Pick<Node, 'interfaces' | 'mac' | 'address'> => {
  const interfaces = interfacesOf(record)
  const address = speakingInterface(interfaces)?.address
  return {
    interfaces,
    mac: bootInterface(interfaces)!.mac!, // no record without it is read
    address: address === undefined ? undefined : withoutPrefix(address),
  }
}
