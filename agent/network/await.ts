import type { Log } from '../../engine/log.ts'
import { waitFor } from '../system/wait.ts'
import { cardsOf, type LinkState, type Links } from './links.ts'
import type { LinkPlan } from './plan.ts'

/** Seconds for a card, a link or an LACP partner: switches with spanning tree or slow LACP take more than a minute. */
export const linkWait = 90

/** Seconds for the rest once something works: a dead cable does not hold the boot up for long. */
export const furtherWait = 15

/** Seconds in which an LACP partner answers that is there: the kernel itself takes two before it uses a link. */
export const partnerWait = 3

/**
 * Seconds within which a bond has told its LACP partner that it takes frames: it sends three LACPDUs a second at most. Until
 * then the partner drops what it is sent, and the kernel sends it again only after a second.
 */
export const tellWait = 0.35

/** What is known of the network at one moment of the wait. */
export type Moment = {
  /** Of each link that the boot needs. */
  readonly states: readonly LinkState[]
  /** Whether a provisioner takes connections; false as long as the node has no address. */
  readonly isReachable: boolean
  /** Seconds since the wait began, and since a link was first up. */
  readonly waited: number
  readonly sinceUp: number
  /** Seconds since a further link carries traffic. */
  readonly sinceCarrying: number
}

/** What no patience can heal: such a member never joins an aggregate. */
const isHopeless = ({ problems }: LinkState): boolean => problems.every(({ reason }) => reason === 'no-speed')

/** Whether partners have been told. */
const isTold = ({ states, sinceCarrying }: Pick<Moment, 'states' | 'sinceCarrying'>): boolean =>
  sinceCarrying >= tellWait || states.every(({ partner }) => partner === undefined)

/**
 * Whether the boot goes on: at once when all is as asked for; after a while with what there is when that carries traffic or
 * the provisioner answers over it; and at last in any case.
 */
export const mayGoOn = (moment: Moment): boolean => {
  const { states, isReachable, waited, sinceUp } = moment
  if (states.every(({ problems }) => problems.length === 0) && isTold(moment)) return true
  if (isReachable && states.every(isHopeless)) return true
  const carries = states.every(({ links }) => links > 0)
  if ((carries || isReachable) && sinceUp >= furtherWait) return true
  return waited >= linkWait
}

/**
 * Whether asking has a sense. A bond that still looks for its partner loses what it is given, and what is lost is sent again
 * only seconds later, when the bond has long been working.
 */
export const mayAsk = (moment: Pick<Moment, 'states' | 'sinceUp' | 'sinceCarrying'>): boolean => {
  const { states, sinceUp } = moment
  if (states.some(({ links }) => links > 0)) return isTold(moment)
  return sinceUp >= partnerWait || states.every(isHopeless)
}

/** The links that the boot depends on: what stands over the boot card, or all when none says that it does. */
export const neededLinks = (plans: readonly LinkPlan[]): readonly LinkPlan[] => {
  const overCards = plans.filter((plan) => cardsOf(plan).length > 0)
  const boots = overCards.filter((plan) => plan.asks || cardsOf(plan).some(({ boot }) => boot))
  return boots.length > 0 ? boots : overCards
}

export type AwaitOptions = {
  readonly links: Links
  readonly log: Log
  readonly progress: () => void
  /** Asks whether the provisioner takes connections; called again and again. */
  readonly reach: () => Promise<boolean>
  /** Called when a link that the boot needs is up for the first time. */
  readonly up: (plan: LinkPlan) => void
  /** Called again and again: there is nothing to do but to wait. */
  readonly waiting: () => void
}

/** Milliseconds between two looks at links, and at cards: one that is refused gets a moment to settle. */
const every = { link: 50, card: 200 }

/**
 * Makes the links as their cards come, and waits until the boot may go on. Returns the milliseconds that it waited since
 * the first link was up: for spanning trees and LACP partners.
 */
export const awaitLinks = async ({ links, log, progress, reach, up, waiting }: AwaitOptions): Promise<number> => {
  const needed = neededLinks(links.plans)
  const start = performance.now()
  let firstUp: number | undefined
  let carrying = { links: 0, since: start }
  let isReachable = false
  let nextAsk = 0
  const wereUp = new Set<LinkPlan>()
  const ask = async () => {
    nextAsk = Number.POSITIVE_INFINITY // one at a time
    isReachable = await reach()
    nextAsk = performance.now() + 1000
  }
  let nextCards = 0
  const look = async () => {
    progress()
    if (performance.now() >= nextCards) {
      for (const card of await links.advance()) log.info(`${card} is there`)
      nextCards = performance.now() + every.card
    }
    waiting()
    const states = await Promise.all(needed.map((plan) => links.state(plan)))
    for (const [index, plan] of needed.entries()) {
      if (!states[index]?.isUp || wereUp.has(plan)) continue
      wereUp.add(plan)
      up(plan)
    }
    const now = performance.now()
    if (wereUp.size > 0) firstUp ??= now
    const count = states.reduce((sum, { links }) => sum + links, 0)
    if (count > carrying.links) carrying = { links: count, since: now }
    const since = (from = now) => (now - from) / 1000
    const moment = { states, sinceUp: since(firstUp), sinceCarrying: since(carrying.since) }
    if (firstUp !== undefined && now >= nextAsk && mayAsk(moment)) void ask()
    return mayGoOn({ ...moment, isReachable, waited: since(start) }) || undefined
  }
  await log.step(`waiting for ${needed.map(({ network }) => network.name).join(', ')}`, () =>
    waitFor(linkWait + furtherWait, look, every.link),
  )
  return firstUp === undefined ? 0 : Math.round(performance.now() - firstUp)
}
