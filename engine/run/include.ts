import { Failure } from '../failure.ts'
import type { Block, Inherited, Node, Task } from '../playbook/play.ts'
import type { HostResult, TaskInfo } from '../report/event.ts'
import { settled } from '../vars/scope.ts'
import { type Dict, isDict, Template, toPlain, type Value } from '../vars/value.ts'
import { conditionsOf, firstFalse, itemsOf } from './items.ts'
import type { RoleOptions } from './options.ts'
import { type Place, type PlayRun, scopeFor } from './playrun.ts'
import type { HostRun } from './state.ts'
import { labelOf } from './task.ts'

/** One file or role to include, for the hosts that asked for it with the same variables. */
type Inclusion = {
  readonly key: string
  readonly args: Dict
  readonly vars: Dict
  readonly label?: string | undefined
  readonly hosts: HostRun[]
}

type RunNodes = (playRun: PlayRun, nodes: readonly Node[], place: Place, hosts: readonly HostRun[]) => Promise<void>

const nothing = { diffs: [], changes: [], noLog: false, ms: 0, ignored: false }

/** Carries out include_tasks and include_role: what to include is decided per host and item, and run once per group of hosts that agree. */
export const runInclude = async (
  playRun: PlayRun,
  task: Task,
  place: Place,
  hosts: readonly HostRun[],
  info: TaskInfo,
  runNodes: RunNodes,
): Promise<void> => {
  const inclusions = new Map<string, Inclusion>()
  for (const host of hosts) await collect(playRun, task, place, host, info, inclusions)
  for (const inclusion of inclusions.values()) {
    const active = inclusion.hosts.filter((host) => host.status === 'active')
    if (active.length === 0) continue
    try {
      const { file, nodes } = await load(playRun, task, inclusion)
      const names = active.map((host) => host.name)
      playRun.run.options.report({ type: 'included', file, hosts: names, label: inclusion.label })
      for (const host of active) host.stats.ok++
      await runNodes(playRun, [wrapped(task, inclusion, nodes)], place, active)
    } catch (thrown) {
      if (!(thrown instanceof Failure)) throw thrown
      for (const host of active) failInclude(playRun, task, place, host, info, thrown)
    }
  }
}

const failInclude = (
  playRun: PlayRun,
  task: Task,
  place: Place,
  host: HostRun,
  info: TaskInfo,
  thrown: Failure,
): void => {
  const failure = thrown.at
    ? thrown
    : new Failure(thrown.code, thrown.message, { ...thrown, hint: thrown.hint, at: task.at })
  host.status = 'failed'
  host.failure = failure
  if (place.rescuable) host.stats.rescued++
  else host.stats.failed++
  const outcome: HostResult = {
    ...nothing,
    host: host.name,
    status: 'failed',
    result: { failed: true, msg: failure.message },
    failure,
  }
  playRun.run.options.report({ type: 'result', task: info, outcome, looped: false })
}

const collect = async (
  playRun: PlayRun,
  task: Task,
  place: Place,
  host: HostRun,
  info: TaskInfo,
  inclusions: Map<string, Inclusion>,
): Promise<void> => {
  const { options } = playRun.run
  try {
    let isWanted = false
    const { looped, items } = await itemsOf(playRun, task, place, host)
    for (const [index, item] of items.entries()) {
      const scope = scopeFor(playRun, host, task, place, item.vars)
      if (await firstFalse(playRun, conditionsOf(task, place), scope)) continue
      isWanted = true
      const args = await settled(() =>
        options.templar.resolve(task.args instanceof Template ? task.args : (task.args as Value), scope),
      )
      if (!isDict(args)) throw new Failure('playbook.include', 'include needs a file or a role', { at: task.actionAt })
      // A loop variable is the children's as well as the include's own vars, which may speak of it.
      const vars: Dict = new Map(looped ? item.vars : [])
      for (const [name, value] of task.vars) vars.set(name, await settled(() => options.templar.resolve(value, scope)))
      const key = JSON.stringify([toPlain(args), toPlain(vars), looped ? index : null])
      const known = inclusions.get(key)
      if (known) known.hosts.push(host)
      else {
        const label = looped ? await labelOf(playRun, task, scope, item.value) : undefined
        inclusions.set(key, { key, args, vars, label, hosts: [host] })
      }
    }
    if (isWanted) return
    host.stats.skipped++
    const outcome: HostResult = {
      ...nothing,
      host: host.name,
      status: 'skipped',
      result: { changed: false, skipped: true },
    }
    options.report({ type: 'result', task: info, outcome, looped: false })
  } catch (thrown) {
    if (!(thrown instanceof Failure)) throw thrown
    failInclude(playRun, task, place, host, info, thrown)
  }
}

