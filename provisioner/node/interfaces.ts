import type { NodeNetwork, NodeRecord } from '../../schema/types.ts'

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

/** The interface whose address the boot interface has when it speaks: the bond that it is a member of, else itself. */
export const speakingInterface = (interfaces: readonly Interface[]): Interface | undefined => {
  const boot = bootInterface(interfaces)
  return (boot && interfaces.find(({ members }) => members?.includes(boot.name))) ?? boot
}

/** `10.1.34.1` of `10.1.34.1/16`. */
export const withoutPrefix = (address: string): string => address.split('/', 1)[0] ?? address

/** The address the node is known by in host files: of its primary interface, else of the one it boots over, else any. */
export const primaryInterface = (interfaces: readonly Interface[]): Interface | undefined => {
  const addressed = interfaces.filter(({ address, address6 }) => address !== undefined || address6 !== undefined)
  const speaking = speakingInterface(interfaces)
  return addressed.find(({ primary }) => primary) ?? addressed.find((one) => one === speaking) ?? addressed[0]
}
