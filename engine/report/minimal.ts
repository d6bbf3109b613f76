import type { Result } from '../modules/module.ts'
import type { HostResult, Reporter, TaskInfo } from './event.ts'
import { pythonJson } from './json.ts'
import { shownResult } from './result.ts'
import type { Style } from './style.ts'
import { unified } from './unified.ts'

export type LineOptions = {
  readonly write: (text: string) => void
  readonly warn: (text: string) => void
  readonly style: Style
  readonly verbosity: number
  /** One line a result. */
  readonly oneLine: boolean
}

/** Modules whose answer is what a command wrote. */
const commands = new Set(['command', 'shell', 'raw', 'script'])

const wordOf = ({ status }: HostResult): string =>
  ({ ok: 'SUCCESS', changed: 'CHANGED', failed: 'FAILED', skipped: 'SKIPPED', unreachable: 'UNREACHABLE!' })[status]

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

const escaped = (value: unknown): string => textOf(value).replaceAll('\n', '\\n').replaceAll('\r', '\\r')

/** What a command wrote, as it is. */
const commandText = (outcome: HostResult, oneLine: boolean): string => {
  const { host, noLog } = outcome
  const word = wordOf(outcome)
  const result: Result = noLog ? {} : outcome.result
  const rc = typeof result.rc === 'number' ? result.rc : -1
  if (!oneLine) {
    const said = textOf(result['stdout']) + textOf(result['stderr']) + textOf(result.msg)
    return `${host} | ${word} | rc=${rc} >>\n${said}`
  }
  const stderr = escaped(result['stderr'])
  return `${host} | ${word} | rc=${rc} | (stdout) ${escaped(result['stdout'])}${stderr === '' ? '' : ` (stderr) ${stderr}`}`
}

const dataText = (outcome: HostResult, task: TaskInfo, { oneLine, verbosity }: LineOptions): string => {
  const { host, status } = outcome
  const word = status === 'failed' ? 'FAILED!' : wordOf(outcome)
  if (!oneLine) return `${host} | ${word} => ${pythonJson(shownResult(outcome, task, verbosity), 4)}`
  const indent = outcome.result['_ansible_verbose_always'] === true ? 4 : 0
  const whole = shownResult(outcome, { ...task, action: '' }, verbosity)
  return `${host} | ${word} => ${pythonJson(whole, indent).replaceAll('\n', '')}`
}

const lineOf = (outcome: HostResult, task: TaskInfo, options: LineOptions): string => {
  const { host, status, result } = outcome
  if (status === 'skipped') return `${host} | SKIPPED`
  if (status === 'unreachable' && options.oneLine) return `${host} | UNREACHABLE!: ${textOf(result.msg)}`
  const isCommand = commands.has(task.action) && result['ansible_job_id'] === undefined
  const isShown = status === 'ok' || status === 'changed' || (status === 'failed' && !options.oneLine)
  return isCommand && isShown ? commandText(outcome, options.oneLine) : dataText(outcome, task, options)
}

/** One result a host and nothing else: Ansible's callbacks `minimal` and `oneline`, the report of ad-hoc commands. */
export const minimalReporter = (options: LineOptions): Reporter => {
  const { write, warn, style, oneLine } = options
  const colours = {
    ok: style.ok,
    changed: style.changed,
    failed: style.failed,
    skipped: style.skipped,
    unreachable: style.failed,
  }
  return (event) => {
    if (event.type === 'warning') return warn(style.warning(`[WARNING]: ${event.message}`))
    if (event.type !== 'result') return
    const { outcome, task, looped } = event
    for (const text of outcome.result.warnings ?? []) warn(style.warning(`[WARNING]: ${text}`))
    if (!looped && !outcome.noLog && !oneLine && outcome.status === 'changed') {
      const diff = outcome.diffs.map((each) => unified(each, style)).join('')
      if (diff !== '') write(diff)
    }
    write(`${colours[outcome.status](lineOf(outcome, task, options))}\n`)
  }
}