const word = (args: Dict, ...names: string[]): string | undefined => {
  for (const name of names) {
    const value = args.get(name)
    if (value !== undefined && value !== null) return String(value)
  }
  return undefined
}

const load = async (
  playRun: PlayRun,
  task: Task,
  { args }: Inclusion,
): Promise<{ file: string; nodes: readonly Node[] }> => {
  const { loader } = playRun.run.options
  if (task.action === 'include_tasks') {
    const name = word(args, '_raw_params', 'file')
    if (!name) throw new Failure('playbook.include', 'include_tasks needs a file', { at: task.actionAt })
    return loader.tasks(name, task)
  }
  const name = word(args, 'name', 'role')
  if (!name) throw new Failure('playbook.include', 'include_role needs the name of a role', { at: task.actionAt })
  const tasksFrom = word(args, 'tasks_from')
  const varsFrom = word(args, 'vars_from')
  const defaultsFrom = word(args, 'defaults_from')
  const handlersFrom = word(args, 'handlers_from')
  const options: RoleOptions = {
    ...(tasksFrom ? { tasksFrom } : {}),
    ...(varsFrom ? { varsFrom } : {}),
    ...(defaultsFrom ? { defaultsFrom } : {}),
    ...(handlersFrom ? { handlersFrom } : {}),
    public: args.get('public') === true,
  }
  const { role, nodes, handlers } = await loader.role(name, task, options)
  for (const handler of handlers) if (!playRun.handlers.includes(handler)) playRun.handlers.push(handler)
  if (role.public) playRun.includedRoles.push(role)
  return { file: role.name, nodes }
}

/** The included nodes as one block with the include's variables and what `apply` gives them. */
const wrapped = (task: Task, { args, vars }: Inclusion, nodes: readonly Node[]): Block => {
  const apply = args.get('apply')
  const given = isDict(apply) ? apply : new Map<string, Value>()
  const keywords: Record<string, Value> = {}
  for (const [name, key] of applied) {
    const value = given.get(name)
    if (value !== undefined) keywords[key] = value
  }
  const tags = given.get('tags')
  const extra =
    tags === undefined || tags === null ? [] : (Array.isArray(tags) ? tags : String(tags).split(',')).map(String)
  const appliedVars = given.get('vars')
  if (isDict(appliedVars)) for (const [name, value] of appliedVars) vars.set(name, value)
  return {
    kind: 'block',
    at: task.at,
    keywords: keywords as Inherited,
    when: [],
    tags: extra,
    vars,
    block: extra.length > 0 ? nodes.map((node) => tagged(node, extra)) : nodes,
    rescue: [],
    always: [],
    notify: [],
  }
}

const applied: readonly (readonly [string, keyof Inherited])[] = [
  ['become', 'become'],
  ['become_user', 'becomeUser'],
  ['become_method', 'becomeMethod'],
  ['delegate_to', 'delegateTo'],
  ['ignore_errors', 'ignoreErrors'],
  ['no_log', 'noLog'],
  ['run_once', 'runOnce'],
]

const tagged = (node: Node, extra: readonly string[]): Node => {
  const tags = [...new Set([...node.tags, ...extra])]
  if (node.kind === 'task') return { ...node, tags }
  const inner = (nodes: readonly Node[]) => nodes.map((each) => tagged(each, extra))
  return { ...node, tags, block: inner(node.block), rescue: inner(node.rescue), always: inner(node.always) }
}
