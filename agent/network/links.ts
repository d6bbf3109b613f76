import { messageOf } from '../../engine/failure.ts'
import type { Interface } from '../../engine/inventory/node/interfaces.ts'
import type { Log } from '../../engine/log.ts'
import { run } from '../system/run.ts'
import { settle } from '../system/udev.ts'
import { runAll } from './batch.ts'
import { type Card, hasCarrier, isCardOf, isSettled, linkNames, listCards } from './cards.ts'
import {
  addressCommands,
  bondCommands,
  type CommandLine,
  cardCommands,
  enslaveCommands,
  freeNameCommands,
  memberNameCommands,
  memberOptionCommands,
  otherName,
  partitionCommands,
  routeCommands,
  upCommands,
  vlanCommands,
} from './commands.ts'
import { type BondReason, bondHealth, nobody, readBond } from './health.ts'
import type { LinkPlan } from './plan.ts'
import { type Taken, takenCommands } from './takeover.ts'

/** Why a link is less than it was made to be, in a word and in a sentence. */
export type Problem = { readonly reason: 'missing-card' | 'refused' | BondReason; readonly message: string }

export type LinkState = {
  readonly problems: readonly Problem[]
  /** Cards that carry traffic; and whether anything can be sent at all. */
  readonly links: number
  readonly isUp: boolean
  /** MAC of the LACP partner. */
  readonly partner?: string
}

/** The links of a plan while they are made: what cannot be made yet is made as soon as its card has come. */
export type Links = {
  readonly plans: readonly LinkPlan[]
  /** Makes what can be made now. Returns the cards that have come since it was last asked. */
  advance(): Promise<readonly string[]>
  isMade(name: string): boolean
  state(plan: LinkPlan): Promise<LinkState>
}

/** Milliseconds that udev has to look at a card, or at its new name; and how often a card is tried. */
const udevWait = 5_000
const attempts = 3

const shown = (card: Interface): string => `${card.name} (${card.mac ?? 'no MAC is given'})`

/** The cards that a link is made of. */
export const cardsOf = (plan: LinkPlan): readonly Interface[] =>
  plan.kind === 'bond' ? plan.members : plan.kind === 'card' ? [plan.network] : []

/** Loads what the kernel makes bonds with: loaded by itself it makes a bond0 of its own. */
export const loadBonding = async (plans: readonly LinkPlan[], log: Log): Promise<void> => {
  if (plans.some(({ kind }) => kind === 'bond')) await run(log, 'modprobe', ['bonding', 'max_bonds=0'])
}

/**
 * Prepares the links of a plan. `taken` are the addresses that cards had before: they go to what is made over the card.
 */
