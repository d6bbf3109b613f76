import { sh } from '../command.ts'
import { Failure } from '../failure.ts'
import type { Change, Host } from './module.ts'
import { tidy } from './runorfail.ts'

/**
 * Removes what a module had on the host for a while. When its work failed, that is the reason to tell, whatever becomes of
 * this; a host that was lost is not asked again, which would wait for it once more.
 */
const remove = async (host: Host, path: string, reason: unknown): Promise<void> => {
  if (reason instanceof Failure && reason.code === 'connection.unreachable') return
  const removed = host.run(sh`rm -rf -- ${path}`, tidy)
  await (reason === undefined ? removed : removed.catch(() => {}))
}

/** Works with a temporary file or directory of the host, which is gone afterwards. */
export const withTemporary = async <T>(host: Host, path: string, work: () => Promise<T>): Promise<T> => {
  let reason: unknown
  try {
    return await work()
  } catch (thrown) {
    reason = thrown
    throw thrown
  } finally {
    await remove(host, path, reason)
  }
}

/** The same for steps that yield changes. */
export async function* stepsWithTemporary<T>(
  host: Host,
  path: string,
  steps: () => AsyncGenerator<Change, T, unknown>,
): AsyncGenerator<Change, T, unknown> {
  let reason: unknown
  try {
    return yield* steps()
  } catch (thrown) {
    reason = thrown
    throw thrown
  } finally {
    await remove(host, path, reason)
  }
}
