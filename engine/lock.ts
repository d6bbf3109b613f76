import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Failure } from './failure.ts'

const conflict = 75

/**
 * Runs `run` while this process holds a lock on a file, which is made when it is not there, or on a directory (`PATH/.`).
 * Throws what `busy` makes at once when another process holds one that excludes it.
 *
 * The lock is the kernel's, held by a flock(1) that ends with its standard input: it is gone with this process, however
 * that ends.
 */
export const withLock = async <T>(
  path: string,
  kind: 'exclusive' | 'shared',
  busy: () => Failure,
  run: () => Promise<T>,
): Promise<T> => {
  const hold = ['sh', '-c', 'echo locked; exec cat >/dev/null']
  const options = [`--${kind}`, '--nonblock', `--conflict-exit-code=${conflict}`]
  const holder = spawn('flock', [...options, path, ...hold], { stdio: ['pipe', 'pipe', 'ignore'] })
  const ended = once(holder, 'close')
  ended.catch(() => {}) // a missing flock is reported by the race below
  const [first] = await Promise.race([once(holder.stdout, 'data'), ended])
  if (typeof first === 'number' || first === null) {
    throw first === conflict ? busy() : new Failure('cli.tool', `flock ${path} ended with ${first}`)
  }
  try {
    return await run()
  } finally {
    holder.stdin.end()
    await ended
  }
}
