import { toPlain, type Value } from '../vars/value.ts'
import type { HostResult, Reporter, Stats } from './event.ts'

type TaskDocument = { task: { name: string; action: string; path: string }; hosts: Record<string, unknown> }
type PlayDocument = { play: { name: string }; tasks: TaskDocument[] }

const resultOf = (outcome: HostResult): Record<string, unknown> => {
  if (outcome.noLog)
    return { censored: "hidden by 'no_log: true'", status: outcome.status, changed: outcome.result.changed ?? false }
  const result = toPlain(new Map(Object.entries(outcome.result)) as Value) as Record<string, unknown>
  return {
    ...result,
    status: outcome.status,
    ms: Math.round(outcome.ms),
    ...(outcome.changes.length > 0 ? { changes: outcome.changes } : {}),
    ...(outcome.diffs.length > 0 ? { diff: outcome.diffs } : {}),
    ...(outcome.failure?.at ? { at: outcome.failure.at } : {}),
  }
}

/** Collects a run as one JSON document, in the shape of Ansible's json callback: plays, tasks, hosts, stats. */
export const documentReporter = (): { reporter: Reporter; document: () => object } => {
  const plays: PlayDocument[] = []
  let stats: Record<string, Stats> = {}
  const warnings: string[] = []
  return {
    document: () => ({ plays, stats, warnings }),
    reporter: (event) => {
      switch (event.type) {
        case 'play':
          plays.push({ play: { name: event.name }, tasks: [] })
          break
        case 'task': {
          const { name, action, at } = event.task
          plays.at(-1)?.tasks.push({ task: { name, action, path: `${at.file}:${at.line}` }, hosts: {} })
          break
        }
        case 'result': {
          const task = plays.at(-1)?.tasks.at(-1)
          if (task) task.hosts[event.outcome.host] = resultOf(event.outcome)
          break
        }
        case 'warning':
          warnings.push(event.message)
          break
        case 'recap':
          stats = Object.fromEntries(event.stats)
          break
      }
    },
  }
}
