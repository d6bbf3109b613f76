import { createHash } from 'node:crypto'
import ipaddr from 'ipaddr.js'
import { bondOptions } from '../../engine/inventory/node/bond.ts'
import { bootInterface, type Interface } from '../../engine/inventory/node/interfaces.ts'
import { askingInterface } from '../../engine/inventory/node/links.ts'
import { primaryInterface, withoutPrefix } from '../node/interfaces.ts'
import type { Node } from '../node/node.ts'
import { networkdOptions } from './networkd.ts'

const prefixOf = (address: string | undefined): number | null =>
  address === undefined ? null : Number(address.split('/')[1])

const netmask = (address: string): string => ipaddr.IPv4.subnetMaskFromPrefixLength(prefixOf(address) ?? 32).toString()

const family = (address: string | undefined): 4 | 6 | undefined =>
  address === undefined ? undefined : ipaddr.IPv6.isValid(address) ? 6 : 4

/** A UUID that an interface of a node always has: NetworkManager knows a connection by it. */
const uuidOf = (node: string, name: string): string => {
  const hex = createHash('sha256').update(`prelude ${node} ${name}`).digest('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), `5${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  )
}

/** Options of a bond in the kernel's words, the same that the initramfs made it with. */
const bondOf = (bond: Interface, interfaces: readonly Interface[]) => {
  const options = bondOptions(
    bond,
    interfaces.filter(({ name }) => bond.members?.includes(name)),
  )
  return {
    options,
    text: options.map(({ name, value }) => `${name}=${value}`).join(' '),
    networkd: networkdOptions(options),
  }
}

const routesOf = ({ routes = [] }: Interface) =>
  routes.map(({ to, via }, index) => ({
    number: index + 1,
    to,
    via,
    network: withoutPrefix(to),
    netmask: family(withoutPrefix(to)) === 4 && to.includes('/') ? netmask(to) : null,
    is_ipv6: family(withoutPrefix(to)) === 6,
  }))

/** The MAC that an interface keeps: a bond over the boot interface has that card's, or DHCP and switch would see another machine. */
const ownMac = (each: Interface, interfaces: readonly Interface[]): string | null => {
  if (each.mac !== undefined) return each.mac
  const members = interfaces.filter(({ name }) => each.members?.includes(name))
  if (members.some(({ type }) => type === 'infiniband')) return null // such a bond has the address of the card in use
  const boot = bootInterface(interfaces)
  return (members.includes(boot as Interface) ? boot?.mac : members[0]?.mac) ?? null
}

const servers = ({ dns = [] }: Interface, wanted: 4 | 6): string =>
  dns
    .filter((server) => family(server) === wanted)
    .map((server) => `${server};`)
    .join('')

/** What is made over an interface: VLANs and partitions, with the words that systemd-networkd has for them. */
const childrenOf = ({ name }: Interface, interfaces: readonly Interface[]) =>
  interfaces
    .filter(({ parent }) => parent === name)
    .map((child) => ({ kind: child.type === 'vlan' ? 'VLAN' : 'IPoIB', name: child.name }))

/** The association that the initramfs asks for by DHCPv6, as a number: the end of the MAC. */
const associationOf = (mac: string | null): number | null =>
  mac === null ? null : Number.parseInt(mac.replaceAll(':', '').slice(-8), 16)

const describeInterface = (node: Node, each: Interface, server: string | undefined) => {
  const { interfaces } = node
  const bond = interfaces.find(({ members }) => members?.includes(each.name))
  const gateway = family(each.gateway)
  const isAsking = askingInterface(interfaces) === each
  return {
    name: each.name,
    type: each.type,
    uuid: uuidOf(node.name, each.name),
    mac: each.mac ?? null,
    own_mac: ownMac(each, interfaces),
    is_ethernet: each.type === 'ethernet',
    is_bond: each.type === 'bond',
    is_vlan: each.type === 'vlan',
    is_infiniband: each.type === 'infiniband',
    is_primary: primaryInterface(interfaces) === each,
    onboot: each.onboot !== false,
    /** It has no static address and asks for one. */
    asks: isAsking,
    /** The family in which it reaches the provisioner, and had better have an address. */
    asks4: isAsking && family(server) !== 6,
    asks6: isAsking && family(server) === 6,
    mtu: each.mtu ?? null,
    address: each.address ?? null,
    ip: each.address === undefined ? null : withoutPrefix(each.address),
    prefix: prefixOf(each.address),
    netmask: each.address === undefined ? null : netmask(each.address),
    address6: each.address6 ?? null,
    ip6: each.address6 === undefined ? null : withoutPrefix(each.address6),
    prefix6: prefixOf(each.address6),
    gateway: gateway === 4 ? each.gateway : null,
    gateway6: gateway === 6 ? each.gateway : null,
    dns: (each.dns ?? []).map((server, index) => ({ number: index + 1, server, is_ipv6: family(server) === 6 })),
    /** As NetworkManager's keyfiles have them: each closed by a semicolon. */
    dns4: servers(each, 4),
    dns6: servers(each, 6),
    search: each.search ?? [],
    search_list: (each.search ?? []).join(' '),
    routes: routesOf(each),
    /** The bond it is a member of. */
    master:
      bond === undefined
        ? null
        : {
            device: bond.name,
            uuid: uuidOf(node.name, bond.name),
            /** The initramfs has made it, as the node boots over it. */
            is_made: bond.members?.includes(bootInterface(interfaces)?.name ?? '') ?? false,
          },
    /** The member that its bond uses as long as it can. */
    is_preferred: bond?.primary_member === each.name,
    members: each.members ?? [],
    members_list: (each.members ?? []).join(' '),
    bond: each.type === 'bond' ? bondOf(each, interfaces) : null,
    association: associationOf(ownMac(each, interfaces)),
    parent: each.parent ?? null,
    children: childrenOf(each, interfaces),
    vlan: each.vlan ?? null,
    pkey: each.pkey === undefined ? null : `0x${each.pkey.toString(16).padStart(4, '0')}`,
    transport: each.transport ?? 'datagram',
    is_connected: each.transport === 'connected',
  }
}

/**
 * A node's interfaces as templates see them; every field is there, null when it does not apply. `server` is the address of
 * the provisioner.
 */
export const describeInterfaces = (node: Node, server: string | undefined) =>
  node.interfaces.map((each) => describeInterface(node, each, server))
