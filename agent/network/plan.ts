import { Failure } from '../../engine/failure.ts'
import { type Interface, interfacesOf } from '../../engine/inventory/node/interfaces.ts'
import { askingInterface, linkProblems } from '../../engine/inventory/node/links.ts'
import type { NodeNetwork } from '../../schema/types.ts'

type Shape =
  | { readonly kind: 'bond'; readonly members: readonly Interface[]; readonly address: string | undefined }
  | { readonly kind: 'card' }
  | { readonly kind: 'vlan'; readonly parent: string; readonly id: number }
  | { readonly kind: 'partition'; readonly parent: string; readonly key: number }

/** What has to be made, in order. Members of a bond belong to it and do not stand alone. */
export type LinkPlan = Shape & {
  readonly network: Interface
  /** It has no address of its own and asks for one. */
  readonly asks: boolean
}

const shapeOf = (network: Interface, interfaces: readonly Interface[]): Shape => {
  if (network.type === 'bond') {
    const members = (network.members ?? []).map((name) => {
      const member = interfaces.find((each) => each.name === name)
      if (member?.mac === undefined)
        throw new Failure('network.plan', `member '${name}' of ${network.name} has no MAC`, {
          hint: `give node_networks.${name} the MAC of its card`,
        })
      return member
    })
    if (members.length === 0) throw new Failure('network.plan', `bond ${network.name} has no members`)
    // The bond takes the address that the node is known by: its own, or the boot card's, or the first member's.
    const mac = network.mac ?? members.find((member) => member.boot)?.mac ?? members[0]?.mac
    const isInfiniband = members.some(({ type }) => type === 'infiniband')
    return { kind: 'bond', members, address: isInfiniband ? undefined : mac }
  }
  if (network.type === 'vlan') {
    const { parent, vlan: id } = network
    if (parent === undefined || id === undefined)
      throw new Failure('network.plan', `VLAN ${network.name} needs 'parent' and 'vlan'`)
    return { kind: 'vlan', parent, id }
  }
  if (network.pkey !== undefined && network.parent !== undefined)
    return { kind: 'partition', parent: network.parent, key: network.pkey }
  return { kind: 'card' }
}

/** The links of a boot manifest's `network`. Throws a Failure 'network.plan' for what cannot be made. */
export const planLinks = (networks: readonly NodeNetwork[]): readonly LinkPlan[] => {
  const named = networks.map((network): [string, NodeNetwork] => {
    if (network.name === undefined) throw new Failure('network.plan', 'an interface of the boot manifest has no name')
    return [network.name, network]
  })
  const interfaces = interfacesOf({ name: '', image: '', networks: Object.fromEntries(named) })
  for (const { message, hint } of linkProblems(interfaces)) throw new Failure('network.plan', message, { hint })
  const enslaved = new Set(interfaces.flatMap(({ members = [] }) => members))
  const asking = askingInterface(interfaces)
  return interfaces
    .filter(({ name, onboot }) => !enslaved.has(name) && onboot !== false)
    .map((network) => ({ ...shapeOf(network, interfaces), network, asks: network === asking }))
}
