import type { NmcliParameters } from '../../../schema/types.ts'

type Value = string | number | boolean | readonly string[] | undefined

const slaves: Readonly<Record<string, string>> = {
  'bond-slave': 'bond',
  'bridge-slave': 'bridge',
  'team-slave': 'team',
}
const tunnels = new Set(['gre', 'ipip', 'sit'])

/** The type as NetworkManager has it: a member of a bond is an interface like others. */
export const connectionType = (type: string): string =>
  type in slaves ? 'ethernet' : tunnels.has(type) ? 'ip-tunnel' : type

type Route = NonNullable<NmcliParameters['routes4_extended']>[number]

const routeText = ({ ip, next_hop, metric, ...attributes }: Route): string => {
  const named = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .sort(([one], [other]) => (one < other ? -1 : 1))
  const words = [ip, next_hop, metric, ...named.map(([name, value]) => `${name}=${value}`)]
  return words.filter((word) => word !== undefined).join(' ')
}

const prefixed = (addresses: readonly string[] | undefined, bits: number): string[] | undefined =>
  addresses?.map((address) => (address.includes('/') ? address : `${address}/${bits}`))

const ipSettings = (params: NmcliParameters): Record<string, Value> => {
  const isBare = params.type === 'dummy' || params.type === 'macvlan'
  const method = (given: string | undefined, addresses: readonly string[] | undefined): string | undefined =>
    given ?? (addresses && addresses.length > 0 ? 'manual' : isBare ? 'disabled' : undefined)
  const method4 = method(params.method4, params.ip4)
  const method6 = method(params.method6, params.ip6)
  const privacy = { disabled: 0, 'prefer-public-addr': 1, 'prefer-temp-addr': 2, unknown: -1 }
  return {
    'ipv4.addresses': prefixed(params.ip4, 32),
    'ipv4.gateway': params.gw4,
    'ipv4.method': method4,
    'ipv4.dns': params.dns4,
    'ipv4.dns-search': params.dns4_search,
    'ipv4.dns-options': params.dns4_options,
    'ipv4.ignore-auto-dns': params.dns4_ignore_auto,
    'ipv4.ignore-auto-routes': params.gw4_ignore_auto,
    'ipv4.routes': params.routes4 ?? params.routes4_extended?.map(routeText),
    'ipv4.route-metric': params.route_metric4,
    'ipv4.routing-rules': params.routing_rules4,
    'ipv4.never-default': params.never_default4,
    // Without IPv4 there is nothing that may fail.
    'ipv4.may-fail': method4 === 'disabled' ? undefined : params.may_fail4,
    'ipv4.dhcp-client-id': params.dhcp_client_id,
    'ipv6.addresses': prefixed(params.ip6, 128),
    'ipv6.gateway': params.gw6,
    'ipv6.method': method6,
    'ipv6.dns': params.dns6,
    'ipv6.dns-search': params.dns6_search,
    'ipv6.dns-options': params.dns6_options,
    'ipv6.ignore-auto-dns': params.dns6_ignore_auto,
    'ipv6.ignore-auto-routes': params.gw6_ignore_auto,
    'ipv6.routes': params.routes6 ?? params.routes6_extended?.map(routeText),
    'ipv6.route-metric': params.route_metric6,
    'ipv6.routing-rules': params.routing_rules6,
    'ipv6.never-default': params.never_default6,
    'ipv6.may-fail': method6 === 'disabled' || method6 === 'ignore' ? undefined : params.may_fail6,
    'ipv6.ip6-privacy': params.ip_privacy6 === undefined ? undefined : privacy[params.ip_privacy6],
    'ipv6.addr-gen-mode': params.addr_gen_mode6,
  }
}

const bondSettings = (params: NmcliParameters): Record<string, Value> => {
  const options = {
    mode: params.mode,
    miimon: params.miimon,
    updelay: params.updelay,
    downdelay: params.downdelay,
    primary: params.primary,
    xmit_hash_policy: params.xmit_hash_policy,
    lacp_rate: params.lacp_rate,
    fail_over_mac: params.fail_over_mac,
    arp_interval: params.arp_interval,
    arp_ip_target: params.arp_ip_target,
  }
  const given = Object.entries(options).filter(([, value]) => value !== undefined)
  return { 'bond.options': given.map((pair) => pair.join('=')).join(',') }
}

