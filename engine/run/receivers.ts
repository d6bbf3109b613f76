import { keywordValue, type Occasion } from './attempt.ts'
import { boolean } from './boolean.ts'
import type { Outcome } from './perform.ts'
import { hostOf } from './playrun.ts'
import type { HostRun } from './state.ts'

/** The hosts that get what a task registers: its own, or with run_once all of the batch. */
export const receivers = ({ playRun, host, once }: Occasion): readonly HostRun[] =>
  once ? playRun.batch.filter((each) => each.status !== 'unreachable') : [host]

/** The hosts that learn the facts of a result: with delegate_facts the one that carried it out. */
export const learners = async (occasion: Occasion, { delegate }: Outcome): Promise<readonly HostRun[]> =>
  delegate !== undefined && boolean(await keywordValue(occasion, 'delegateFacts'))
    ? [hostOf(occasion.playRun.run, delegate)]
    : receivers(occasion)
