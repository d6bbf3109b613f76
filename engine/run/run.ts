import { Failure } from '../failure.ts'
import { selectHosts, unmatchedWarning } from '../inventory/pattern.ts'
import { commandLine } from '../playbook/adhoc.ts'
import { blockKeywords, playKeywords, taskKeywords } from '../playbook/keywordnames.ts'
import type { Play, Playbook } from '../playbook/play.ts'
import type { Stats } from '../report/event.ts'
import { globals } from '../vars/globals.ts'
import { type Scope, settled } from '../vars/scope.ts'
import { type Dict, Omit, Template, toPlain, type Value } from '../vars/value.ts'
import { Connections } from './connections.ts'
import { createLargeFiles } from './largefile.ts'
import type { RunOptions } from './options.ts'
import { runPlay } from './play.ts'
import { hostOf, type Run } from './playrun.ts'
import { playScope } from './playscope.ts'
import { askPrompts } from './prompts.ts'
import { settingsOf } from './settings.ts'
import type { HostRun } from './state.ts'

export type RunSummary = {
  readonly stats: ReadonlyMap<string, Stats>
  readonly hosts: ReadonlyMap<string, HostRun>
}

const patternsOf = async (play: Play, { templar }: RunOptions, scope: Scope): Promise<string[]> => {
  try {
    const resolved = await settled(() => templar.resolve(play.hosts, scope))
    if (resolved instanceof Omit) return []
    const parts = Array.isArray(resolved) ? resolved : [resolved]
    if (parts.some((part) => part === null || (typeof part === 'string' && part.trim() === ''))) {
      throw new Failure('playbook.hosts', "'hosts' has no value here", {
        at: play.hosts instanceof Template ? play.hosts.at : play.at,
        hint: 'a play that may have no hosts takes an empty list, such as {{ name | default([]) }}',
      })
    }
    return parts.map((part) => String(toPlain(part)))
  } catch (thrown) {
    if (!(thrown instanceof Failure) || thrown.code !== 'template.undefined') throw thrown
    throw new Failure('playbook.hosts', `the hosts of the play cannot be told: ${thrown.message}`, {
      at: thrown.at,
      hint: thrown.hint,
      cause: thrown.cause,
    })
  }
}

const select = (patterns: readonly string[], play: Play, options: RunOptions): readonly string[] => {
  if (patterns.length === 0) return []
  const pattern = patterns.join(',')
  const { inventory, surroundings } = options
  // a pattern of the command line stands in no file
  const at = play.at.file === commandLine ? undefined : play.at
  const chosen = selectHosts(inventory, pattern, play.at, (part) => surroundings.warn(unmatchedWarning(part), at))
  if (options.limit === undefined) return chosen
  const allowed = new Set(selectHosts(inventory, options.limit))
  return chosen.filter((name) => allowed.has(name))
}

/** A play as it reads before it runs: its name, the patterns of its hosts and the hosts, their limit applied. @throws Failure */
export const foretell = async (
  play: Play,
  options: RunOptions,
): Promise<{ name: string; patterns: readonly string[]; hosts: readonly string[] }> => {
  const run = newRun(options)
  const answers: Dict = new Map<string, Value>(
    play.varsPrompt.map((prompt) => [String(prompt.get('name')), prompt.get('default') ?? null]),
  )
  const scope = await playScope(run, play, answers)
  const { name } = await settingsOf(play, options, scope)
  const patterns = await patternsOf(play, options, scope)
  return { name, patterns, hosts: select(patterns, play, options) }
}

const newRun = (options: RunOptions): Run => ({
  options,
  hosts: new Map(),
  connections: new Connections(options.open),
  collected: new Map(),
  large: createLargeFiles(),
  jobs: new Map(),
  taskCount: 0,
  stopped: false,
})

/** Runs playbooks and returns what became of each host. Throws a Failure for what concerns no host: a bad pattern, a missing file. */
export const runPlaybooks = async (playbooks: readonly Playbook[], options: RunOptions): Promise<RunSummary> => {
  const run = newRun(options)
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

/** Names that a variable should not have: those of keywords, and of the functions of templates. */
const reserved: ReadonlySet<string> = new Set(
  [...playKeywords, ...blockKeywords, ...taskKeywords, ...globals.keys(), 'lipsum'].filter(
    (name) => !['omit', 'user', 'vars'].includes(name),
  ),
)

const isReserved = (name: string): boolean => reserved.has(name)

const runPlaybook = async (run: Run, playbook: Playbook): Promise<void> => {
  const { options } = run
  options.report({ type: 'playbook', file: playbook.file, plays: playbook.plays.length, check: options.check })
  for (const play of playbook.plays) {
    if (options.signal?.aborted) return
    run.stopped = false
    const answers = await askPrompts(play, options, await playScope(run, play, new Map()))
    const scope = await playScope(run, play, answers)
    for (const name of [...new Set(scope.names())].filter(isReserved).sort())
      options.surroundings.warn(`Found variable using reserved name: ${name}`)
    const settings = await settingsOf(play, options, scope)
    const hosts = select(await patternsOf(play, options, scope), play, options).map((name) => {
      const known = hostOf(run, name)
      if (known.status === 'ended') known.status = 'active'
      return known
    })
    if (!(await runPlay(run, play, settings, hosts, answers))) return
  }
}

/** The exit code of ansible-playbook: 0 all well, 2 a host failed, 4 a host was unreachable. */
export const exitCodeOf = (summary: RunSummary): number => {
  const all = [...summary.hosts.values()]
  if (all.some((host) => host.status === 'unreachable')) return 4
  return all.some((host) => host.status === 'failed') ? 2 : 0
}
