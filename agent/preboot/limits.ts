import type { Play } from '../../engine/playbook/play.ts'

/** Seconds that a task may take which says nothing of it itself; less than the watchdog's, so that the task is named. */
export const defaultTaskTimeout = 240

/** The longest `timeout` that tasks of the plays give themselves, in seconds; 0 when none does, or by templates alone. */
export const longestTimeout = (plays: readonly Play[]): number => {
  let longest = 0
  const seen = new Set<unknown>()
  const visit = (part: unknown): void => {
    if (typeof part !== 'object' || part === null || part instanceof Map || seen.has(part)) return
    seen.add(part)
    for (const [name, value] of Object.entries(part)) {
      if (name === 'timeout' && typeof value === 'number') longest = Math.max(longest, value)
      visit(value)
    }
  }
  visit(plays)
  return longest
}

/**
 * Keeps the watchdog quiet while a task is within its time, however little it says: `moved` begins the time anew, and when
 * it is over the watchdog is left alone, as then the agent itself hangs.
 */
export const keepQuiet = (seconds: number, progress: () => void) => {
  let since = performance.now()
  const timer = setInterval(() => {
    if (performance.now() - since < (seconds + 30) * 1000) progress()
  }, 5_000)
  return {
    moved: () => {
      since = performance.now()
      progress()
    },
    stop: () => clearInterval(timer),
  }
}
