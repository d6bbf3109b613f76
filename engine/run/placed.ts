import { Failure } from '../failure.ts'
import type { Task } from '../playbook/play.ts'

/** A failure with a place: its own, or the task's. */
export const placed = (failure: Failure, task: Task): Failure => {
  if (failure.at) return failure
  const { code, message, hint, cause, excerpt, others } = failure
  return new Failure(code, message, { at: task.at, hint, cause, excerpt, others })
}
