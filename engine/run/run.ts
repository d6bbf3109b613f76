import { selectHosts, unmatchedWarning } from '../inventory/pattern.ts'
import type { Play, Playbook } from '../playbook/play.ts'
import type { Stats } from '../report/event.ts'
import { emptyScope, layer } from '../vars/scope.ts'
import { toPlain } from '../vars/value.ts'
import { Connections } from './connections.ts'
import type { RunOptions } from './options.ts'
import { runPlay } from './play.ts'
import { hostOf, type Run } from './playrun.ts'
import type { HostRun } from './state.ts'

export type RunSummary = {
  readonly stats: ReadonlyMap<string, Stats>
  readonly hosts: ReadonlyMap<string, HostRun>
}

/** The hosts of a play, its limit applied. */
export const hostsOf = (play: Play, options: RunOptions): readonly string[] => {
  const scope = layer(options.extraVars, layer(play.vars, emptyScope))
  const resolved = options.templar.resolve(play.hosts, scope)
  const pattern = Array.isArray(resolved) ? resolved.map(String).join(',') : String(toPlain(resolved))
  const { inventory, surroundings } = options
  const chosen = selectHosts(inventory, pattern, play.at, (part) => surroundings.warn(unmatchedWarning(part), play.at))
  if (options.limit === undefined) return chosen
  const allowed = new Set(selectHosts(inventory, options.limit))
  return chosen.filter((name) => allowed.has(name))
}

/** Runs playbooks and returns what became of each host. Throws a Failure for what concerns no host: a bad pattern, a missing file. */
export const runPlaybooks = async (playbooks: readonly Playbook[], options: RunOptions): Promise<RunSummary> => {
  const run: Run = {
    options,
    hosts: new Map(),
    connections: new Connections(options.open),
    collected: new Map(),
    jobs: new Map(),
    taskCount: 0,
    stopped: false,
  }
  const summary = { stats: new Map<string, Stats>(), hosts: run.hosts }
  try {
    for (const playbook of playbooks) {
      await runPlaybook(run, playbook)
      for (const [name, host] of run.hosts) summary.stats.set(name, host.stats)
      options.report({ type: 'recap', stats: summary.stats })
      if (exitCodeOf(summary) !== 0 || options.signal?.aborted) break
    }
  } finally {
    // What still runs in our background comes to its end; commands go on without us.
    await Promise.all([...run.jobs.values()].map(({ ended }) => ended))
    await run.connections.close()
  }
  return summary
}

const runPlaybook = async (run: Run, playbook: Playbook): Promise<void> => {
  const { options } = run
  options.report({ type: 'playbook', file: playbook.file, plays: playbook.plays.length, check: options.check })
  for (const play of playbook.plays) {
    if (options.signal?.aborted) return
    run.stopped = false
    const hosts = hostsOf(play, options).map((name) => {
      const known = hostOf(run, name)
      if (known.status === 'ended') known.status = 'active'
      return known
    })
    if (!(await runPlay(run, play, hosts))) return
  }
}

/** The exit code of ansible-playbook: 0 all well, 2 a host failed, 4 a host was unreachable. */
export const exitCodeOf = (summary: RunSummary): number => {
  const all = [...summary.hosts.values()]
  if (all.some((host) => host.status === 'unreachable')) return 4
  return all.some((host) => host.status === 'failed') ? 2 : 0
}
