import { createTwoFilesPatch } from 'diff'
import type { Diff, Result } from '../modules/module.ts'
import type { HostResult, Reporter, RunEvent, Stats, Status, TaskInfo } from './event.ts'
import { type RenderContext, renderFailure } from './failure.ts'
import { pythonJson } from './json.ts'
import type { Style } from './style.ts'

export type HumanOptions = {
  readonly write: (text: string) => void
  readonly warn: (text: string) => void
  readonly style: Style
  readonly verbosity: number
  readonly diff: boolean
  readonly context: RenderContext
}

const width = 79

const banner = (text: string): string => `\n${text} ${'*'.repeat(Math.max(3, width - text.length))}\n`

const withheld = {
  censored: "the output has been hidden due to the fact that 'no_log: true' was specified for this result",
}

/** Keys that are for the engine, not for readers. */
const isShown = (key: string, value: unknown): boolean =>
  !key.startsWith('_ansible') && !(key === 'ansible_facts' && value !== undefined)

const shownResult = (outcome: HostResult): Record<string, unknown> => {
  if (outcome.noLog) return { ...withheld, changed: outcome.result.changed ?? false }
  return Object.fromEntries(
    Object.entries(outcome.result).filter(([key, value]) => isShown(key, value) || outcome.result.failed),
  )
}

const dump = (outcome: HostResult, task: TaskInfo, verbosity: number): string => {
  const result = shownResult(outcome)
  if (task.action === 'debug' && !outcome.result.failed && verbosity === 0) {
    const { changed: _, failed: __, ...rest } = result
    return pythonJson(rest, 4)
  }
  return pythonJson(result, verbosity > 2 || task.action === 'debug' ? 4 : undefined)
}

const words: Record<Status, string> = {
  ok: 'ok',
  changed: 'changed',
  skipped: 'skipping',
  failed: 'failed',
  unreachable: 'unreachable',
}

const colourOf = (style: Style, status: Status): ((text: string) => string) =>
  ({ ok: style.ok, changed: style.changed, skipped: style.skipped, failed: style.failed, unreachable: style.failed })[
    status
  ]

const who = ({ host, delegate }: HostResult): string =>
  delegate === undefined ? `[${host}]` : `[${host} -> ${delegate}]`

/** A diff as people know it from `diff -u`. */
export const unified = (diff: Diff, style: Style): string => {
  const before = diff.beforeHeader ?? 'before'
  const after = diff.afterHeader ?? 'after'
  const patch = createTwoFilesPatch(`before: ${before}`, `after: ${after}`, diff.before, diff.after)
  return patch
    .split('\n')
    .slice(1)
    .map((line) =>
      line.startsWith('+') ? style.diffAdded(line) : line.startsWith('-') ? style.diffRemoved(line) : line,
    )
    .join('\n')
}

const taskBanner = (task: TaskInfo): string => {
  const name = task.role === undefined ? task.name : `${task.role} : ${task.name}`
  return banner(`${task.kind === 'handler' ? 'RUNNING HANDLER' : 'TASK'} [${name}]`)
}

/** The line of one host in the recap; `plain` gives its parts without colours for alignment. */
const recapLine = (host: string, stats: Stats, style: Style): string => {
  const part = (name: string, count: number, colour: (text: string) => string) => {
    const text = `${name}=${String(count).padEnd(4)}`
    return count > 0 ? colour(text) : text
  }
  const isBad = stats.failed > 0 || stats.unreachable > 0
  const colour = isBad ? style.failed : stats.changed > 0 ? style.changed : style.ok
  const label = colour(host) + ' '.repeat(Math.max(0, 26 - host.length))
  return [
    `${label} :`,
    part('ok', stats.ok, style.ok),
    part('changed', stats.changed, style.changed),
    part('unreachable', stats.unreachable, style.failed),
    part('failed', stats.failed, style.failed),
    part('skipped', stats.skipped, style.skipped),
    part('rescued', stats.rescued, style.ok),
    part('ignored', stats.ignored, style.warning),
  ].join(' ')
}

