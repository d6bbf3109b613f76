import { setTimeout } from 'node:timers/promises'
import { Failure } from '../failure.ts'

/** Seconds; the pauses grow as Ansible's do: 0, 1, 3, 7, … */
const longestPause = 30

/** Tries to reach a host so many times more when it cannot be reached; who is refused is refused at once. */
export const retried = async <T>(retries: number, attempt: () => Promise<T>): Promise<T> => {
  for (let tries = 0; ; tries++) {
    try {
      return await attempt()
    } catch (thrown) {
      const isAway = thrown instanceof Failure && thrown.code === 'connection.unreachable'
      if (!isAway || tries >= retries) throw thrown
      await setTimeout(Math.min(2 ** tries - 1, longestPause) * 1000)
    }
  }
}
