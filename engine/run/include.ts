import { Failure } from '../failure.ts'
import { includedFile, includedRole } from '../playbook/included.ts'
import type { Node, Task } from '../playbook/play.ts'
import type { HostResult, TaskInfo } from '../report/event.ts'
import { settled } from '../vars/scope.ts'
import { type Dict, isDict, toPlain, type Value } from '../vars/value.ts'
import { wrapped } from './apply.ts'
import { failedBy, placed } from './failed.ts'
import { addHandlers } from './handlers.ts'
import { conditionsOf, firstFalse, type Item, passesOf } from './items.ts'
import { skippedBy } from './perform.ts'
import { type Place, type PlayRun, scopeFor } from './playrun.ts'
import { failHost } from './settle.ts'
import type { HostRun } from './state.ts'
import { labelOf } from './task.ts'

/** One file or role to include, for the hosts that asked for it with the same item. */
type Inclusion = {
  readonly key: string
  readonly args: Dict
  /** Variables of the loop's pass; a loop variable is the children's too. */
  readonly loopVars: Dict
  readonly label?: string | undefined
  readonly hosts: HostRun[]
}

type RunNodes = (playRun: PlayRun, nodes: readonly Node[], place: Place, hosts: readonly HostRun[]) => Promise<void>

type Include = {
  readonly playRun: PlayRun
  readonly task: Task
  readonly place: Place
  readonly info: TaskInfo
}

/**
 * Carries out include_tasks and include_role: what to include is decided per host and item; hosts that agree run it
 * together, one inclusion after the other.
 */
export const runInclude = async (
  playRun: PlayRun,
  task: Task,
  place: Place,
  hosts: readonly HostRun[],
  info: TaskInfo,
  runNodes: RunNodes,
): Promise<void> => {
  const include: Include = { playRun, task, place, info }
  const inclusions: Inclusion[] = []
  for (const host of hosts) await collect(include, host, inclusions)
  const loaded: { inclusion: Inclusion; nodes: readonly Node[] }[] = []
  for (const inclusion of inclusions) {
    const nodes = await load(include, inclusion)
    if (nodes) loaded.push({ inclusion, nodes })
  }
  for (const { inclusion, nodes } of loaded) {
    const active = inclusion.hosts.filter((host) => host.status === 'active')
    if (active.length > 0)
      await runNodes(playRun, [wrapped(task, place.blocks, inclusion.loopVars, nodes)], place, active)
  }
}

const nothing = { diffs: [], changes: [], noLog: false, ms: 0, ignored: false }

const failOn = ({ playRun, task, place, info }: Include, host: HostRun, outcome: Partial<HostResult>): void => {
  const failed: HostResult = { ...nothing, host: host.name, status: 'failed', result: { failed: true }, ...outcome }
  failHost(task, place, host, failed)
  playRun.run.options.report({ type: 'result', task: info, outcome: failed, looped: false })
}

/** Adds what a host wants to include; a host that wants nothing is told as skipped. */
const collect = async (include: Include, host: HostRun, inclusions: Inclusion[]): Promise<void> => {
  const { playRun, task, place, info } = include
  const { report } = playRun.run.options
  const skip = (outcome: Pick<HostResult, 'result'>, looped: boolean) =>
    report({
      type: 'result',
      task: info,
      looped,
      outcome: { ...nothing, ...outcome, host: host.name, status: 'skipped' },
    })
  try {
    const found = await passesOf(playRun, task, place, scopeFor(playRun, host, task, place), info.name)
    if ('unmet' in found) {
      host.stats.skipped++
      skip({ result: skippedBy(found.unmet) }, false)
      return
    }
    const { items } = found
    const passes: readonly (Item | undefined)[] = items ?? [undefined]
    let wanted = 0
    let result: HostResult['result'] = { changed: false, skipped: true }
    for (const item of passes) {
      const scope = scopeFor(playRun, host, task, place, item?.vars)
      const condition = await firstFalse(playRun, conditionsOf(task, place), scope)
      if (!condition) {
        wanted++
        const label = item && (await labelOf(playRun, task, scope, item.value))
        add(inclusions, host, await argumentsOf(include, scope), item, label)
        continue
      }
      result = skippedBy(condition)
      if (!item) continue
      const label = await labelOf(playRun, task, scope, item.value)
      const outcome: HostResult = { ...nothing, result, host: host.name, status: 'skipped' }
      report({ type: 'item', task: info, label, outcome })
    }
    if (wanted > 0) return
    host.stats.skipped++
    skip({ result }, items !== undefined)
  } catch (thrown) {
    failOn(include, host, failedBy(thrown, task))
  }
}

/** The arguments, without `apply`: its templates are the children's. */
const argumentsOf = async ({ playRun, task }: Include, scope: ReturnType<typeof scopeFor>): Promise<Dict> => {
  const given = isDict(task.args) ? new Map([...task.args].filter(([name]) => name !== 'apply')) : task.args
  const args = await settled(() => playRun.run.options.templar.resolve(given as Value, scope))
  if (isDict(args)) return args
  throw new Failure('playbook.include', `${task.action} needs a file or a role`, { at: task.actionAt })
}

const add = (
  inclusions: Inclusion[],
  host: HostRun,
  args: Dict,
  item: Item | undefined,
  label: string | undefined,
): void => {
  const loopVars: Dict = new Map(item?.vars)
  const key = JSON.stringify([toPlain(args), toPlain(loopVars)])
  // The same again for the same host is another inclusion.
  const known = inclusions.find((each) => each.key === key && !each.hosts.includes(host))
  if (known) known.hosts.push(host)
  else inclusions.push({ key, args, loopVars, label, hosts: [host] })
}

/** The nodes to include; undefined when they cannot be read, which fails the hosts that asked for them. */
const load = async (include: Include, inclusion: Inclusion): Promise<readonly Node[] | undefined> => {
  const { playRun, task } = include
  const hosts = inclusion.hosts.filter((host) => host.status === 'active')
  if (hosts.length === 0) return undefined
  try {
    if (task.action === 'include_role') return await loadRole(include, inclusion)
    const name = includedFile(inclusion.args)
    if (!name) throw new Failure('playbook.include', 'include_tasks needs a file', { at: task.actionAt })
    const { file, nodes } = await playRun.run.options.loader.tasks(name, task)
    const names = hosts.map((host) => host.name)
    playRun.run.options.report({ type: 'included', task: include.info, file, hosts: names, label: inclusion.label })
    for (const host of hosts) host.stats.ok++
    return nodes
  } catch (thrown) {
    if (!(thrown instanceof Failure)) throw thrown
    const result = { failed: true, reason: thrown.message }
    for (const host of hosts) failOn(include, host, { result, failure: placed(thrown, task) })
    return undefined
  }
}

const loadRole = async ({ playRun, task, place }: Include, { args, loopVars }: Inclusion): Promise<readonly Node[]> => {
  const found = includedRole(args)
  if (!found) throw new Failure('playbook.include', 'include_role needs the name of a role', { at: task.actionAt })
  const { role, nodes, handlers } = await playRun.run.options.loader.role(found.name, task, found.from)
  addHandlers(playRun, handlers, task, wrapped(task, place.blocks, loopVars, []))
  if (role.public && !playRun.includedRoles.includes(role)) playRun.includedRoles.push(role)
  return nodes
}
