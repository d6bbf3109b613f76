import { selectHosts } from '../inventory/pattern.ts'
import type { Play, Playbook } from '../playbook/play.ts'
import type { Stats } from '../report/event.ts'
import { emptyScope, layer, settled } from '../vars/scope.ts'
import { Template, toPlain, type Value } from '../vars/value.ts'
import { Connections } from './connections.ts'
import type { RunOptions } from './options.ts'
import { runPlay } from './play.ts'
import type { Run } from './playrun.ts'
import { type HostRun, newHostRun } from './state.ts'

export type RunSummary = {
  readonly stats: ReadonlyMap<string, Stats>
  readonly hosts: ReadonlyMap<string, HostRun>
}

/** The hosts of a play, its limit applied. */
export const hostsOf = (play: Play, options: RunOptions): readonly string[] => {
  const scope = layer(options.extraVars, layer(play.vars, emptyScope))
  const resolved = options.templar.resolve(play.hosts, scope)
  const pattern = Array.isArray(resolved) ? resolved.map(String).join(',') : String(toPlain(resolved))
  const chosen = selectHosts(options.inventory, pattern, play.at)
  if (options.limit === undefined) return chosen
  const allowed = new Set(selectHosts(options.inventory, options.limit))
  return chosen.filter((name) => allowed.has(name))
}

/** Runs playbooks and returns what became of each host. Throws a Failure for what concerns no host: a bad pattern, a missing file. */
export const runPlaybooks = async (playbooks: readonly Playbook[], options: RunOptions): Promise<RunSummary> => {
  const run: Run = {
    options,
    hosts: new Map(),
    connections: new Connections(options.open),
    collected: new Map(),
    taskCount: 0,
    stopped: false,
  }
  try {
    for (const playbook of playbooks) {
      options.report({ type: 'playbook', file: playbook.file })
      for (const play of playbook.plays) {
        if (options.signal?.aborted) break
        run.stopped = false
        const names = hostsOf(play, options)
        const hosts = names.map((name) => {
          const known = run.hosts.get(name) ?? newHostRun(name)
          run.hosts.set(name, known)
          if (known.status === 'ended') known.status = 'active'
          return known
        })
        const isOver = await runPlay(run, play, hosts)
        if (isOver) break
      }
    }
  } finally {
    await run.connections.close()
  }
  const stats = new Map([...run.hosts].map(([name, host]) => [name, host.stats]))
  options.report({ type: 'recap', stats })
  return { stats, hosts: run.hosts }
}

/** The exit code of ansible-playbook: 0 all well, 2 a host failed, 4 a host was unreachable. */
export const exitCodeOf = (summary: RunSummary): number => {
  const all = [...summary.stats.values()]
  if (all.some((stats) => stats.unreachable > 0)) return 4
  if (all.some((stats) => stats.failed > 0)) return 2
  return [...summary.hosts.values()].some((host) => host.status === 'failed') ? 2 : 0
}

/** A play's text for people, with the variables that are known before it starts. */
export const playName = async (run: Run, play: Play): Promise<string> => {
  const { name } = play
  if (!(name instanceof Template)) return name
  const { templar, extraVars } = run.options
  const scope = layer(extraVars, layer(play.vars, emptyScope))
  return settled(() => String(toPlain(templar.evaluate(name, scope) as Value))).catch(() => name.source)
}
