import { Failure } from '../../engine/failure.ts'
import type { NodeNetwork } from '../../schema/types.ts'

/** A network of the boot manifest, which always has its name. */
export type Network = NodeNetwork & { readonly name: string }

/** A card that is there: its name of the moment and its address. */
export type Card = { readonly device: string; readonly mac: string }

export type CommandLine = readonly [string, ...string[]]

export const normalMac = (mac: string): string => mac.toLowerCase().replaceAll('-', ':')

/** What has to be made, in order. Members of a bond belong to it and do not stand alone. */
export type LinkPlan =
  | { readonly kind: 'bond'; readonly network: Network; readonly members: readonly Network[]; readonly address: string }
  | { readonly kind: 'card'; readonly network: Network }
  | { readonly kind: 'vlan'; readonly network: Network; readonly parent: string; readonly id: number }

/** The links of a boot manifest's `network`. Throws a Failure 'network.plan' for what cannot be made. */
export const planLinks = (networks: readonly NodeNetwork[]): readonly LinkPlan[] => {
  const named = networks.map((network): Network => {
    if (network.name === undefined) throw new Failure('network.plan', 'an interface of the boot manifest has no name')
    return { ...network, name: network.name }
  })
  const byName = new Map(named.map((network) => [network.name, network]))
  const membersOf = (bond: Network) =>
    (bond.members ?? []).map((name) => {
      const member = byName.get(name)
      if (member?.mac === undefined)
        throw new Failure('network.plan', `member '${name}' of ${bond.name} has no MAC`, {
          hint: `give node_networks.${name} the MAC of its card`,
        })
      return member
    })
  const enslaved = new Set(named.flatMap((network) => network.members ?? []))
  const plans: LinkPlan[] = []
  for (const network of named) {
    if (enslaved.has(network.name) || network.onboot === false) continue
    if (network.type === 'bond') {
      const members = membersOf(network)
      // The bond takes the address that the node is known by: its own, or the boot card's, or the first member's.
      const mac = network.mac ?? members.find((member) => member.boot)?.mac ?? members[0]?.mac
      if (mac === undefined) throw new Failure('network.plan', `bond ${network.name} has no members`)
      plans.push({ kind: 'bond', network, members, address: normalMac(mac) })
    } else if (network.type === 'vlan') {
      const { parent, vlan: id } = network
      if (parent === undefined || id === undefined)
        throw new Failure('network.plan', `VLAN ${network.name} needs 'parent' and 'vlan'`)
      plans.push({ kind: 'vlan', network, parent, id })
    } else {
      plans.push({ kind: 'card', network })
    }
  }
  return plans
}

/**
 * Makes a bond of cards. Its address is given at birth: otherwise udev gives every node of one image the same one. A card
 * is down before it is enslaved, and enslaved in a command of its own: the kernel refuses both in one. What can only be
 * set without members (mode, lacp_rate) is set at birth too.
 */
export const bondCommands = (bond: Network, address: string, cards: readonly Card[]): readonly CommandLine[] => {
  const lacp = bond.mode === '802.3ad'
  const mode = bond.mode ?? 'active-backup'
  const hashes = ['802.3ad', 'balance-xor', 'balance-tlb'].includes(mode)
  const options = ['mode', mode, 'miimon', String(bond.miimon ?? 100)]
  if (lacp) options.push('lacp_rate', bond.lacp_rate ?? 'fast')
  if (hashes && bond.xmit_hash_policy) options.push('xmit_hash_policy', bond.xmit_hash_policy)
  if (bond.min_links !== undefined) options.push('min_links', String(bond.min_links))
  return [
    ['modprobe', 'bonding', 'max_bonds=0'], // else the module makes a bond0 of its own
    ['ip', 'link', 'add', bond.name, 'address', address, 'type', 'bond', ...options],
    ...cards.flatMap((card) => enslaveCommands(bond.name, card.device)),
    ...(bond.mtu === undefined ? [] : [['ip', 'link', 'set', bond.name, 'mtu', String(bond.mtu)] as const]),
    ['ip', 'link', 'set', bond.name, 'up'],
  ]
}

/** Adds one card to a bond that exists: for cards whose driver comes late, too. */
export const enslaveCommands = (bond: string, device: string): readonly CommandLine[] => [
  ['ip', 'address', 'flush', 'dev', device],
  ['ip', 'link', 'set', device, 'down'],
  ['ip', 'link', 'set', device, 'master', bond],
]

export const vlanCommands = (vlan: Network, parent: string, id: number): readonly CommandLine[] => [
  ['modprobe', '8021q'],
  ['ip', 'link', 'add', 'link', parent, 'name', vlan.name, 'type', 'vlan', 'id', String(id)],
  ...(vlan.mtu === undefined ? [] : [['ip', 'link', 'set', vlan.name, 'mtu', String(vlan.mtu)] as const]),
  ['ip', 'link', 'set', vlan.name, 'up'],
]

/** Takes a name from the card that the kernel happened to give it to; device names have at most 15 characters. */
export const freeNameCommands = (name: string): readonly CommandLine[] => [
  ['ip', 'link', 'set', name, 'down'],
  ['ip', 'link', 'set', name, 'name', `was-${name}`.slice(0, 15)],
]

/** Brings a card up, under the name that the inventory gives it. */
export const cardCommands = (network: Network, device: string): readonly CommandLine[] => [
  ['ip', 'link', 'set', device, 'down'],
  ...(device === network.name ? [] : [['ip', 'link', 'set', device, 'name', network.name] as const]),
  ...(network.mtu === undefined ? [] : [['ip', 'link', 'set', network.name, 'mtu', String(network.mtu)] as const]),
  ['ip', 'link', 'set', network.name, 'up'],
]

/** Addresses and routes. `replace` takes what is there already; IPv6 skips the wait for duplicates of a static address. */
export const addressCommands = (network: Network): readonly CommandLine[] => {
  const { name, address, address6, gateway, routes = [] } = network
  const commands: CommandLine[] = []
  if (address) commands.push(['ip', 'address', 'replace', address, 'dev', name])
  if (address6) commands.push(['ip', '-6', 'address', 'replace', address6, 'dev', name, 'nodad'])
  if (gateway) commands.push(['ip', ...family(gateway), 'route', 'replace', 'default', 'via', gateway, 'dev', name])
  for (const { to, via } of routes)
    commands.push(['ip', ...family(via), 'route', 'replace', to, 'via', via, 'dev', name])
  return commands
}

const family = (address: string): readonly string[] => (address.includes(':') ? ['-6'] : [])

/** resolv.conf of all interfaces; undefined when none names a server. */
export const resolvConf = (networks: readonly NodeNetwork[]): string | undefined => {
  const servers = [...new Set(networks.flatMap((network) => network.dns ?? []))]
  const search = [...new Set(networks.flatMap((network) => network.search ?? []))]
  if (servers.length === 0) return undefined
  return [
    ...(search.length > 0 ? [`search ${search.join(' ')}`] : []),
    ...servers.map((server) => `nameserver ${server}`),
    '',
  ].join('\n')
}
