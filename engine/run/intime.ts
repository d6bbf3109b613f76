import { Failure } from '../failure.ts'

/**
 * Runs what must end within `seconds`; 0 is no limit. Its commands end with the signal, and what does not heed the signal
 * is left behind. Throws a Failure 'connection.timeout' when the time is over.
 */
export const inTime = async <T>(
  seconds: number,
  outer: AbortSignal | undefined,
  run: (signal: AbortSignal | undefined) => Promise<T>,
): Promise<T> => {
  if (!(seconds > 0)) return run(outer)
  const over = new AbortController()
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => {
    late.reject(new Failure('connection.timeout', `the task did not end within ${seconds} s`))
    over.abort()
  }, seconds * 1000)
  try {
    const work = run(outer ? AbortSignal.any([outer, over.signal]) : over.signal)
    work.catch(() => {}) // what it still says after its time is of no interest
    return await Promise.race([work, late.promise])
  } finally {
    clearTimeout(timer)
  }
}
