import type { Block, Inherited, Play, Role, Task } from '../playbook/play.ts'
import type { TaskInfo } from '../report/event.ts'
import { type TaskSubject, taskScope } from '../vars/precedence.ts'
import type { Scope } from '../vars/scope.ts'
import type { Dict, Value } from '../vars/value.ts'
import type { OwnJob } from './background.ts'
import type { Connections } from './connections.ts'
import { connectionVariables } from './connectionvariables.ts'
import type { LargeFiles } from './largefile.ts'
import { magicVariables } from './magic.ts'
import type { RunOptions } from './options.ts'
import type { PlaySettings } from './settings.ts'
import { type HostRun, newHostRun } from './state.ts'

/** What all plays of one run share. */
export type Run = {
  readonly options: RunOptions
  /** Every host that has taken part, with what it has learnt; kept from play to play. */
  readonly hosts: Map<string, HostRun>
  readonly connections: Connections
  /** Facts that modules asked for, by host; templates do not see them. */
  readonly collected: Map<string, Map<string, Value>>
  /** Files of this machine that are sent as they are read. */
  readonly large: LargeFiles
  /** Tasks that go on in the background of this program, by their job's id. */
  readonly jobs: Map<string, OwnJob>
  taskCount: number
  /** Set by `meta: end_play`: no further task or batch of this play starts. */
  stopped: boolean
}

/** Where a task stands: the blocks around it, outermost first. */
export type Place = {
  readonly blocks: readonly Block[]
  /** Whether a failure here is caught by a rescue. */
  readonly rescuable: boolean
  readonly handler: boolean
}

/** A handler of a play. */
export type Handler = {
  readonly task: Task
  /** Where it stands; when an include brings it again, there. */
  place: Place
  /** The variables of the include that brought it, as text. */
  readonly vars: string
}

/** One play on one batch of hosts. */
export type PlayRun = {
  readonly run: Run
  readonly play: Play
  readonly settings: PlaySettings
  /** All hosts of the play. */
  readonly hosts: readonly HostRun[]
  /** The hosts of this batch (`serial`). */
  readonly batch: readonly HostRun[]
  /** The play's handlers and those of the roles included so far, in the order in which they run. */
  readonly handlers: Handler[]
  /** Public roles included so far, whose defaults and vars the rest of the play sees. */
  readonly includedRoles: Role[]
  /** Hosts that have been through a role. One that does not allow duplicates is not run for them again. */
  readonly rolesDone: Map<Role, Set<HostRun>>
  /** Each host goes through the play at its own pace: strategies free and host_pinned. */
  readonly isApart: boolean
  /** How tasks have been announced, where several hosts come to them one by one. */
  readonly announced: Map<Block | undefined, Map<Task, TaskInfo>>
  /** Set when one failure has failed all hosts: any_errors_fatal, run_once, max_fail_percentage. */
  isFatal: boolean
}

/** The value of a keyword for a task: its own, the nearest block's, the play's. */
export const keyword = <K extends keyof Inherited>(name: K, task: Task, place: Place, play: Play): Inherited[K] => {
  if (task.keywords[name] !== undefined) return task.keywords[name]
  for (let index = place.blocks.length - 1; index >= 0; index--) {
    const value = place.blocks[index]?.keywords[name]
    if (value !== undefined) return value
  }
  return play.keywords[name]
}

/** Every value of a keyword from the play to the task, outermost first, for keywords that merge. */
export const keywords = <K extends keyof Inherited>(
  name: K,
  task: Task,
  place: Place,
  play: Play,
): NonNullable<Inherited[K]>[] =>
  [play.keywords, ...place.blocks.map((block) => block.keywords), task.keywords]
    .map((each) => each[name])
    .filter((value) => value !== undefined) as NonNullable<Inherited[K]>[]

/** What a host has learnt in this run; a host that no play has named yet starts with what was kept of it. */
export const hostOf = (run: Run, name: string): HostRun => {
  const known = run.hosts.get(name) ?? newHostRun(name, run.options.factCache?.read(name))
  run.hosts.set(name, known)
  return known
}

/** The scope in which a task's templates are evaluated on a host; `delegate` is who carries it out instead. */
export const scopeFor = (
  playRun: PlayRun,
  host: HostRun,
  task: Task,
  place: Place,
  loopVars?: Dict,
  delegate?: string,
): Scope => {
  const scope: Scope = taskScope({
    ...subjectOf(playRun, host, task, place, loopVars, () => scope),
    fallback: connectionVariables(playRun, host, task, place, delegate),
  })
  return scope
}

/** What a host knows that carries a task out for another one: as in the task's own scope, but of this host. */
export const delegateScope = (
  playRun: PlayRun,
  name: string,
  task: Task,
  place: Place,
  loopVars: Dict | undefined,
): Scope => {
  const { hosts, options } = playRun.run
  const host = hosts.get(name) ?? newHostRun(name, options.factCache?.read(name))
  const scope: Scope = taskScope(subjectOf(playRun, host, task, place, loopVars, () => scope))
  return scope
}

const subjectOf = (
  playRun: PlayRun,
  host: HostRun,
  task: Task,
  place: Place,
  loopVars: Dict | undefined,
  scope: () => Scope,
): TaskSubject => {
  const { run, play } = playRun
  return {
    inventory: run.options.inventory,
    hostName: host.name,
    play,
    includedRoles: playRun.includedRoles,
    node: task,
    blocks: place.blocks,
    state: host.variables,
    extraVars: run.options.extraVars,
    ...(loopVars ? { loopVars } : {}),
    magic: magicVariables(playRun, host, task, place, scope),
  }
}

export const taskInfo = (playRun: PlayRun, task: Task, name: string, place: Place): TaskInfo => {
  const { isApart, announced, run } = playRun
  if (!isApart) return newInfo(run, task, name, place)
  // What is included again is another task.
  const include = place.blocks.findLast((block) => block.isInclude)
  const known = announced.get(include) ?? new Map<Task, TaskInfo>()
  announced.set(include, known)
  const info = known.get(task) ?? { ...newInfo(run, task, name, place), isApart }
  known.set(task, info)
  return info
}

const newInfo = (run: Run, task: Task, name: string, place: Place): TaskInfo => ({
  id: run.taskCount++,
  name,
  action: task.action,
  role: task.role?.name,
  kind: place.handler ? 'handler' : 'task',
  at: task.at,
  check: run.options.check,
})
