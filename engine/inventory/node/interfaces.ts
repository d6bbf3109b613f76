import type { NodeNetwork, NodeRecord } from '../../../schema/types.ts'

/** A network of a record with its name and type filled in, its MAC in one spelling, and names instead of keys. */
export type Interface = NodeNetwork & { readonly name: string; readonly type: NonNullable<NodeNetwork['type']> }

/** Lower case, with colons. */
export const normalMac = (mac: string): string => mac.toLowerCase().replaceAll('-', ':')

const rank: Readonly<Record<Interface['type'], number>> = { ethernet: 0, infiniband: 0, bond: 1, vlan: 2 }

/** The type that the fields imply when none is written. */
const typeOf = (network: NodeNetwork): Interface['type'] =>
  network.type ?? (network.members ? 'bond' : network.vlan === undefined ? 'ethernet' : 'vlan')

/** A node's interfaces in the order in which they can be made: cards, then bonds over them, then VLANs. */
export const interfacesOf = (record: NodeRecord): readonly Interface[] => {
  const networks = record.networks ?? {}
  const nameOf = (key: string): string => networks[key]?.name ?? key
  const interfaces = Object.entries(networks).map(
    ([key, network]): Interface => ({
      ...network,
      name: nameOf(key),
      type: typeOf(network),
      ...(network.mac === undefined ? {} : { mac: normalMac(network.mac) }),
      ...(network.members === undefined ? {} : { members: network.members.map(nameOf) }),
      ...(network.parent === undefined ? {} : { parent: nameOf(network.parent) }),
    }),
  )
  return interfaces.sort((a, b) => rank[a.type] - rank[b.type])
}

/** The interface that the firmware boots from: the one with `boot`, else the first card with a MAC. */
export const bootInterface = (interfaces: readonly Interface[]): Interface | undefined =>
  interfaces.find(({ boot }) => boot === true) ??
  interfaces.find(({ mac, type }) => mac !== undefined && type === 'ethernet')
