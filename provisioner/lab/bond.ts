/** One interface of a bond, as the switch sees it. */
export type BondMember = {
  readonly name: string
  /** The switch sends and receives over it. */
  readonly enabled: boolean
  /** It carries everything while the bond falls back to active-backup. */
  readonly active: boolean
  /** LACP has put it into the aggregate. */
  readonly attached: boolean
  /** LACPDUs of the node arrive: `current`; they stopped: `expired`; none at all: `defaulted`. */
  readonly heard: 'current' | 'expired' | 'defaulted'
  /** MAC address that the node names as its system; absent until it speaks LACP. */
  readonly partner?: string
  /** Flags of the switch's own and of the node's LACP state: `collecting`, `distributing`, … */
  readonly actorState: readonly string[]
  readonly partnerState: readonly string[]
}

export type Bond = {
  readonly name: string
  /** `negotiated`: the node is an LACP partner; `configured`: it is not, the bond falls back to one interface. */
  readonly lacp: 'negotiated' | 'configured' | 'off'
  /** Every member is in one aggregate with the same partner. */
  readonly aggregated: boolean
  readonly members: readonly BondMember[]
}

type Section = { readonly title: string; readonly lines: readonly string[] }

/** Cuts a text at the lines that `title` matches; its first group names the part. */
const sections = (lines: readonly string[], title: RegExp): Section[] => {
  const found: { title: string; lines: string[] }[] = []
  for (const line of lines) {
    const name = title.exec(line)?.[1]
    if (name) found.push({ title: name, lines: [line] })
    else found.at(-1)?.lines.push(line)
  }
  return found
}

const bonds = (text: string) => sections(text.split('\n'), /^---- (\S+) ----$/)
const members = (section: Section | undefined) => sections(section?.lines ?? [], /^(?:member|slave):? (\S+): /)
const named = (all: readonly Section[], title: string) => all.find((section) => section.title === title)

const value = (section: Section | undefined, key: string): string | undefined =>
  section?.lines
    .map((line) => line.trim())
    .find((line) => line.startsWith(`${key}:`))
    ?.slice(key.length + 1)
    .trim()

const flags = (section: Section | undefined, key: string): string[] =>
  (value(section, key) ?? '').split(' ').filter(Boolean)

const memberOf = (shown: Section, lacp: Section | undefined): BondMember => {
  const partner = value(lacp, 'partner sys_id')
  const head = lacp?.lines[0] ?? ''
  return {
    name: shown.title,
    enabled: / enabled$/.test(shown.lines[0]?.trim() ?? ''),
    active: shown.lines.some((line) => line.trim() === 'active member' || line.trim() === 'active slave'),
    attached: / attached$/.test(head),
    heard: head.includes(': current') ? 'current' : head.includes(': expired') ? 'expired' : 'defaulted',
    ...(partner && partner !== '00:00:00:00:00:00' ? { partner } : {}),
    actorState: flags(lacp, 'actor state'),
    partnerState: flags(lacp, 'partner state'),
  }
}

/** The bonds in what `ovs-appctl bond/show` and `ovs-appctl lacp/show` print (releases from 2.5 on). */
export const parseBonds = (bondShow: string, lacpShow: string): Bond[] => {
  const lacp = bonds(lacpShow)
  return bonds(bondShow).map((section) => {
    const status = value(section, 'lacp_status')
    const spoken = members(named(lacp, section.title))
    const all = members(section).map((member) => memberOf(member, named(spoken, member.title)))
    const partners = new Set(all.map((member) => member.partner))
    return {
      name: section.title,
      lacp: status === 'negotiated' || status === 'configured' ? status : 'off',
      aggregated:
        status === 'negotiated' &&
        partners.size === 1 &&
        all.every((member) => member.enabled && member.attached && member.partner !== undefined),
      members: all,
    }
  })
}
