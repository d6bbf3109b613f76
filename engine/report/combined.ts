import type { Reporter } from './event.ts'

/** Several reporters as one; each is told of every event, in this order. */
export const combined =
  (reporters: readonly Reporter[]): Reporter =>
  (event) => {
    for (const reporter of reporters) reporter(event)
  }
