import type { State } from '../state.ts'
import type { Boot } from '../store/tokens.ts'
import { attemptsOf } from './attempts.ts'
import { silence, statusOf } from './status.ts'

/**
 * What became of a boot, in one sentence: for the node's history, and for the console of its next boot. undefined as long
 * as it got no further than its script, and when the node came up.
 */
export const outcomeOf = async ({ events }: State, boot: Boot): Promise<string | undefined> => {
  const { stage, state, message, seen } = statusOf(boot.node, boot, await events.list({ boot: boot.id }))
  if (stage === undefined || stage === 'script' || stage === 'runtime') return undefined
  if (state === 'failed') return stage === 'boot' ? message : `${stage} failed: ${message}`
  const last = stage === 'initrd' ? 'its initrd was sent' : stage === 'session' ? 'its session' : `${stage} ${state}`
  return `${silence} ${last}${seen === undefined ? '' : ` at ${seen}`}: it hung, was killed or lost its power`
}

/** How often a node tries to boot, and what became of the attempt before this one. */
export type Attempts = { readonly attempt: number; readonly last?: string }

/** The attempts of a node with one boot, which may be one that has no token yet, or is none. */
export const attemptsWith = async (state: State, node: string, boot: string, now: Date): Promise<Attempts> => {
  const boots = await state.tokens.boots({ node })
  const counted = await attemptsOf(state, node, now)
  const isOther = !boots.some(({ id }) => id === boot)
  const attempt = isOther ? counted + 1 : Math.max(1, counted)
  const former = boots.filter(({ id }) => id !== boot).at(-1)
  const last = attempt > 1 && former ? await outcomeOf(state, former) : undefined
  return { attempt, ...(last === undefined ? {} : { last }) }
}
