import type { BootEvent } from '../../schema/types.ts'
import type { State } from '../state.ts'

/** How often a node tries to boot, and what became of the attempt before this one, in one sentence. */
export type Attempts = { readonly attempt: number; readonly last?: string }

/** Boots that lie further back say nothing of what is wrong now. */
const memory = 24 * 60 * 60 * 1000

/** What became of a boot; undefined when it succeeded. */
const failureOf = (events: readonly BootEvent[]): string | undefined => {
  if (events.some(({ stage, state }) => stage === 'boot' && state === 'finished')) return undefined
  const failed = events.find(({ state }) => state === 'failed')
  if (failed) return `${failed.stage} failed${failed.message === undefined ? '' : `: ${failed.message}`}`
  const last = events.at(-1)
  return last ? `nothing was heard after ${last.stage} ${last.state}` : 'nothing was heard of it'
}

/** Counts the boots of a node, with `boot`, since one succeeded; of the last day only. */
export const attemptsOf = async (
  { tokens, events }: State,
  node: string,
  boot: string,
  now: Date,
): Promise<Attempts> => {
  const since = new Date(now.getTime() - memory).toISOString()
  const former = (await tokens.boots({ node, since })).filter(({ id }) => id !== boot).toReversed()
  const failures: string[] = []
  for (const { id } of former) {
    const entries = await events.list({ boot: id })
    const told = entries.flatMap((entry) => (entry.kind === 'event' ? [entry.event] : []))
    const failure = failureOf(told.toSorted((a, b) => a.sequence - b.sequence))
    if (failure === undefined) break
    failures.push(failure)
  }
  return { attempt: failures.length + 1, ...(failures[0] === undefined ? {} : { last: failures[0] }) }
}
