import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Failure } from '../../engine/failure.ts'

const conflict = 75

/**
 * Runs `run` while this process holds a lock on a lab's directory: exclusive to bring the lab up or down, shared to
 * power its nodes. Throws a Failure at once when another process holds one that excludes it.
 *
 * The lock is the kernel's, held by a flock(1) that ends with its standard input: it is gone with this process, however
 * that ends, and leaves no file.
 */
export const withLock = async <T>(
  directory: string,
  kind: 'exclusive' | 'shared',
  run: () => Promise<T>,
): Promise<T> => {
  const holder = spawn(
    'flock',
    [
      `--${kind}`,
      '--nonblock',
      `--conflict-exit-code=${conflict}`,
      `${directory}/.`, // flock would make a file of a directory that is not there
      'sh',
      '-c',
      'echo locked; exec cat >/dev/null',
    ],
    { stdio: ['pipe', 'pipe', 'ignore'] },
  )
  const ended = once(holder, 'close')
  ended.catch(() => {}) // a missing flock is reported by the race below
  const [first] = await Promise.race([once(holder.stdout, 'data'), ended])
  if (typeof first === 'number' || first === null) {
    if (first !== conflict) throw new Failure('lab.lock', `flock ${directory} ended with ${first}`)
    throw new Failure('lab.busy', `another command is working on the lab in ${directory}`, {
      hint: 'wait until it has ended; it is one of those that `ps -C flock -o ppid=` names',
    })
  }
  try {
    return await run()
  } finally {
    holder.stdin.end()
    await ended
  }
}