/** The report that an Ansible user expects to read: the text of its default callback. */
export const humanReporter = (options: HumanOptions): Reporter => {
  const { write, warn, style, verbosity } = options

  const showDiffs = (outcome: HostResult) => {
    if (!options.diff || outcome.noLog) return
    for (const diff of outcome.diffs) if (diff.before !== diff.after) write(`${unified(diff, style)}\n`)
  }
  const showWarnings = (result: Result) => {
    for (const text of result.warnings ?? []) warn(style.warning(`[WARNING]: ${text}`))
  }
  const showFailure = (outcome: HostResult) => {
    if (outcome.failure?.at && !outcome.noLog) write(`${renderFailure(outcome.failure, options.context)}\n`)
  }
  const line = (task: TaskInfo, outcome: HostResult, suffix: string): string => {
    const isVerbose = verbosity > 0 || task.action === 'debug'
    const details = isVerbose ? ` => ${dump(outcome, task, verbosity)}` : ''
    return colourOf(style, outcome.status)(`${words[outcome.status]}: ${who(outcome)}${suffix}${details}`)
  }

  const onItem = (event: Extract<RunEvent, { type: 'item' }>) => {
    const { task, outcome, label } = event
    if (outcome.status === 'failed') {
      write(style.failed(`failed: ${who(outcome)} (item=${label}) => ${dump(outcome, task, verbosity)}`))
      write('\n')
      return showFailure(outcome)
    }
    showDiffs(outcome)
    const arrow = outcome.status === 'skipped' ? ` => (item=${label}) ` : ` => (item=${label})`
    write(`${line(task, outcome, arrow)}\n`)
    showWarnings(outcome.result)
  }

  const onResult = (event: Extract<RunEvent, { type: 'result' }>) => {
    const { task, outcome, looped } = event
    const isIncludeSkip =
      outcome.status !== 'skipped' && task.action.startsWith('include_') && outcome.status !== 'failed'
    if (isIncludeSkip && task.action !== 'include_vars') return
    if (outcome.status === 'failed' || outcome.status === 'unreachable') {
      const word = outcome.status === 'failed' ? 'FAILED!' : 'UNREACHABLE!'
      if (!looped || outcome.status === 'unreachable') {
        write(`${style.failed(`fatal: ${who(outcome)}: ${word} => ${dump(outcome, task, verbosity)}`)}\n`)
        showFailure(outcome)
      } else if (!outcome.ignored) {
        write(
          `${style.failed(`fatal: ${who(outcome)}: FAILED! => ${pythonJson({ changed: outcome.result.changed ?? false, msg: outcome.result.msg })}`)}\n`,
        )
      }
      showWarnings(outcome.result)
      if (outcome.ignored) write(`${style.skipped('...ignoring')}\n`)
      return
    }
    if (looped) {
      if (outcome.status === 'skipped') write(`${style.skipped(`skipping: ${who(outcome)}`)} \n`)
      return
    }
    showDiffs(outcome)
    write(`${line(task, outcome, '')}\n`)
    showWarnings(outcome.result)
  }

  return (event) => {
    switch (event.type) {
      case 'play':
        return write(banner(`PLAY [${event.name}]${event.check ? ' [CHECK MODE]' : ''}`))
      case 'no-hosts':
        return write(`${style.skipped('skipping: no hosts matched')}\n`)
      case 'task':
        return write(taskBanner(event.task))
      case 'item':
        return onItem(event)
      case 'result':
        return onResult(event)
      case 'retry':
        return write(
          `${style.warning(`FAILED - RETRYING: [${event.host}]: ${event.task.name} (${event.left} retries left).`)}\n`,
        )
      case 'included': {
        const item = event.label === undefined ? '' : ` => (item=${event.label})`
        return write(`${style.skipped(`included: ${event.file} for ${event.hosts.join(', ')}${item}`)}\n`)
      }
      case 'warning':
        return warn(style.warning(`[WARNING]: ${event.message}`))
      case 'no-hosts-left':
        return write(banner('NO MORE HOSTS LEFT'))
      case 'recap': {
        write(banner('PLAY RECAP'))
        for (const [host, stats] of [...event.stats].sort(([a], [b]) => (a < b ? -1 : 1)))
          write(`${recapLine(host, stats, style)}\n`)
        return write('\n')
      }
    }
  }
}
