import { toPlain, type Value } from '../vars/value.ts'
import type { HostResult, TaskInfo } from './event.ts'
import { pythonJson } from './json.ts'
import { yamlResult } from './yamlresult.ts'

/** Keys that the first word of the line says already. */
const said = new Set(['failed', 'skipped'])

/** Keys that are shown only to those who want everything (-vvv). */
const details = new Set(['invocation', 'diff', 'exception'])

/** What stays of a result that `no_log` hides. */
const harmless = ['attempts', 'changed', 'retries']

const besideVariable = new Set(['changed', 'failed', 'skipped', 'invocation', 'skip_reason', 'false_condition'])
const besideMessage = new Set(['msg', 'exception', 'warnings', 'deprecations'])

const isPlain = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype

/** A copy without the keys that are the engine's own, at any depth. */
const withoutInternal = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withoutInternal)
  if (!(value instanceof Map) && !isPlain(value)) return value
  const entries = value instanceof Map ? [...value] : Object.entries(value)
  return Object.fromEntries(
    entries
      .filter(([key]) => !String(key).startsWith('_ansible_'))
      .map(([key, item]) => [String(key), withoutInternal(item)]),
  )
}

const picked = (result: Record<string, unknown>, isWanted: (key: string) => boolean): Record<string, unknown> =>
  Object.fromEntries(Object.entries(result).filter(([key, value]) => value !== undefined && isWanted(key)))

/** What a reader may see of a result: nothing of the engine's own, nothing that `no_log` hides, of debug what it was asked for. */
export const shownResult = (outcome: HostResult, task: TaskInfo, verbosity: number): Record<string, unknown> => {
  const { result } = outcome
  if (outcome.noLog) {
    const censored = "the output has been hidden due to the fact that 'no_log: true' was specified for this result"
    return { censored, ...picked(result, (key) => harmless.includes(key)) }
  }
  const isShown = (key: string) =>
    !said.has(key) && !key.startsWith('_ansible_') && (verbosity > 2 || !details.has(key))
  const shown = withoutInternal(picked(result, isShown)) as Record<string, unknown>
  if (task.action !== 'debug') return shown
  if ('msg' in shown) return picked(shown, (key) => besideMessage.has(key))
  return picked(shown, (key) => !besideVariable.has(key))
}

/** Whether the line of a result that is no failure shows the result too. */
export const isTold = (outcome: HostResult, task: TaskInfo, verbosity: number): boolean => {
  if (task.action === 'setup') return false // hundreds of facts help nobody
  return verbosity > 0 || (outcome.result['_ansible_verbose_always'] === true && !outcome.noLog)
}

export type ResultFormat = 'json' | 'yaml'

/** A result as text: one line, or one key a line for debug's answers, for those who want everything, and as YAML. */
export const dump = (
  outcome: HostResult,
  task: TaskInfo,
  { verbosity, format = 'json' }: { verbosity: number; format?: ResultFormat | undefined },
): string => {
  const isTall = verbosity > 2 || (outcome.result['_ansible_verbose_always'] === true && !outcome.noLog)
  const shown = shownResult(outcome, task, verbosity)
  return format === 'yaml' ? yamlResult(shown) : pythonJson(shown, isTall ? 4 : undefined)
}

/** A result as plain data for documents; what `no_log` hides is not in it. */
export const plainResult = (outcome: HostResult, task: TaskInfo): Record<string, unknown> =>
  toPlain(new Map(Object.entries(shownResult(outcome, { ...task, action: '' }, 3))) as Value) as Record<string, unknown>
