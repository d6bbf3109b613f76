import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf } from '../../engine/failure.ts'
import type { Log } from '../../engine/log.ts'
import type { Events } from '../system/events.ts'
import type { LinkState, Links, Problem } from './links.ts'
import type { LinkPlan } from './plan.ts'

/** Milliseconds between two looks, and how long a state must last before it is reported: a link that flaps is no news. */
const interval = 1_000
const steady = 3_000

export type WatchOptions = {
  readonly links: Links
  readonly log: Log
  readonly events: Events
  readonly signal: AbortSignal
  /** The links to watch, with the problems that were reported of each. */
  readonly known: ReadonlyMap<LinkPlan, readonly Problem[]>
}

/** What an event says of a link. */
export const linkDetails = ({ network }: LinkPlan, { problems, links, partner }: LinkState) => ({
  interface: network.name,
  links,
  ...(problems.length === 0 ? {} : { reasons: [...new Set(problems.map(({ reason }) => reason))] }),
  ...(partner === undefined ? {} : { partner }),
})

export const linkMessage = ({ network }: LinkPlan, { problems }: LinkState): string =>
  `${network.name}: ${problems.map(({ message }) => message).join('; ')}`

const key = (problems: readonly Problem[]): string => problems.map(({ message }) => message).join('; ')

/** Reports a change of one link once it has lasted. */
const watchLink = (plan: LinkPlan, first: readonly Problem[], { links, log, events }: WatchOptions) => {
  let told = key(first)
  let seen = told
  let since = performance.now()
  return async (): Promise<void> => {
    const state = await links.state(plan)
    const now = key(state.problems)
    if (now !== seen) {
      seen = now
      since = performance.now()
    }
    if (seen === told || performance.now() - since < steady) return
    told = seen
    const details = linkDetails(plan, state)
    if (state.problems.length > 0) {
      log.warning(linkMessage(plan, state))
      events.add('network', 'degraded', { message: linkMessage(plan, state), details })
      return
    }
    const message = `${plan.network.name}: ${state.links} links, as asked for`
    log.info(message)
    events.add('network', 'recovered', { message, details })
  }
}

/** Takes cards whose driver is late, and reports links that fail or come back, until the boot is over. Never throws. */
export const watchLinks = async (options: WatchOptions): Promise<void> => {
  const { links, log, signal, known } = options
  const watches = [...known].map(([plan, problems]) => watchLink(plan, problems, options))
  while (!signal.aborted) {
    await sleep(interval, undefined, { signal }).catch(() => {})
    if (signal.aborted) return
    try {
      for (const card of await links.advance()) log.info(`${card} has come`)
      for (const watch of watches) await watch()
    } catch (thrown) {
      log.warning(`watching the network: ${messageOf(thrown)}`)
    }
  }
}
