import type { HostResult, Reporter, TaskInfo } from './event.ts'
import { failureOf } from './failed.ts'
import { positionText, type RenderContext, renderFailure } from './failure.ts'
import type { Style } from './style.ts'
import { unified } from './unified.ts'

export type PlanOptions = {
  readonly write: (text: string) => void
  readonly warn: (text: string) => void
  readonly style: Style
  readonly context: RenderContext
}

const most = 8

/** `n01, n02 and 38 more` */
const namesOf = (hosts: readonly string[]): string =>
  hosts.length > most ? `${hosts.slice(0, most).join(', ')} and ${hosts.length - most} more` : hosts.join(', ')

const counted = (number: number, word: string): string => `${number} ${word}${number === 1 ? '' : 's'}`

/** What one task would do, and the hosts for which it would do just that. */
type Entry = { readonly text: string; readonly hosts: string[] }

const textOf = (outcome: HostResult, style: Style): string => {
  if (outcome.noLog) return '    (hidden by no_log)\n'
  const changes = outcome.changes.map((change) => `    ${style.changed(change)}`)
  const diffs = outcome.diffs.map((diff) =>
    unified(diff, style)
      .trimEnd()
      .replace(/^(?=.)/gm, '    '),
  )
  const parts = [...changes, ...diffs.filter((diff) => diff !== '')]
  return `${(parts.length > 0 ? parts : [`    ${style.changed('would run')}`]).join('\n')}\n`
}

/** The entries in the order of their hosts: which host answers first is chance. */
const inOrder = (entries: readonly Entry[]): Entry[] => {
  const byName = (a = '', b = '') => a.localeCompare(b, 'en', { numeric: true })
  return entries
    .map(({ text, hosts }) => ({ text, hosts: hosts.toSorted(byName) }))
    .sort((a, b) => byName(a.hosts[0], b.hosts[0]))
}

/**
 * What a run in check mode would change and nothing else: each task that would, the hosts that it would change alike,
 * what it would do and the differences of files; then how many, and what is not known before it runs.
 */
export const planReporter = ({ write, warn, style, context }: PlanOptions): Reporter => {
  let task: TaskInfo | undefined
  let entries: Entry[] = []
  let failures = 0
  let changes = 0
  const hosts = new Set<string>()
  const unknown = new Set<string>()

  const title = (info: TaskInfo): string => {
    const name = info.role === undefined ? info.name : `${info.role} : ${info.name}`
    return `${style.strong(name)}  ${positionText(info.at, context.directory)}`
  }
  const flush = () => {
    if (task && entries.length > 0) {
      write(`${title(task)}\n`)
      for (const { text, hosts: names } of inOrder(entries)) write(`  ${namesOf(names)}\n${text}`)
      write('\n')
    }
    entries = []
  }
  const note = (outcome: HostResult, info: TaskInfo) => {
    const { host, status, result } = outcome
    if (status === 'skipped' && typeof result['skip_reason'] !== 'string')
      unknown.add(positionText(info.at, context.directory))
    if (status !== 'changed') return
    const text = textOf(outcome, style)
    const known = entries.find((entry) => entry.text === text)
    if (known) known.hosts.push(host)
    else entries.push({ text, hosts: [host] })
    changes++
    hosts.add(host)
  }
  return (event) => {
    if (event.type === 'task') {
      flush()
      task = event.task
    } else if (event.type === 'warning') warn(style.warning(`[WARNING]: ${event.message}`))
    else if (event.type === 'result') {
      const { outcome } = event
      if ((outcome.status === 'failed' || outcome.status === 'unreachable') && !outcome.ignored) {
        failures++
        const failure = outcome.failure ?? failureOf(outcome.result, event.task)
        warn(`${outcome.host}: ${outcome.noLog ? 'failed (hidden by no_log)' : renderFailure(failure, context)}`)
      } else note(outcome, event.task)
    } else if (event.type === 'recap') {
      flush()
      const parts = [`${counted(changes, 'change')} on ${counted(hosts.size, 'host')}`]
      if (unknown.size > 0) parts.push(`${counted(unknown.size, 'task')} cannot be foretold`)
      if (failures > 0) parts.push(style.failed(counted(failures, 'failure')))
      write(`${style.strong('Plan')}: ${parts.join(', ')}\n`)
      for (const place of unknown) write(`  not foretold: ${place}\n`)
    }
  }
}
