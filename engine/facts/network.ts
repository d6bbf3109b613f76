import { sh, verbatim } from '../command.ts'
import { dump, links, parseDump, parseLinks } from './dump.ts'
import type { Facts, Family } from './family.ts'
import { broadcastOf, netmaskOf, networkOf } from './ipv4.ts'

const directory = '/sys/class/net'

/** ARPHRD numbers of the kernel. */
const types: Readonly<Record<string, string>> = {
  1: 'ether',
  32: 'infiniband',
  512: 'ppp',
  772: 'loopback',
  65534: 'tunnel',
}

type Address4 = { address: string; broadcast: string; netmask: string; network: string; prefix: string }
type Address6 = { address: string; prefix: string; scope: string }
type Addresses = { readonly v4: Address4[]; readonly v6: Address6[] }

const isPromiscuous = (flags: string | undefined): boolean => (Number.parseInt(flags ?? '0', 16) & 0x100) !== 0

const device = (name: string, files: ReadonlyMap<string, string>, targets: ReadonlyMap<string, string>): Facts => {
  const file = (path: string) => files.get(`${directory}/${name}/${path}`)
  const target = (path: string) => targets.get(`${directory}/${name}/${path}`)?.split('/').at(-1)
  const word = (path: string) => file(path)?.split(' ')[0] ?? ''
  const below = (path: string) => {
    const prefix = `${directory}/${name}/${path}/`
    return [...targets.keys()].filter((link) => link.startsWith(prefix)).map((link) => link.slice(prefix.length))
  }
  const facts: Facts = { device: name }
  const address = file('address')
  if (address && address !== '00:00:00:00:00:00') facts['macaddress'] = address
  if (file('mtu')) facts['mtu'] = Number(file('mtu'))
  if (file('operstate') !== undefined) facts['active'] = file('operstate') !== 'down'
  if (target('device/driver/module')) facts['module'] = target('device/driver/module')
  if (target('device')) facts['pciid'] = target('device')
  if (file('type') !== undefined) facts['type'] = types[file('type') ?? ''] ?? 'unknown'
  if (file('bridge/bridge_id') !== undefined) {
    facts['type'] = 'bridge'
    facts['interfaces'] = below('brif')
    facts['id'] = file('bridge/bridge_id')
    facts['stp'] = file('bridge/stp_state') === '1'
  }
  if (file('bonding/mode') !== undefined) {
    facts['type'] = 'bonding'
    facts['slaves'] = file('bonding/slaves')?.split(' ').filter(Boolean) ?? []
    facts['mode'] = word('bonding/mode')
    facts['miimon'] = word('bonding/miimon')
    facts['lacp_rate'] = word('bonding/lacp_rate')
    if (word('bonding/primary')) facts['primary'] = word('bonding/primary')
    facts['all_slaves_active'] = file('bonding/all_slaves_active') === '1'
  }
  if (file('bonding_slave/perm_hwaddr')) facts['perm_macaddress'] = file('bonding_slave/perm_hwaddr')
  if (file('speed')) facts['speed'] = Number(file('speed'))
  facts['promisc'] = isPromiscuous(file('flags'))
  return facts
}

/** Lines of `ip -o addr show`, by interface. */
const addressesOf = (output: string): Map<string, Addresses> => {
  const all = new Map<string, Addresses>()
  for (const line of output.split('\n')) {
    const [, name = '', family, address = '', slash, rest = ''] =
      /^\d+: (\S+)\s+(inet6?) ([0-9a-f.:]+)(?: peer [0-9a-f.:]+)?(?:\/(\d+))?(.*)$/.exec(line) ?? []
    if (!name) continue
    const known = all.get(name) ?? { v4: [], v6: [] }
    all.set(name, known)
    const value = (key: string) => new RegExp(`\\b${key} (\\S+)`).exec(rest)?.[1] ?? ''
    if (family === 'inet6') {
      known.v6.push({ address, prefix: slash ?? '128', scope: value('scope') })
    } else {
      const prefix = Number(slash ?? 32)
      const network = networkOf(address, prefix)
      known.v4.push({ address, broadcast: value('brd'), netmask: netmaskOf(prefix), network, prefix: String(prefix) })
    }
  }
  return all
}