const typeSettings = (params: NmcliParameters): Record<string, Value> => {
  switch (params.type) {
    case 'bond':
      return bondSettings(params)
    case 'bridge':
      return {
        'bridge.stp': params.stp,
        // Without the spanning tree NetworkManager keeps the usual priority.
        'bridge.priority': params.stp ? params.priority : undefined,
        'bridge.forward-delay': params.forwarddelay,
        'bridge.hello-time': params.hellotime,
        'bridge.max-age': params.maxage,
        'bridge.ageing-time': params.ageingtime,
      }
    case 'bridge-slave':
      return {
        'bridge-port.priority': params.slavepriority,
        'bridge-port.path-cost': params.path_cost,
        'bridge-port.hairpin-mode': params.hairpin,
      }
    case 'team':
      return {
        'team.runner': params.runner,
        'team.runner-hwaddr-policy': params.runner_hwaddr_policy,
        'team.runner-fast-rate': params.runner_fast_rate,
      }
    case 'vlan':
      return {
        'vlan.id': params.vlanid,
        'vlan.parent': params.vlandev,
        'vlan.flags': params.flags,
        'vlan.ingress-priority-map': params.ingress,
        'vlan.egress-priority-map': params.egress,
      }
    case 'vxlan':
      return { 'vxlan.id': params.vxlan_id, 'vxlan.local': params.vxlan_local, 'vxlan.remote': params.vxlan_remote }
    case 'infiniband':
      return { 'infiniband.transport-mode': params.transport_mode }
    case 'macvlan':
      return {
        'macvlan.mode': params.macvlan?.mode,
        'macvlan.parent': params.macvlan?.parent,
        'macvlan.promiscuous': params.macvlan?.promiscuous,
        'macvlan.tap': params.macvlan?.tap,
      }
    case 'gre':
    case 'ipip':
    case 'sit':
      return {
        'ip-tunnel.mode': { ipip: 1, gre: 2, sit: 3 }[params.type],
        'ip-tunnel.parent': params.ip_tunnel_dev,
        'ip-tunnel.local': params.ip_tunnel_local,
        'ip-tunnel.remote': params.ip_tunnel_remote,
        'ip-tunnel.input-key': params.ip_tunnel_input_key,
        'ip-tunnel.output-key': params.ip_tunnel_output_key,
      }
    default:
      return {}
  }
}

const textOf = (value: Exclude<Value, undefined>): string => {
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  return Array.isArray(value) ? value.join(', ') : String(value)
}

/** The properties that a task wants, by NetworkManager's names; what the task does not tell is left out. */
export const wantedProperties = (params: NmcliParameters): Map<string, string> => {
  const { type, master, mtu, mac } = params
  const slaveType = params.slave_type ?? slaves[type ?? '']
  // A member of a bond or bridge has no addresses.
  const isMember = master !== undefined
  const settings: Record<string, Value> = {
    'connection.interface-name': params.ifname,
    'connection.autoconnect': params.autoconnect,
    'connection.autoconnect-priority': params.autoconnect_priority,
    'connection.autoconnect-slaves':
      params.autoconnect_slaves === undefined ? undefined : Number(params.autoconnect_slaves),
    'connection.zone': params.zone,
    'connection.master': master,
    'connection.slave-type': slaveType,
    [type === 'infiniband' ? 'infiniband.mtu' : '802-3-ethernet.mtu']: mtu,
    [type === 'bridge' ? 'bridge.mac-address' : '802-3-ethernet.cloned-mac-address']: mac,
    ...(isMember ? {} : ipSettings(params)),
    ...typeSettings(params),
  }
  return new Map(
    Object.entries(settings).flatMap(([name, value]): [string, string][] =>
      value === undefined || (value === '' && name !== 'connection.zone') ? [] : [[name, textOf(value)]],
    ),
  )
}
