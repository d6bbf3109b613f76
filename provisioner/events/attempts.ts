import type { State } from '../state.ts'

/** Written down when we switch a node on: the boot that one waits for comes after it, and its attempts count anew. */
export const poweredOn = 'powered on'

/** When we last switched a node on; undefined when never. */
export const lastPowerOn = async ({ events }: State, node: string): Promise<string | undefined> =>
  (await events.list({ node, others: true })).findLast(
    (entry) => entry.kind === 'server' && entry.message === poweredOn,
  )?.received

/** Boots that lie further back say nothing of what is wrong now, in milliseconds. */
const memory = 24 * 60 * 60 * 1000

/**
 * How often a node tried to boot, its latest boot included, since one came to its end or we switched the node on; of the last
 * day only. Scripts alone are no attempts: firmware asks for them again and again; the per-boot initrd was sent.
 */
export const attemptsOf = async (state: State, node: string, now: Date): Promise<number> => {
  const dayAgo = new Date(now.getTime() - memory).toISOString()
  const since = [dayAgo, (await lastPowerOn(state, node)) ?? ''].sort().at(-1) ?? ''
  return state.tokens.attempts(node, since)
}