export const createLinks = (plans: readonly LinkPlan[], taken: ReadonlyMap<string, Taken>, log: Log): Links => {
  const made = new Set<string>()
  const joined = new Set<string>()
  const refused = new Map<string, string>()
  const failures = new Map<string, number>()
  const seen = new Map<string, number>()
  /** What a card was called when `taken` was read, by the name that it had to take since. */
  const formerly = new Map<string, string>()

  /** The card of an interface when it is there and has its name for good. */
  const cardOf = async (network: Interface): Promise<Card | undefined> => {
    if (refused.has(network.name)) return undefined
    const card = (await listCards()).find((each) => isCardOf(network, each))
    if (!card) return undefined
    const since = seen.get(network.name) ?? performance.now()
    seen.set(network.name, since)
    return (await isSettled(card.device)) || performance.now() - since > udevWait ? card : undefined
  }

  /** A card that was pulled out of the machine is missing again, and is taken again when it comes back. */
  const forgetGone = async (networks: readonly Interface[], known: Set<string>): Promise<void> => {
    const cards = await listCards()
    for (const network of networks) {
      if (!known.has(network.name) || cards.some((card) => isCardOf(network, card))) continue
      known.delete(network.name)
      seen.delete(network.name)
    }
  }

  /** Tries to take a card. The kernel's last word counts when it was asked several times: a card may just be settling. */
  const attempt = async (network: Interface, take: () => Promise<void>): Promise<boolean> => {
    try {
      await take()
      return true
    } catch (thrown) {
      const count = (failures.get(network.name) ?? 0) + 1
      failures.set(network.name, count)
      if (count >= attempts) refused.set(network.name, messageOf(thrown))
      return false
    }
  }

  /** A name belongs to one link: what the kernel gave it to, or a bond that somebody else made, gives way. */
  const freeName = async (name: string): Promise<void> => {
    if (!(await linkNames()).includes(name)) return
    const isCard = (await listCards()).some(({ device }) => device === name)
    if (isCard) {
      await runAll(log, freeNameCommands(name))
      formerly.set(otherName(name), name)
    } else await run(log, 'ip', ['link', 'delete', name])
  }

  const takeOver = (plan: LinkPlan, devices: readonly string[]): readonly CommandLine[] => {
    const given = [plan.network.address, plan.network.address6].filter((address) => address !== undefined)
    return devices.flatMap((device) => {
      const had = taken.get(formerly.get(device) ?? device)
      return had ? takenCommands(plan.network.name, had, given) : []
    })
  }

  /** Addresses first, then the routes, which lead over them; what was there before comes last and does not replace them. */
  const address = (plan: LinkPlan, devices: readonly string[]): readonly CommandLine[] => [
    ...addressCommands(plan.network),
    ...takeOver(plan, devices),
    ...routeCommands(plan.network),
  ]

  const rename = async (member: Interface, card: Card): Promise<void> => {
    await freeName(member.name)
    await runAll(log, memberNameCommands(card.device, member.name))
  }

  /** The members that are there and not in their bond yet, with their own names and the devices that they were. */
  const membersOf = async (members: readonly Interface[]): Promise<readonly (readonly [Interface, string])[]> => {
    const found: [Interface, string][] = []
    let isRenamed = false
    for (const member of members.filter(({ name }) => !joined.has(name))) {
      const card = await cardOf(member)
      if (!card) continue
      const needsName = card.device !== member.name
      if (needsName && !(await attempt(member, () => rename(member, card)))) continue
      isRenamed ||= needsName
      found.push([member, card.device])
    }
    // what udev says of a link with a new name has the kernel look at it again: a member of an LACP bond that tells no speed
    // would be down for good
    if (isRenamed) await settle(udevWait / 1000)
    return found
  }

  const enslave = ({ network, members }: LinkPlan & { kind: 'bond' }, { name }: Interface): Promise<void> =>
    runAll(log, [...enslaveCommands(network.name, name), ...memberOptionCommands(network, members, name)])

  const advanceBond = async (plan: LinkPlan & { kind: 'bond' }): Promise<readonly string[]> => {
    const { network, members } = plan
    const isNew = !made.has(network.name)
    if (isNew) {
      await freeName(network.name)
      await runAll(log, bondCommands(plan))
      made.add(network.name)
    }
    await forgetGone(members, joined)
    const came: Interface[] = []
    const devices: string[] = []
    for (const [member, device] of await membersOf(members)) {
      if (!(await attempt(member, () => enslave(plan, member)))) continue
      joined.add(member.name)
      came.push(member)
      devices.push(device)
    }
    if (isNew) {
      await runAll(log, [...upCommands(network.name), ...address(plan, [network.name, ...devices])])
    } else if (devices.length > 0) await runAll(log, [...takeOver(plan, devices), ...routeCommands(network)])
    return came.map(shown)
  }

  const advanceCard = async (plan: LinkPlan): Promise<readonly string[]> => {
    const { network } = plan
    await forgetGone([network], made)
    const card = made.has(network.name) ? undefined : await cardOf(network)
    if (!card) return []
    const take = async () => {
      if (card.device !== network.name) await freeName(network.name)
      await runAll(log, [...cardCommands(network, card.device), ...address(plan, [card.device])])
    }
    if (!(await attempt(network, take))) return []
    made.add(network.name)
    return [shown(network)]
  }

  const advanceChild = async (plan: LinkPlan & { kind: 'vlan' | 'partition' }): Promise<readonly string[]> => {
    const { network, parent } = plan
    if (made.has(network.name) || !made.has(parent)) return []
    made.add(network.name) // what fails is not tried again
    await freeName(network.name)
    const commands =
      plan.kind === 'vlan' ? vlanCommands(network, parent, plan.id) : partitionCommands(network, parent, plan.key)
    await runAll(log, [...commands, ...address(plan, [network.name])])
    return []
  }

  const advanceOne = (plan: LinkPlan): Promise<readonly string[]> =>
    plan.kind === 'bond' ? advanceBond(plan) : plan.kind === 'card' ? advanceCard(plan) : advanceChild(plan)

  const missingOf = (plan: LinkPlan): readonly Problem[] =>
    cardsOf(plan).flatMap((card): Problem[] => {
      if (made.has(card.name) || joined.has(card.name)) return []
      const reason = refused.get(card.name)
      return reason === undefined
        ? [{ reason: 'missing-card', message: `no card is there for ${shown(card)}` }]
        : [{ reason: 'refused', message: `${shown(card)} cannot be used: ${reason}` }]
    })

  return {
    plans,
    async advance() {
      const came: string[] = []
      for (const plan of plans) came.push(...(await advanceOne(plan)))
      return came
    },
    isMade: (name) => made.has(name),
    async state(plan) {
      const { name } = plan.network
      const missing = missingOf(plan)
      if (!made.has(name)) return { problems: missing, links: 0, isUp: false }
      if (plan.kind !== 'bond') {
        const isUp = await hasCarrier(name)
        const down: readonly Problem[] = isUp ? [] : [{ reason: 'link-down', message: 'there is no link' }]
        return { problems: [...missing, ...down], links: isUp ? 1 : 0, isUp }
      }
      const bond = await readBond(name)
      // a member that is missing is told as such, and not as a link that is down
      const { links, reason, message = '' } = bondHealth(bond, plan.members.length - missing.length)
      const sick: readonly Problem[] =
        reason === undefined || missing.length === plan.members.length ? [] : [{ reason, message }]
      return {
        problems: [...missing, ...sick],
        links,
        isUp: bond.members.some(({ up }) => up),
        ...(bond.partner === undefined || bond.partner === nobody ? {} : { partner: bond.partner }),
      }
    },
  }
}
