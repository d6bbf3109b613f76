import { basename } from 'node:path'
import type { Result } from '../modules/module.ts'
import type { HostResult, Reporter, RunEvent, Status, TaskInfo } from './event.ts'
import { failureOf, lastLines } from './failed.ts'
import { pathText, positionText, type RenderContext, renderFailure } from './failure.ts'
import { recapLines } from './recap.ts'
import { dump, isTold, type ResultFormat } from './result.ts'
import type { Style } from './style.ts'
import { unified } from './unified.ts'

export type HumanOptions = {
  readonly write: (text: string) => void
  readonly warn: (text: string) => void
  readonly style: Style
  readonly verbosity: number
  /** Columns of the terminal; 79 when there is none. */
  readonly columns?: number | undefined
  readonly context: RenderContext
  /** How results are written; JSON when absent. */
  readonly format?: ResultFormat | undefined
  /** What is left out. */
  readonly hides?: { readonly ok: boolean; readonly skipped: boolean } | undefined
  /** Failures go to where warnings go. */
  readonly failuresAside?: boolean | undefined
  /** Plays and tasks in check mode are marked. */
  readonly marksCheckMode?: boolean | undefined
}

const words: Record<Status, string> = {
  ok: 'ok',
  changed: 'changed',
  skipped: 'skipping',
  failed: 'failed',
  unreachable: 'failed',
}

const colourOf = (style: Style, status: Status): ((text: string) => string) =>
  ({ ok: style.ok, changed: style.changed, skipped: style.skipped, failed: style.failed, unreachable: style.failed })[
    status
  ]

/** The host, and who carried it out when it was another one: `[a -> b]`. A skipped task was nobody's. */
const who = ({ host, delegate, address, status }: HostResult): string => {
  if (delegate === undefined || delegate === host || status === 'skipped') return `[${host}]`
  return `[${host} -> ${delegate}${address === undefined || address === delegate ? '' : `(${address})`}]`
}

