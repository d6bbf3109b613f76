import { appendFileSync, openSync } from 'node:fs'
import type { Log } from '../../engine/log.ts'
import type { Reporter, RunEvent } from '../../engine/report/event.ts'
import { humanReporter } from '../../engine/report/human.ts'
import { styleFor } from '../../engine/report/style.ts'
import { runDirectory } from '../system/journal.ts'

/**
 * What the plays said, without a secret in it. The switch stage lays it down in the new root's /var/log: mkdisk may still
 * put another directory there.
 */
export const prebootLog = `${runDirectory}/preboot.log`

export type PrebootReport = {
  readonly report: Reporter
  /** The last failure, in one sentence; undefined as long as there was none. */
  readonly failure: () => string | undefined
}

/** What the console says of a run: a line for each task that did something or failed. */
const taskLine = (event: RunEvent): string | undefined => {
  if (event.type === 'warning') return `warning: ${event.message}`
  if (event.type !== 'result' || event.outcome.status === 'skipped') return undefined
  const { task, outcome } = event
  return `${outcome.status}: ${task.role ? `${task.role} : ` : ''}${task.name} (${Math.round(outcome.ms)} ms)`
}

const failureOf = (event: RunEvent): string | undefined => {
  if (event.type !== 'result' || event.outcome.ignored) return undefined
  const { status, failure, result, noLog } = event.outcome
  if (status !== 'failed' && status !== 'unreachable') return undefined
  const said = noLog ? 'its output is hidden' : String(failure?.message ?? result.msg ?? result.stderr ?? '')
  return `the task '${event.task.name}' failed: ${said.split('\n').slice(-3).join(' ').slice(0, 500)}`
}

/** Reports to the log in short and to preboot.log in full, both masked. */
export const openReport = (
  log: Log,
  mask: (text: string) => string,
  progress: () => void,
  path = prebootLog,
): PrebootReport => {
  const file = openSync(path, 'a', 0o600)
  const write = (text: string) => appendFileSync(file, mask(text))
  const style = styleFor(false)
  const context = { directory: '/', style }
  const human = humanReporter({ write, warn: (text) => write(`${text}\n`), style, verbosity: 0, context })
  let failed: string | undefined
  const report: Reporter = (event) => {
    progress()
    human(event)
    const line = taskLine(event)
    if (line !== undefined) log.info(mask(line))
    const failure = failureOf(event)
    if (failure !== undefined) failed = mask(failure)
  }
  return { report, failure: () => failed }
}
