/**
 * How many transfers run at a time. More at once would only make each slower: nodes would time out together, and none
 * would boot while the others wait.
 */
export type Admission = {
  /** Takes a place; the transfer calls the answer when it has ended. undefined: all `most` places are taken. */
  enter(most: number): (() => void) | undefined
  /** Seconds after which asking again is worth it, for who found no place. */
  retryAfter(): number
  running(): number
}

/** Weight of the latest transfer in the average of their durations. */
const weight = 0.1
/** A place is asked for so many times while one transfer runs. */
const questions = 4
const longest = 30

/** Milliseconds between two lines of the log that say the same. */
const quiet = 60_000

/** `now` is in milliseconds; `tell` hears now and then that all places are taken. */
export const createAdmission = (now: () => number, tell: (message: string) => void): Admission => {
  let running = 0
  let told = Number.NEGATIVE_INFINITY
  /** Of a transfer, in milliseconds. */
  let average = 0
  return {
    enter(most) {
      if (running >= most) {
        if (now() - told >= quiet) {
          told = now()
          tell(`${running} transfers run: further nodes are asked to come again`)
        }
        return undefined
      }
      running++
      const start = now()
      let isOver = false
      return () => {
        if (isOver) return
        isOver = true
        running--
        average += (now() - start - average) * weight
      }
    },
    retryAfter: () => Math.min(longest, Math.max(1, Math.ceil(average / 1000 / questions))),
    running: () => running,
  }
}
