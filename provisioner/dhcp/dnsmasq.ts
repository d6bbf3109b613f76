import ipaddr from 'ipaddr.js'
import { Failure } from '../../engine/failure.ts'
import type { SiteSettings } from '../../schema/types.ts'
import { serverUrls } from '../boot/manifest.ts'
import { firmwareMacs, speakingInterface } from '../node/interfaces.ts'
import type { Node } from '../node/node.ts'

export type DhcpOptions = {
  readonly settings: SiteSettings
  readonly nodes: readonly Node[]
  /** Directory that TFTP serves: the iPXE binaries. */
  readonly tftpRoot: string
  readonly leaseFile: string
  /** Overrides of the command line. */
  readonly interface?: string
}

/**
 * Firmware that is not iPXE yet, by DHCP option 93 (client architecture), with the name that PXE has for it. UEFI on x86-64
 * is 7 on most machines, 9 on some.
 */
const firmwares = [
  { tag: 'bios', architecture: 0, pxe: 'x86PC' },
  { tag: 'efi-bc', architecture: 7, pxe: 'BC_EFI' },
  { tag: 'efi-x64', architecture: 9, pxe: 'X86-64_EFI' },
] as const

const bios = 'undionly.kpxe'
const efi = 'snponly.efi'

/** The iPXE that a machine with UEFI loads. */
export const efiFile = ({ dhcp }: SiteSettings): string => dhcp?.efi ?? efi

/** The file that each kind of firmware loads. */
const bootFiles = (settings: SiteSettings) =>
  firmwares.map((each) => ({ ...each, file: each.architecture === 0 ? bios : efiFile(settings) }))

export const tftpFiles: readonly string[] = [bios, efi, 'ipxe.efi']

/** iPXE fills in its own interface's MAC. */
export const bootScriptUrl = (settings: SiteSettings): string =>
  `${serverUrls(settings).http}/boot/ipxe?mac=\${net0/mac}`

const networkOf = ({ settings, nodes }: DhcpOptions): { network: string; netmask: string; prefix: number } => {
  const address = settings.server
  if (address === undefined || !ipaddr.IPv4.isValid(address)) {
    throw new Failure('network.dhcp', 'DHCP needs the IPv4 address of the provisioner', { hint: 'set prelude_server' })
  }
  const inNetwork = nodes
    .map((node) => speakingInterface(node.interfaces)?.address)
    .filter((each) => each !== undefined)
    .find((each) => ipaddr.IPv4.parse(address).match(ipaddr.IPv4.parseCIDR(each)))
  const prefix = settings.dhcp?.prefix ?? (inNetwork === undefined ? undefined : Number(inNetwork.split('/')[1]))
  if (prefix === undefined) {
    throw new Failure('network.dhcp', `no node has an address in the network of the provisioner, ${address}`, {
      hint: 'set prelude_dhcp.prefix, or give the nodes addresses',
    })
  }
  const network = ipaddr.IPv4.networkAddressFromCIDR(`${address}/${prefix}`).toString()
  return { network, netmask: ipaddr.IPv4.subnetMaskFromPrefixLength(prefix).toString(), prefix }
}

/** A reservation for each node that speaks from a static address: every card of its bond may ask for it. */
const reservations = ({ nodes }: DhcpOptions): string[] =>
  nodes.flatMap((node) => {
    if (node.address === undefined) return [`dhcp-host=${node.mac},set:node,${node.name}`]
    return [`dhcp-host=${firmwareMacs(node.interfaces).join(',')},set:node,${node.address},${node.name}`]
  })

const rangeOf = (range: string | undefined, network: string, netmask: string): string => {
  if (range === undefined) return `${network},static,${netmask}`
  return range.split(',').length === 3 ? range : `${range},${netmask}`
}

/**
 * Configuration of dnsmasq for the nodes: no DNS, DHCP by static reservations (or as a proxy beside another server), TFTP for the
 * iPXE binaries, and iPXE itself (known by its user class) to the boot script.
 */
export const dnsmasqConfiguration = (options: DhcpOptions): string => {
  const { settings, tftpRoot, leaseFile } = options
  const { mode = 'none', range, router, dns = [], lease = '12h' } = settings.dhcp ?? {}
  const { network, netmask } = networkOf(options)
  const device = options.interface ?? settings.dhcp?.interface
  const common = [
    '# Written by the provisioner from the inventory; changes are lost.',
    'port=0',
    'keep-in-foreground',
    'log-facility=-',
    'log-dhcp',
    'no-hosts',
    'no-resolv',
    ...(device === undefined ? [`listen-address=${settings.server}`] : [`interface=${device}`, 'except-interface=lo']),
    'bind-interfaces',
    `dhcp-leasefile=${leaseFile}`,
    'enable-tftp',
    `tftp-root=${tftpRoot}`,
    'tftp-no-blocksize',
    ...firmwares.map(({ tag, architecture }) => `dhcp-match=set:${tag},option:client-arch,${architecture}`),
    'dhcp-userclass=set:ipxe,iPXE',
    'dhcp-match=set:ipxe,175',
  ]
  if (mode === 'proxy') {
    return `${[
      ...common,
      `dhcp-range=${network},proxy,${netmask}`,
      ...bootFiles(settings).map(({ tag, file }) => `dhcp-boot=tag:!ipxe,tag:${tag},${file}`),
      `dhcp-boot=tag:ipxe,${bootScriptUrl(settings)}`,
      ...bootFiles(settings).map(({ pxe, file }) => `pxe-service=tag:!ipxe,${pxe},"Prelude",${file}`),
    ].join('\n')}\n`
  }
  return `${[
    ...common,
    'dhcp-authoritative',
    `dhcp-range=${rangeOf(range, network, netmask)},${lease}`,
    ...(router === undefined ? ['dhcp-option=option:router'] : [`dhcp-option=option:router,${router}`]),
    ...(dns.length === 0 ? ['dhcp-option=option:dns-server'] : [`dhcp-option=option:dns-server,${dns.join(',')}`]),
    ...(settings.domain === undefined ? [] : [`dhcp-option=option:domain-name,${settings.domain}`]),
    ...bootFiles(settings).map(({ tag, file }) => `dhcp-boot=tag:!ipxe,tag:${tag},${file}`),
    `dhcp-boot=tag:ipxe,${bootScriptUrl(settings)}`,
    ...reservations(options),
  ].join('\n')}\n`
}
