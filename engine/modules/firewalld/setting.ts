import type { FirewalldParameters } from '../../../schema/types.ts'

/** One thing that a zone has or has not: how firewall-cmd is asked for it, and told. */
export type Setting = {
  /** For messages: `service https`. */
  readonly what: string
  readonly query: string
  readonly add: string
  readonly remove: string
  /** Whether `enabled` means that it is there. */
  readonly isPositive: boolean
}

const valued = (name: string, value: string, verb = 'add'): Setting => ({
  what: `${name.replaceAll('-', ' ')} ${value}`,
  query: `--query-${name}=${value}`,
  add: `--${verb}-${name}=${value}`,
  remove: `--remove-${name}=${value}`,
  isPositive: true,
})

const plain = (name: string, isPositive: boolean): Setting => ({
  what: name.replaceAll('-', ' '),
  query: `--query-${name}`,
  add: `--add-${name}`,
  remove: `--remove-${name}`,
  isPositive,
})

/** The setting that a task is about; undefined when it is about the zone itself. */
export const settingOf = (params: FirewalldParameters): Setting | undefined => {
  const { service, port, protocol, source, rich_rule, icmp_block, port_forward } = params
  if (service !== undefined) return valued('service', service)
  if (port !== undefined) return valued('port', port)
  if (protocol !== undefined) return valued('protocol', protocol)
  if (source !== undefined) return valued('source', source)
  // An interface is in one zone: it leaves the one that it is in.
  if (params.interface !== undefined) return valued('interface', params.interface, 'change')
  if (rich_rule !== undefined) return valued('rich-rule', rich_rule)
  if (icmp_block !== undefined) return valued('icmp-block', icmp_block)
  const [forward] = port_forward ?? []
  if (forward) {
    const { port: from, proto, toport, toaddr } = forward
    const address = toaddr === undefined ? '' : `:toaddr=${toaddr}`
    return valued('forward-port', `port=${from}:proto=${proto}:toport=${toport}${address}`)
  }
  if (params.masquerade !== undefined) return plain('masquerade', params.masquerade)
  if (params.forward !== undefined) return plain('forward', params.forward)
  if (params.icmp_block_inversion !== undefined) return plain('icmp-block-inversion', params.icmp_block_inversion)
  return undefined
}