/** The report that an Ansible user expects to read: the text of its default callback, and the place of each failure. */
export const humanReporter = (options: HumanOptions): Reporter => {
  const { warn, style, verbosity } = options
  const hides = options.hides ?? { ok: false, skipped: false }
  const width = Math.max(79, (options.columns ?? 0) - 1)
  /** The head of a task that nothing has been told of yet, where tasks may be left out. */
  let head: string | undefined
  let isDryRun = false
  const write = (text: string) => {
    if (head !== undefined) options.write(head)
    head = undefined
    options.write(text)
  }
  const writeFailure = (text: string) => {
    if (!options.failuresAside) return write(text)
    if (head !== undefined) options.write(head)
    head = undefined
    warn(text.replace(/\n$/, ''))
  }
  const bannerText = (text: string) => `\n${text} ${'*'.repeat(Math.max(3, width - text.length))}\n`
  const banner = (text: string) => {
    head = undefined
    options.write(bannerText(text))
  }
  const checkMark = (isCheck: boolean) => (isCheck && options.marksCheckMode ? ' [CHECK MODE]' : '')

  const showDiffs = (outcome: HostResult) => {
    if (outcome.noLog || outcome.status !== 'changed') return
    const text = outcome.diffs.map((diff) => unified(diff, style)).join('')
    if (text !== '') write(`${text}\n`)
  }
  const showWarnings = (result: Result) => {
    for (const text of result.warnings ?? []) warn(style.warning(`[WARNING]: ${text}`))
  }
  const isHidden = ({ status }: HostResult) => (status === 'ok' && hides.ok) || (status === 'skipped' && hides.skipped)
  const showFailure = (outcome: HostResult, task: TaskInfo, isIgnored: boolean) => {
    if (outcome.noLog || isIgnored) return
    const failure = outcome.failure ?? failureOf(outcome.result, task)
    if (failure.at) writeFailure(`${renderFailure(failure, options.context)}\n`)
    if (failure.at && failure.at.file !== task.at.file) {
      writeFailure(`  task: ${positionText(task.at, options.context.directory)}\n`)
    }
    for (const line of lastLines(outcome.result)) writeFailure(`${line}\n`)
  }
  const showIgnored = (outcome: HostResult) => {
    if (outcome.ignored) write(`${style.skipped('...ignoring')}\n`)
  }
  const details = (outcome: HostResult, task: TaskInfo): string =>
    isTold(outcome, task, verbosity) ? ` => ${dump(outcome, task, options)}` : ''

  let announced = -1
  const announce = (task: TaskInfo) => {
    announced = task.id
    // A role that is included names itself.
    const isOfRole = task.role !== undefined && task.action !== 'include_role'
    const name = isOfRole ? `${task.role} : ${task.name}` : task.name
    const word = task.kind === 'handler' ? 'RUNNING HANDLER' : 'TASK'
    const text = bannerText(`${word} [${name}]${checkMark(task.check)}`)
    head = undefined
    if (hides.ok || hides.skipped) head = text
    else write(text)
    if (verbosity > 1) write(`${style.note(`task path: ${task.at.file}:${task.at.line}`)}\n`)
  }

  /** A task that hosts come to at their own pace is announced again whenever another one was told of in between. */
  const resume = (task: TaskInfo) => {
    if (task.isApart && task.id !== announced) announce(task)
  }

  const onItem = ({ task, outcome, label }: Extract<RunEvent, { type: 'item' }>) => {
    resume(task)
    const colour = colourOf(style, outcome.status)
    const start = `${words[outcome.status]}: ${who(outcome)}`
    showWarnings(outcome.result)
    if (outcome.status === 'failed' || outcome.status === 'unreachable') {
      writeFailure(`${colour(`${start} (item=${label}) => ${dump(outcome, task, options)}`)}\n`)
      return showFailure(outcome, task, outcome.ignored)
    }
    if (isHidden(outcome)) return
    showDiffs(outcome)
    const end = outcome.status === 'skipped' ? ' ' : ''
    write(`${colour(`${start} => (item=${label})${end}${details(outcome, task)}`)}\n`)
  }

  const onFailed = ({ task, outcome, looped }: Extract<RunEvent, { type: 'result' }>) => {
    showWarnings(outcome.result)
    const isUnreachable = outcome.status === 'unreachable'
    // The items of a loop have told what failed, unless it must not be told.
    if (!looped || isUnreachable || outcome.noLog) {
      const text = `fatal: ${who(outcome)}: ${isUnreachable ? 'UNREACHABLE' : 'FAILED'}! => ${dump(outcome, task, options)}`
      writeFailure(`${style.failed(text)}\n`)
      showFailure(outcome, task, outcome.ignored)
    }
    showIgnored(outcome)
  }

  const onResult = (event: Extract<RunEvent, { type: 'result' }>) => {
    const { task, outcome, looped } = event
    const { status } = outcome
    resume(task)
    if (status === 'failed' || status === 'unreachable') return onFailed(event)
    if (looped && status !== 'skipped' && !outcome.noLog) return
    if (!looped) showWarnings(outcome.result)
    if (isHidden(outcome)) return
    if (!looped) showDiffs(outcome)
    // The items have been told.
    const { results: _, ...whole } = outcome.result
    const shown = looped ? { ...outcome, result: whole } : outcome
    write(`${colourOf(style, status)(`${words[status]}: ${who(outcome)}${details(shown, task)}`)}\n`)
  }

  const onRetry = ({ task, outcome, left }: Extract<RunEvent, { type: 'retry' }>) => {
    resume(task)
    const result = verbosity > 2 ? `Result was: ${dump(outcome, task, options)}` : ''
    write(`${style.note(`FAILED - RETRYING: ${who(outcome)}: ${task.name} (${left} retries left).${result}`)}\n`)
  }

  return (event) => {
    switch (event.type) {
      case 'playbook':
        isDryRun = event.check && options.marksCheckMode === true
        if (isDryRun) banner('DRY RUN')
        if (verbosity < 2) return
        banner(`PLAYBOOK: ${basename(event.file)}`)
        return write(`${event.plays} plays in ${pathText(event.file, options.context.directory)}\n`)
      case 'play':
        return banner(`PLAY${event.name === '' ? '' : ` [${event.name}]`}${checkMark(event.check)}`)
      case 'no-hosts':
        return write(`${style.skipped('skipping: no hosts matched')}\n`)
      case 'task':
        return event.task.isApart ? undefined : announce(event.task)
      case 'item':
        return onItem(event)
      case 'result':
        return onResult(event)
      case 'retry':
        return onRetry(event)
      case 'included': {
        resume(event.task)
        const item = event.label === undefined ? '' : ` => (item=${event.label})`
        return write(`${style.skipped(`included: ${event.file} for ${event.hosts.join(', ')}${item}`)}\n`)
      }
      case 'async': {
        const { host, job, isFinished } = event
        const text = isFinished
          ? `ASYNC OK on ${host}: jid=${job}`
          : `ASYNC POLL on ${host}: jid=${job} started=1 finished=0`
        return write(`${style.note(text)}\n`)
      }
      case 'meta':
        return verbosity > 1 ? write(`${style.note(`META: ${event.message}`)}\n`) : undefined
      case 'notified':
        return verbosity > 1
          ? write(`${style.note(`NOTIFIED HANDLER ${event.handler} for ${event.host}`)}\n`)
          : undefined
      case 'warning':
        return warn(style.warning(`[WARNING]: ${event.message}`))
      case 'no-hosts-left':
        return banner('NO MORE HOSTS LEFT')
      case 'recap':
        banner('PLAY RECAP')
        write(
          `${recapLines(event.stats, style)
            .map((line) => `${line}\n`)
            .join('')}\n`,
        )
        if (isDryRun) banner('DRY RUN')
    }
  }
}
