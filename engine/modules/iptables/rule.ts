import type { IptablesParameters } from '../../../schema/types.ts'

/** An option with its value; `!` before a value negates the option. */
const option = (flag: string, value: string | undefined): string[] => {
  if (value === undefined || value === '') return []
  return value.startsWith('!') ? ['!', flag, value.slice(1).trim()] : [flag, value]
}

const listed = (flag: string, values: readonly string[]): string[] =>
  values.length > 0 ? [flag, values.join(',')] : []

/** `-m NAME` when it is needed and the task does not load it itself. */
const loaded = (name: string, isNeeded: boolean, match: readonly string[]): string[] =>
  isNeeded && !match.includes(name) ? ['-m', name] : []

const connectionState = ({ ctstate, match }: IptablesParameters): string[] => {
  if (match.includes('state') && !match.includes('conntrack')) return listed('--state', ctstate)
  return [...loaded('conntrack', ctstate.length > 0, match), ...listed('--ctstate', ctstate)]
}

const tcpFlags = ({ tcp_flags }: IptablesParameters): string[] =>
  tcp_flags?.flags && tcp_flags.flags_set
    ? ['--tcp-flags', tcp_flags.flags.join(','), tcp_flags.flags_set.join(',')]
    : []

/** The words of a rule, in the order in which Ansible writes them: an option follows the extension that knows it. */
export const ruleWords = (params: IptablesParameters): string[] => {
  const { match, jump, log_prefix, log_level, reject_with, ip_version } = params
  const target = jump ?? (log_prefix !== undefined || log_level !== undefined ? 'LOG' : undefined)
  return [
    ...option('-w', params.wait),
    ...option('-p', params.protocol),
    ...option('-s', params.source),
    ...option('-d', params.destination),
    ...match.flatMap((name) => option('-m', name)),
    ...tcpFlags(params),
    ...option('-j', target),
    ...(target?.toLowerCase() === 'tee' ? option('--gateway', params.gateway) : []),
    ...option('--log-prefix', log_prefix),
    ...option('--log-level', log_level),
    ...option('--to-destination', params.to_destination),
    ...loaded('multiport', params.destination_ports.length > 0, match),
    ...listed('--dports', params.destination_ports),
    ...option('--to-source', params.to_source),
    ...option('-g', params.goto),
    ...option('-i', params.in_interface),
    ...option('-o', params.out_interface),
    ...option('-f', params.fragment),
    ...option('-c', params.set_counters),
    ...option('--source-port', params.source_port),
    ...option('--destination-port', params.destination_port),
    ...option('--to-ports', params.to_ports),
    ...option('--set-dscp', params.set_dscp_mark),
    ...option('--set-dscp-class', params.set_dscp_mark_class),
    ...(params.syn === 'match' ? ['--syn'] : params.syn === 'negate' ? ['!', '--syn'] : []),
    ...connectionState(params),
    ...loaded('iprange', (params.src_range ?? params.dst_range) !== undefined, match),
    ...option('--src-range', params.src_range),
    ...option('--dst-range', params.dst_range),
    ...loaded('set', params.match_set !== undefined, match),
    ...option('--match-set', params.match_set),
    ...(params.match_set_flags === undefined ? [] : [params.match_set_flags]),
    ...loaded('limit', (params.limit ?? params.limit_burst) !== undefined, match),
    ...option('--limit', params.limit),
    ...option('--limit-burst', params.limit_burst),
    ...loaded('owner', (params.uid_owner ?? params.gid_owner) !== undefined, match),
    ...option('--uid-owner', params.uid_owner),
    ...option('--gid-owner', params.gid_owner),
    ...(target === undefined && reject_with !== undefined ? ['-j', 'REJECT'] : []),
    ...option('--reject-with', reject_with),
    ...option(ip_version === 'ipv6' ? '--icmpv6-type' : '--icmp-type', params.icmp_type),
    ...loaded('comment', params.comment !== undefined, match),
    // A comment may begin with `!`.
    ...(params.comment === undefined ? [] : ['--comment', params.comment]),
  ]
}
