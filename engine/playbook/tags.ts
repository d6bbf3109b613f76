import type { Task } from './play.ts'

const untagged = ['untagged']

/**
 * Whether a task with these tags (its own and all its parents') runs under `--tags only --skip-tags skip`.
 * An empty `only` means `all`. A task without tags behaves as if it had the tag `untagged`.
 */
export const isSelected = (tags: readonly string[], only: readonly string[], skip: readonly string[]): boolean => {
  const own = tags.length > 0 ? tags : untagged
  const meets = (wanted: readonly string[]): boolean => own.some((tag) => wanted.includes(tag))
  const isChosen = (): boolean => {
    if (only.length === 0) return own.includes('always') || !own.includes('never')
    if (own.includes('always')) return true
    if (only.includes('all') && !own.includes('never')) return true
    if (meets(only)) return true
    return only.includes('tagged') && tags.length > 0 && !own.includes('never')
  }
  const isSkipped = (): boolean => {
    if (skip.includes('all')) return !own.includes('always') || skip.includes('always')
    return meets(skip) || (skip.includes('tagged') && tags.length > 0)
  }
  return isChosen() && !isSkipped()
}

/** Whether a task runs. An `include` whose file is known in the run alone is looked into whatever the tags are. */
export const isTaskSelected = (task: Task, only: readonly string[], skip: readonly string[]): boolean =>
  isSelected(task.tags, only, skip) || (task.written === 'include' && isSelected(task.tags, [], skip))
