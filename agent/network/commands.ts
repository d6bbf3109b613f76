import { bondOptions } from '../../engine/inventory/node/bond.ts'
import type { Interface } from '../../engine/inventory/node/interfaces.ts'
import type { NodeNetwork } from '../../schema/types.ts'
import type { LinkPlan } from './plan.ts'

export type CommandLine = readonly [string, ...string[]]

/** Options that name a member, and can be set only when it is one. */
const needsMember = (name: string): boolean => name === 'primary'

/**
 * Makes a bond without members. Its address is given at birth: otherwise udev gives every node of one image the same one.
 * What can only be set without members (mode, lacp_rate) is set at birth too.
 */
export const bondCommands = ({ network, members, address }: LinkPlan & { kind: 'bond' }): readonly CommandLine[] => {
  const options = bondOptions(network, members).filter(({ name }) => !needsMember(name))
  const born = address === undefined ? [] : ['address', address]
  return [
    [
      'ip',
      'link',
      'add',
      network.name,
      ...born,
      'type',
      'bond',
      ...options.flatMap(({ name, value }) => [name, value]),
    ],
    ...(network.mtu === undefined ? [] : [['ip', 'link', 'set', network.name, 'mtu', String(network.mtu)] as const]),
  ]
}

/** What is said of a bond once a member is there. */
export const memberOptionCommands = (
  bond: Interface,
  members: readonly Interface[],
  member: string,
): readonly CommandLine[] =>
  bondOptions(bond, members)
    .filter(({ name, value }) => needsMember(name) && value === member)
    .map(({ name, value }) => ['ip', 'link', 'set', bond.name, 'type', 'bond', name, value])

const renameCommands = (device: string, name: string): readonly CommandLine[] =>
  device === name ? [] : [['ip', 'link', 'set', device, 'name', name]]

/** Gives a member of a bond the name that the inventory gives it: the real root's network service knows it by that one. */
export const memberNameCommands = (device: string, name: string): readonly CommandLine[] =>
  device === name ? [] : [['ip', 'link', 'set', device, 'down'], ...renameCommands(device, name)]

/** Adds one card to a bond. It is down before, and enslaved in a command of its own: the kernel refuses both in one. */
export const enslaveCommands = (bond: string, name: string): readonly CommandLine[] => [
  ['ip', 'link', 'set', name, 'down'],
  ['ip', 'address', 'flush', 'dev', name],
  ['ip', 'link', 'set', name, 'master', bond],
]

export const upCommands = (name: string): readonly CommandLine[] => [['ip', 'link', 'set', name, 'up']]

export const vlanCommands = (
  vlan: NodeNetwork & { name: string },
  parent: string,
  id: number,
): readonly CommandLine[] => [
  ['modprobe', '8021q'],
  ['ip', 'link', 'add', 'link', parent, 'name', vlan.name, 'type', 'vlan', 'id', String(id)],
  ...(vlan.mtu === undefined ? [] : [['ip', 'link', 'set', vlan.name, 'mtu', String(vlan.mtu)] as const]),
  ...upCommands(vlan.name),
]

/** A child of an InfiniBand card in one partition. */
export const partitionCommands = (child: Interface, parent: string, key: number): readonly CommandLine[] => [
  ['modprobe', 'ib_ipoib'],
  [
    ...(['ip', 'link', 'add', 'link', parent, 'name', child.name, 'type', 'ipoib'] as const),
    ...['pkey', `0x${key.toString(16).padStart(4, '0')}`, 'mode', child.transport ?? 'datagram'],
  ],
  ...(child.mtu === undefined ? [] : [['ip', 'link', 'set', child.name, 'mtu', String(child.mtu)] as const]),
  ...upCommands(child.name),
]

/** What a link is called that had to give its name to another. */
export const otherName = (name: string): string => `was-${name}`.slice(0, 15)

/** Takes a name from the link that has it and should not; device names have at most 15 characters. */
export const freeNameCommands = (name: string): readonly CommandLine[] => [
  ['ip', 'link', 'set', name, 'down'],
  ['ip', 'link', 'set', name, 'name', otherName(name)],
]

/** Brings a card up, under the name that the inventory gives it. */
export const cardCommands = (network: Interface, device: string): readonly CommandLine[] => [
  // a link that has its name already is not taken down: what speaks over it goes on
  ...(device === network.name ? [] : [['ip', 'link', 'set', device, 'down'] as const]),
  ...renameCommands(device, network.name),
  ...(network.transport === undefined
    ? []
    : [['ip', 'link', 'set', network.name, 'type', 'ipoib', 'mode', network.transport] as const]),
  ...(network.mtu === undefined ? [] : [['ip', 'link', 'set', network.name, 'mtu', String(network.mtu)] as const]),
  ...upCommands(network.name),
]

/** Static addresses. `replace` takes what is there already. */
export const addressCommands = ({ name, address, address6 }: Interface): readonly CommandLine[] => [
  ...(address === undefined ? [] : [['ip', 'address', 'replace', address, 'dev', name] as const]),
  ...(address6 === undefined ? [] : [['ip', '-6', 'address', 'replace', address6, 'dev', name] as const]),
]

export const routeCommands = ({ name, gateway, routes = [] }: Interface): readonly CommandLine[] => [
  ...(gateway === undefined
    ? []
    : [['ip', ...family(gateway), 'route', 'replace', 'default', 'via', gateway, 'dev', name] as const]),
  ...routes.map(({ to, via }) => ['ip', ...family(via), 'route', 'replace', to, 'via', via, 'dev', name] as const),
]

const family = (address: string): readonly string[] => (address.includes(':') ? ['-6'] : [])

/** resolv.conf of all interfaces, the inventory's words before those of a lease; undefined when none names a server. */
export const resolvConf = (
  networks: readonly { readonly dns?: readonly string[]; readonly search?: readonly string[] }[],
): string | undefined => {
  const servers = [...new Set(networks.flatMap((network) => network.dns ?? []))]
  const search = [...new Set(networks.flatMap((network) => network.search ?? []))]
  if (servers.length === 0) return undefined
  return [
    ...(search.length > 0 ? [`search ${search.join(' ')}`] : []),
    ...servers.map((server) => `nameserver ${server}`),
    '',
  ].join('\n')
}
