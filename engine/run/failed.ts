import { Failure, messageOf } from '../failure.ts'
import type { Result } from '../modules/module.ts'
import type { Task } from '../playbook/play.ts'

/** A failure with a place: its own, or the task's. */
export const placed = (failure: Failure, task: Task): Failure => {
  if (failure.at?.file) return failure
  const { code, message, hint, cause, excerpt, others } = failure
  return new Failure(code, message, { at: task.at, hint, cause, excerpt, others })
}

/** What fails a task of a host that can be reached: the command took too long or was cancelled, the user cannot be become. */
const reached = new Set(['connection.timeout', 'connection.aborted', 'connection.become'])

/** Whether a failure means that the host cannot be reached. */
const isUnreachable = ({ code }: Failure): boolean => code.startsWith('connection.') && !reached.has(code)

/** Result of a task that has none of its module: it failed, or its host is lost. Passes a programmer's error on. */
export const failedBy = (thrown: unknown, task: Task): { result: Result; failure: Failure } => {
  if (!(thrown instanceof Failure)) throw thrown
  const msg = messageOf(thrown)
  // A task whose own words cannot be understood has no module that would tell what it changed.
  const changed = /^(?:module|connection)\./.test(thrown.code) ? { changed: false } : {}
  const result = isUnreachable(thrown) ? { ...changed, unreachable: true, msg } : { ...changed, failed: true, msg }
  return { result, failure: placed(thrown, task) }
}
