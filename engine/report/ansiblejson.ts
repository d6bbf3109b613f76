import { randomUUID } from 'node:crypto'
import type { Reporter, Stats, TaskInfo } from './event.ts'
import { pythonJson } from './json.ts'
import { plainResult } from './result.ts'

type Duration = { start: string; end?: string }
type TaskEntry = {
  task: { id: string; name: string; path: string; duration: Duration }
  hosts: Record<string, Record<string, unknown>>
}
type PlayEntry = { play: { id: string; name: string; path?: string; duration: Duration }; tasks: TaskEntry[] }

const now = (): string => new Date().toISOString()

const nameOf = ({ name, role }: TaskInfo): string => (role === undefined ? name : `${role} : ${name}`)

const statsOf = ({ failed, ...stats }: Stats): Record<string, number> => ({ ...stats, failures: failed })

/** The document of Ansible's callback `json`: plays, their tasks, the results of hosts, and the counts. */
export const ansibleJsonReporter = (): { reporter: Reporter; document: () => string } => {
  const plays: PlayEntry[] = []
  let stats: Record<string, Record<string, number>> = {}
  const ended = () => {
    const play = plays.at(-1)
    const task = play?.tasks.at(-1)
    for (const entry of [play?.play, task?.task]) if (entry) entry.duration.end = now()
  }
  const reporter: Reporter = (event) => {
    if (event.type === 'play') {
      plays.push({ play: { id: randomUUID(), name: event.name, duration: { start: now() } }, tasks: [] })
    } else if (event.type === 'task') {
      const { at } = event.task
      const task = { id: randomUUID(), name: nameOf(event.task), path: `${at.file}:${at.line}` }
      plays.at(-1)?.tasks.push({ task: { ...task, duration: { start: now() } }, hosts: {} })
    } else if (event.type === 'result') {
      const { outcome, task } = event
      const { status } = outcome
      const entry = plays.at(-1)?.tasks.at(-1)
      const mark = status === 'failed' || status === 'skipped' || status === 'unreachable' ? { [status]: true } : {}
      if (entry) entry.hosts[outcome.host] = { ...plainResult(outcome, task), ...mark, action: task.action }
      ended()
    } else if (event.type === 'recap') {
      stats = Object.fromEntries([...event.stats].map(([host, each]) => [host, statsOf(each)]))
    }
  }
  const document = () => `${pythonJson({ plays, stats, custom_stats: {}, global_custom_stats: {} }, 4)}\n`
  return { reporter, document }
}
