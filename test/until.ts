import { setTimeout as sleep } from 'node:timers/promises'

/** Seconds after which what was waited for is said never to come: a guard against a hang, not a measure of speed. */
const patience = 50

/** Waits until something holds; throws an Error when it does not hold in the end. */
export const until = async (holds: () => boolean | Promise<boolean>): Promise<void> => {
  for (const end = Date.now() + patience * 1000; !(await holds()); await sleep(20))
    if (Date.now() > end) throw new Error(`it did not come to hold: ${holds}`)
}
