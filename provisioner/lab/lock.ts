import { Failure } from '../../engine/failure.ts'
import { withLock } from '../../engine/lock.ts'

/**
 * Runs `run` while this process holds a lock on a lab's directory: exclusive to bring the lab up or down, shared to
 * power its nodes. Throws a Failure at once when another process holds one that excludes it.
 */
export const withLabLock = <T>(directory: string, kind: 'exclusive' | 'shared', run: () => Promise<T>): Promise<T> =>
  withLock(
    `${directory}/.`, // flock would make a file of a directory that is not there
    kind,
    () =>
      new Failure('lab.busy', `another command is working on the lab in ${directory}`, {
        hint: 'wait until it has ended; it is one of those that `ps -C flock -o ppid=` names',
      }),
    run,
  )
