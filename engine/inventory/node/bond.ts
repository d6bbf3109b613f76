import type { NodeNetwork } from '../../../schema/types.ts'

export type BondMode = NonNullable<NodeNetwork['mode']>

/** The mode that needs nothing of the switch. */
export const defaultMode: BondMode = 'active-backup'

const balancing = ['balance-tlb', 'balance-alb'] as const
const failingOver = ['active-backup', ...balancing] as const
const asking = ['balance-rr', 'active-backup', 'balance-xor', 'broadcast'] as const
const every = [...asking, '802.3ad', ...balancing] as const

type Option = {
  readonly field: keyof NodeNetwork
  readonly modes: readonly BondMode[]
  /** The kernel's name of it where that is not the field's. */
  readonly name?: string
  /** What is set when the field is absent. */
  readonly otherwise?: (bond: NodeNetwork, hasInfiniband: boolean) => string | undefined
}

/** The options of a bond in the order in which they are set, with the modes in which they mean something. */
const options: readonly Option[] = [
  { field: 'miimon', modes: every, otherwise: ({ arp_interval }) => (arp_interval === undefined ? '100' : undefined) },
  { field: 'updelay', modes: every },
  { field: 'downdelay', modes: every },
  { field: 'arp_interval', modes: asking },
  { field: 'arp_ip_target', modes: asking },
  { field: 'arp_validate', modes: asking },
  { field: 'arp_all_targets', modes: ['active-backup'] },
  { field: 'primary_member', modes: failingOver, name: 'primary' },
  { field: 'primary_reselect', modes: failingOver },
  {
    field: 'fail_over_mac',
    modes: ['active-backup'],
    otherwise: (_, hasInfiniband) => (hasInfiniband ? 'active' : undefined),
  },
  { field: 'num_grat_arp', modes: failingOver },
  { field: 'resend_igmp', modes: ['balance-rr', ...failingOver] },
  { field: 'all_slaves_active', modes: every },
  { field: 'packets_per_slave', modes: ['balance-rr'] },
  { field: 'tlb_dynamic_lb', modes: balancing },
  { field: 'lp_interval', modes: balancing },
  {
    field: 'lacp_rate',
    modes: ['802.3ad'],
    otherwise: ({ mode }) => (mode === '802.3ad' ? 'fast' : undefined),
  },
  { field: 'lacp_active', modes: ['802.3ad'] },
  { field: 'ad_select', modes: ['802.3ad'] },
  { field: 'ad_actor_sys_prio', modes: ['802.3ad'] },
  { field: 'ad_actor_system', modes: ['802.3ad'] },
  { field: 'ad_user_port_key', modes: ['802.3ad'] },
  { field: 'xmit_hash_policy', modes: ['balance-xor', '802.3ad', 'balance-tlb'] },
  { field: 'min_links', modes: ['802.3ad'] },
]

const text = (value: unknown): string =>
  typeof value === 'boolean' ? (value ? '1' : '0') : Array.isArray(value) ? value.join(',') : String(value)

export type BondOption = { readonly name: string; readonly value: string }

/**
 * The options of a bond in the words of the kernel, as the initramfs and the files of the real root's network service set
 * them. The primary member, which must exist first, is one of them: `primary`.
 */
export const bondOptions = (bond: NodeNetwork, members: readonly NodeNetwork[]): readonly BondOption[] => {
  const hasInfiniband = members.some(({ type }) => type === 'infiniband')
  const set = options.flatMap(({ field, name = field, otherwise }) => {
    const value = bond[field] ?? otherwise?.(bond, hasInfiniband)
    return value === undefined ? [] : [{ name, value: text(value) }]
  })
  return [{ name: 'mode', value: bond.mode ?? defaultMode }, ...set]
}

/** What is wrong with a field of an interface. */
export type FieldProblem = { readonly field: keyof NodeNetwork; readonly message: string; readonly hint: string }

const ofMode = (bond: NodeNetwork): FieldProblem[] => {
  const mode = bond.mode ?? defaultMode
  return options
    .filter(({ field, modes }) => bond[field] !== undefined && !modes.includes(mode))
    .map(({ field, modes }) => ({
      field,
      message: `${field} means nothing in mode ${mode}`,
      hint: `it belongs to ${modes.join(', ')}`,
    }))
}

const ofMonitor = (bond: NodeNetwork): FieldProblem[] => {
  const problems: FieldProblem[] = []
  const report = (field: keyof NodeNetwork, message: string, hint: string) => problems.push({ field, message, hint })
  const { miimon = bond.arp_interval === undefined ? 100 : 0, arp_interval, arp_ip_target } = bond
  if (arp_interval !== undefined && miimon > 0)
    report('arp_interval', 'links are watched by miimon or by arp_interval, not by both', 'take one of them out')
  if (arp_interval !== undefined && arp_ip_target === undefined)
    report('arp_interval', 'arp_interval needs addresses to ask for', 'give arp_ip_target')
  if (arp_ip_target !== undefined && arp_interval === undefined)
    report('arp_ip_target', 'arp_ip_target means nothing without arp_interval', 'give arp_interval')
  if (arp_interval === undefined && miimon === 0)
    report('miimon', 'a bond that does not watch its links never fails over', 'leave miimon at 100')
  for (const field of ['updelay', 'downdelay'] as const) {
    const delay = bond[field]
    if (delay !== undefined && (miimon === 0 || delay % miimon !== 0))
      report(
        field,
        `${field} ${delay} is no multiple of miimon (${miimon})`,
        'the kernel counts it in looks at the links',
      )
  }
  return problems
}

const ofMembers = (bond: NodeNetwork, members: readonly NodeNetwork[]): FieldProblem[] => {
  const problems: FieldProblem[] = []
  const report = (field: keyof NodeNetwork, message: string, hint: string) => problems.push({ field, message, hint })
  const { primary_member: first, mode = defaultMode } = bond
  if (first !== undefined && !members.some(({ name }) => name === first))
    report('primary_member', `primary member '${first}' is no member of the bond`, 'name one of its members')
  if (bond.primary_reselect !== undefined && first === undefined)
    report('primary_reselect', 'primary_reselect means nothing without a primary member', 'give primary_member')
  const infiniband = members.filter(({ type }) => type === 'infiniband')
  if (infiniband.length === 0) return problems
  if (infiniband.length < members.length)
    report('members', 'InfiniBand and Ethernet cards are in one bond', 'give each kind a bond of its own')
  if (mode !== 'active-backup')
    report('mode', `InfiniBand cards cannot be in a bond of mode ${mode}`, 'they take active-backup alone')
  if ((bond.fail_over_mac ?? 'active') !== 'active')
    report('fail_over_mac', 'the address of an InfiniBand card cannot be set', 'leave fail_over_mac at active')
  if (bond.mac !== undefined)
    report('mac', 'a bond of InfiniBand cards has the address of the card in use', 'take mac out')
  return problems
}

/** What the kernel would refuse or silently ignore in a bond. */
export const bondProblems = (bond: NodeNetwork, members: readonly NodeNetwork[]): readonly FieldProblem[] => [
  ...ofMode(bond),
  ...ofMonitor(bond),
  ...ofMembers(bond, members),
]