/** The line of `ip route get` for one family, as a default route's facts. */
const defaultOf = (
  line: string | undefined,
  devices: ReadonlyMap<string, Facts>,
  addresses: ReadonlyMap<string, Addresses>,
): Facts => {
  const value = (key: string) => new RegExp(`\\b${key} (\\S+)`).exec(line ?? '')?.[1]
  const name = value('dev')
  const source = value('src')
  const of = name === undefined ? undefined : devices.get(name)
  if (!name || !source || !of) return {}
  const { v4 = [], v6 = [] } = addresses.get(name) ?? {}
  const facts: Facts = {
    ...(value('via') ? { gateway: value('via') } : {}),
    interface: name,
    address: source,
    macaddress: of['macaddress'] ?? 'unknown',
    mtu: of['mtu'],
    type: of['type'],
  }
  const six = v6.find(({ address }) => address === source)
  if (six) return { ...facts, prefix: six.prefix, scope: six.scope }
  const four = v4.find(({ address }) => address === source)
  return four
    ? { ...facts, ...four, broadcast: four.broadcast || broadcastOf(source, Number(four.prefix)), alias: name }
    : facts
}

const parse = (output: string): Facts => {
  const files = parseDump(output)
  const targets = parseLinks(output)
  const addresses = addressesOf(output)
  const interfaces = [...targets.keys()].flatMap((path) => /^\/sys\/class\/net\/([^/]+)$/.exec(path)?.[1] ?? [])
  const devices = new Map<string, Facts>()
  for (const name of interfaces) {
    const facts = device(name, files, targets)
    const { v4 = [], v6 = [] } = addresses.get(name) ?? {}
    const [first, ...further] = v4
    if (first) facts['ipv4'] = first
    if (further.length > 0) facts['ipv4_secondaries'] = further
    if (v6.length > 0) facts['ipv6'] = v6
    devices.set(name, facts)
  }
  const route = (family: 4 | 6) => new RegExp(`^default${family} (.*)$`, 'm').exec(output)?.[1]
  const all = [...addresses.values()]
  return {
    interfaces,
    ...Object.fromEntries([...devices].map(([name, facts]) => [name.replaceAll(/[-:.]/g, '_'), facts])),
    default_ipv4: defaultOf(route(4), devices, addresses),
    default_ipv6: defaultOf(route(6), devices, addresses),
    all_ipv4_addresses: all.flatMap(({ v4 }) => v4.map(({ address }) => address)).filter((a) => !a.startsWith('127.')),
    all_ipv6_addresses: all.flatMap(({ v6 }) => v6.map(({ address }) => address)).filter((a) => a !== '::1'),
  }
}

const attributes = ['address', 'mtu', 'operstate', 'type', 'flags', 'speed', 'bonding_slave/perm_hwaddr']
const bonding = ['mode', 'slaves', 'miimon', 'lacp_rate', 'primary', 'all_slaves_active'].map(
  (name) => `bonding/${name}`,
)
const bridge = ['bridge_id', 'stp_state'].map((name) => `bridge/${name}`)
const each = (paths: readonly string[]) => paths.map((path) => `${directory}/*/${path}`.replace(/\/$/, ''))

/** Addresses outside that stand for "everywhere": the route to them is the default route. Nothing is sent there. */
const routes = verbatim(
  `echo "default4 $(ip -4 route get 8.8.8.8)"; echo "default6 $(ip -6 route get 2001:4860:4860::8888)"`,
)

/** Interfaces with their addresses and the default routes; each interface also as a fact of its own name (`eth0`, `br_int`). */
export const network: Family = {
  name: 'network',
  facts: ['interfaces', 'default_ipv4', 'default_ipv6', 'all_ipv4_addresses', 'all_ipv6_addresses'],
  command: sh`${links(...each(['', 'device', 'device/driver/module', 'brif/*']))}
${dump(...each([...attributes, ...bonding, ...bridge]))}
ip -o addr show
${routes}`,
  parse,
}
