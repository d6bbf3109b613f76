import { setTimeout as sleep } from 'node:timers/promises'
import { monotonic } from '../../monotonic.ts'

/** Times in seconds. */
export type Patience = { readonly delay: number; readonly sleep: number; readonly timeout: number }

/** Looks until something is found or the time is over; the last look is at its very end. `elapsed` is whole seconds. */
export const until = async <T>(
  look: () => Promise<T | undefined>,
  { delay, sleep: between, timeout }: Patience,
): Promise<{ readonly found: T | undefined; readonly elapsed: number }> => {
  const start = monotonic()
  const passed = () => (monotonic() - start) / 1000
  await sleep(delay * 1000)
  for (;;) {
    const found = await look()
    const left = timeout - passed()
    if (found !== undefined || left <= 0) return { found, elapsed: Math.floor(passed()) }
    await sleep(Math.min(between, left) * 1000)
  }
}
