import { setTimeout as sleep } from 'node:timers/promises'

/** Asks again and again until there is an answer, at most `seconds`; undefined when there was none. */
export const waitFor = async <T>(
  seconds: number,
  ask: () => Promise<T | undefined>,
  interval = 200,
): Promise<T | undefined> => {
  const end = performance.now() + seconds * 1000
  for (;;) {
    const answer = await ask()
    if (answer !== undefined || performance.now() >= end) return answer
    await sleep(interval)
  }
}
