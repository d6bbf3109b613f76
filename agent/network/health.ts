import { readFile } from 'node:fs/promises'

/** What sysfs and /proc/net/bonding say about a bond at one moment. */
export type BondState = {
  readonly mode: string
  /** Aggregator in use and the partner's address, for 802.3ad. */
  readonly aggregator: number | undefined
  readonly partner: string | undefined
  readonly members: readonly MemberState[]
}

export type MemberState = {
  readonly device: string
  readonly up: boolean
  readonly speed: string
  readonly aggregator: number | undefined
  /** LACP state of our side of the link, as 802.1AX numbers its bits. */
  readonly state: number | undefined
}

/** Why a bond is less than it was made to be. */
export type BondReason = 'link-down' | 'no-partner' | 'no-speed' | 'not-aggregated'

export type BondHealth = {
  readonly healthy: boolean
  readonly reason?: BondReason
  /** The reason in one sentence, for the event `degraded`. */
  readonly message?: string
  /** Members that carry traffic. */
  readonly links: number
}

const field = (text: string, name: string): string | undefined =>
  new RegExp(`^\\s*${name}: (.*)$`, 'm').exec(text)?.[1]?.trim()

const number = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined

/** Reads /proc/net/bonding/NAME. LACP figures stand there only for who has CAP_NET_ADMIN. */
export const parseBonding = (text: string): BondState => {
  const [head = '', ...slaves] = text.split(/^Slave Interface: /m)
  const active = head.slice(Math.max(0, head.indexOf('Active Aggregator Info:')))
  return {
    mode: field(head, 'Bonding Mode') ?? '',
    aggregator: number(field(active, 'Aggregator ID')),
    partner: field(head, 'Partner Mac Address'),
    members: slaves.map((slave) => {
      const actor = slave.slice(Math.max(0, slave.indexOf('details actor lacp pdu')))
      return {
        device: slave.split('\n', 1)[0]!.trim(),
        up: field(slave, 'MII Status') === 'up',
        speed: field(slave, 'Speed') ?? 'Unknown',
        aggregator: number(field(slave, 'Aggregator ID')),
        state: slave.includes('details actor lacp pdu') ? number(field(actor, 'port state')) : undefined,
      }
    }),
  }
}

const synchronised = 0x08 | 0x10 | 0x20 // in sync, collecting, distributing
const unsure = 0x40 | 0x80 // partner's values are defaults, or expired
/** The partner's address as long as there is none. */
export const nobody = '00:00:00:00:00:00'

const isAggregated = ({ aggregator, state }: MemberState, bond: BondState): boolean =>
  aggregator === bond.aggregator &&
  state !== undefined &&
  (state & synchronised) === synchronised &&
  (state & unsure) === 0

/**
 * Whether a bond is what it was made for. Carrier proves nothing: an 802.3ad bond on a plain switch has it, with one
 * link in use and nobody at the other end. `expected` counts the members that the inventory names.
 */
export const bondHealth = (bond: BondState, expected: number): BondHealth => {
  const up = bond.members.filter((member) => member.up)
  const isLacp = bond.mode.includes('802.3ad')
  const carrying = isLacp ? up.filter((member) => isAggregated(member, bond)) : up
  const links = carrying.length
  const sick = (reason: BondReason, message: string): BondHealth => ({ healthy: false, links, reason, message })
  const down = `${up.length} of ${expected} links are up`
  if (up.length === 0) return sick('link-down', down)
  if (isLacp && (bond.partner === undefined || bond.partner === nobody)) {
    const speedless = up.filter((member) => member.speed.startsWith('Unknown')).map(({ device }) => device)
    return speedless.length > 0
      ? sick('no-speed', `no LACP partner: ${speedless.join(', ')} tell no speed`)
      : sick('no-partner', 'no LACP partner answers: is the switch port a LACP member?')
  }
  if (up.length < expected) return sick('link-down', down)
  if (links < expected) {
    const states = up.map((member) => `${member.device} ${member.state ?? 'unknown'}`).join(', ')
    return sick('not-aggregated', `${links} of ${expected} links are aggregated (port states: ${states})`)
  }
  return { healthy: true, links }
}

/** The state of a bond of this machine. */
export const readBond = async (name: string): Promise<BondState> =>
  parseBonding(await readFile(`/proc/net/bonding/${name}`, 'utf8'))
