import { monotonic } from '../monotonic.ts'

/** Starts to count; what it returns tells the whole seconds since then, whatever the machine's clock is set to meanwhile. */
export const stopwatch = (): (() => number) => {
  const start = monotonic()
  // a timer may ring a millisecond early: who waited a second waited a second
  return () => Math.floor((monotonic() - start + 2) / 1000)
}
