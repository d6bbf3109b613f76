import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf } from '../../engine/failure.ts'
import type { Log } from '../../engine/log.ts'
import { HttpFailure } from './http.ts'

export type RetryOptions = {
  readonly log: Log
  /** What is tried, for the log: `fetching the image`. */
  readonly what: string
  /** Seconds that all attempts and pauses may take. */
  readonly budget: number
  /** Milliseconds of the first and the longest pause; 1 s and 60 s when absent. */
  readonly first?: number
  readonly longest?: number
  readonly random?: () => number
  readonly now?: () => number
}

/**
 * The pause before attempt `attempt` (from 1): full jitter below a bound that doubles, so that a thousand nodes that
 * lost one server do not come back in step.
 */
export const pause = (attempt: number, first: number, longest: number, random: () => number): number =>
  Math.round(random() * Math.min(longest, first * 2 ** Math.min(attempt, 30)))

/**
 * Tries the choices in turn (servers) until one gives a result. A choice that fails finally is not asked again; when none
 * is left, or the budget is spent, the last failure is thrown.
 */
export const retry = async <C, T>(
  choices: readonly C[],
  attempt: (choice: C) => Promise<T>,
  options: RetryOptions,
): Promise<T> => {
  const { first = 1_000, longest = 60_000, random = Math.random, now = performance.now.bind(performance) } = options
  const end = now() + options.budget * 1000
  let open = [...choices]
  for (let count = 1; ; count++) {
    const choice = open[(count - 1) % open.length]
    if (choice === undefined) throw new Error('there is nothing to choose from')
    try {
      return await attempt(choice)
    } catch (thrown) {
      const http = thrown instanceof HttpFailure ? thrown : undefined
      if (!http) throw thrown
      if (http.final) open = open.filter((other) => other !== choice)
      const wait = Math.max((http.retryAfter ?? 0) * 1000, pause(count, first, longest, random))
      if (open.length === 0 || now() + wait > end) throw thrown
      options.log.warning(`${options.what}: ${messageOf(thrown)}; next attempt in ${(wait / 1000).toFixed(1)} s`)
      await sleep(wait)
    }
  }
}
