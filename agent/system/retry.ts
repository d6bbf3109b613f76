import { setTimeout as pauseFor } from 'node:timers/promises'
import { messageOf } from '../../engine/failure.ts'
import type { Log } from '../../engine/log.ts'
import { HttpFailure } from './http.ts'

export type RetryOptions = {
  readonly log: Log
  /** What is tried, for the log: `fetching the image`. */
  readonly what: string
  /** Seconds that all attempts and pauses may take; the last attempt is broken off then. */
  readonly budget: number
  /** Seconds that may be waited in all because servers are busy and say so; they do not count into the budget. An hour when absent. */
  readonly patience?: number
  /** Milliseconds of the first and the longest pause; 1 s and 60 s when absent. */
  readonly first?: number
  readonly longest?: number
  readonly random?: () => number
  readonly now?: () => number
  readonly sleep?: (milliseconds: number) => Promise<unknown>
}

/**
 * The pause before attempt `attempt` (from 1): full jitter below a bound that doubles, so that a thousand nodes that
 * lost one server do not come back in step.
 */
export const pause = (attempt: number, first: number, longest: number, random: () => number): number =>
  Math.round(random() * Math.min(longest, first * 2 ** Math.min(attempt, 30)))

/** A busy server is asked again after the time that it names and up to half of that more. */
const busyPause = (seconds: number, first: number, random: () => number): number =>
  Math.round(seconds * 1000 * (1 + random() / 2) + random() * first)

/** Milliseconds between two words of a wait: one that was meant is no hang, and the watchdog must not take it for one. */
const wordEvery = 2_000

const waitOut = async (milliseconds: number, { what, log, sleep = pauseFor }: RetryOptions): Promise<void> => {
  for (let left = milliseconds; left > 0; left -= wordEvery) {
    await sleep(Math.min(left, wordEvery))
    if (left > wordEvery) log.progress(`${what}: next attempt in ${Math.round((left - wordEvery) / 1000)} s`)
  }
}

/**
 * Tries the choices in turn (servers) until one gives a result. A choice that fails finally is not asked again. One that is
 * busy is left for the next at once; when all are, the shortest time that they asked for is waited. When no choice is left,
 * or budget or patience are spent, an HttpFailure tells the last failure. The signal of an attempt aborts when the budget is spent.
 */
export const retry = async <C, T>(
  choices: readonly C[],
  attempt: (choice: C, signal: AbortSignal) => Promise<T>,
  options: RetryOptions,
): Promise<T> => {
  const { first = 1_000, longest = 60_000, random = Math.random, now = performance.now.bind(performance) } = options
  const { log, what, budget } = options
  let end = now() + budget * 1000
  let patience = (options.patience ?? 3600) * 1000
  let open = [...choices]
  /** Failures since something last moved. */
  let failures = 0
  let former: HttpFailure | undefined
  const busy = new Map<C, number>()
  for (let count = 1; ; count++) {
    const [choice] = open
    if (choice === undefined) throw new Error('there is nothing to choose from')
    const signal = AbortSignal.timeout(Math.max(1, Math.ceil(end - now())))
    try {
      return await attempt(choice, signal)
    } catch (thrown) {
      if (!(thrown instanceof HttpFailure)) throw thrown
      // an attempt that was broken off before anything came says nothing of what is wrong
      const cause = signal.aborted && !thrown.hasMoved ? (former ?? thrown) : thrown
      former = thrown
      const giveUp = (why: string) =>
        new HttpFailure(`${what}: ${why} (${count} ${count === 1 ? 'attempt' : 'attempts'}): ${messageOf(cause)}`, {
          code: cause.code,
          cause,
        })
      open = [...open.slice(1), ...(thrown.final ? [] : [choice])]
      if (open.length === 0) throw choices.length === 1 ? thrown : giveUp('no server is left')
      if (thrown.hasMoved) failures = 0
      let wait = 0
      if (thrown.retryAfter === undefined) {
        busy.delete(choice)
        wait = pause(++failures, first, longest, random)
        if (signal.aborted || now() + wait >= end) throw giveUp(`given up after ${budget} s`)
      } else {
        busy.set(choice, thrown.retryAfter)
        const asked = open.flatMap((each) => busy.get(each) ?? [])
        if (asked.length === open.length) {
          wait = busyPause(Math.min(...asked), first, random)
          busy.clear()
          patience -= wait
          if (patience < 0) throw giveUp('all servers stay busy')
          end += wait
        }
      }
      log.warning(`${what}: ${messageOf(thrown)}; next attempt in ${(wait / 1000).toFixed(1)} s`)
      await waitOut(wait, options)
    }
  }
}
