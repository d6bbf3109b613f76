import type { Block, Node, Task } from '../playbook/play.ts'
import { isTaskSelected } from '../playbook/tags.ts'
import type { HostResult } from '../report/event.ts'
import { type Scope, settled } from '../vars/scope.ts'
import { isDict, Template, toPlain, type Value } from '../vars/value.ts'
import type { Occasion } from './attempt.ts'
import { boolean } from './boolean.ts'
import { runInclude } from './include.ts'
import { runMeta } from './meta.ts'
import type { RunOptions } from './options.ts'
import { parallel } from './parallel.ts'
import { keyword, type Place, type PlayRun, scopeFor, taskInfo } from './playrun.ts'
import { failTogether, settle } from './settle.ts'
import { type HostRun, isActive } from './state.ts'
import { runTask } from './task.ts'

/** Tasks that act once for all hosts, whatever the number of hosts. */
const onceOnly = new Set(['add_host', 'pause'])

/** Runs nodes one after the other on the hosts that are still active: the linear strategy. */
export const runNodes = async (
  playRun: PlayRun,
  nodes: readonly Node[],
  place: Place,
  hosts: readonly HostRun[],
): Promise<void> => {
  for (const node of nodes) {
    if (playRun.run.stopped || playRun.run.options.signal?.aborted) return
    const active = hosts.filter(isActive)
    if (active.length === 0) return
    if (node.kind === 'block') await runBlock(playRun, node, place, active)
    else await runOne(playRun, node, place, active)
  }
}

/** A block; when it is the body of a role, for the hosts that have not been through that role. */
const runBlock = async (playRun: PlayRun, block: Block, place: Place, hosts: readonly HostRun[]): Promise<void> => {
  const { role } = block
  if (!role || !block.isRoleBody || role.allowDuplicates) return runSections(playRun, block, place, hosts)
  const done = playRun.rolesDone.get(role) ?? new Set()
  playRun.rolesDone.set(role, done)
  const waiting = hosts.filter((host) => !done.has(host))
  const acted = ({ stats }: HostRun) => stats.ok + stats.failed + stats.rescued
  const before = waiting.map(acted)
  await runSections(playRun, block, place, waiting)
  waiting.forEach((host, index) => {
    // A role all of whose tasks were skipped has not run.
    if (isActive(host) && acted(host) > (before[index] as number)) done.add(host)
  })
}

/** block, then rescue for the hosts that failed in it, then always for all. */
const runSections = async (playRun: PlayRun, block: Block, place: Place, hosts: readonly HostRun[]): Promise<void> => {
  const inner = (rescuable: boolean): Place => ({ ...place, blocks: [...place.blocks, block], rescuable })
  await runNodes(playRun, block.block, inner(place.rescuable || block.rescue.length > 0), hosts)
  if (block.rescue.length > 0) {
    const failed = hosts.filter((host) => host.status === 'failed')
    for (const host of failed) host.status = 'active'
    await runNodes(playRun, block.rescue, inner(place.rescuable), failed)
  }
  if (block.always.length > 0) {
    const failed = hosts.filter((host) => host.status === 'failed')
    for (const host of failed) host.status = 'active'
    await runNodes(playRun, block.always, inner(place.rescuable), hosts)
    for (const host of failed) if (host.status === 'active') host.status = 'failed'
  }
}

/** The name of a task as people see it: its own, or its action. */
const titleOf = async ({ name, ...task }: Task, scope: Scope, { templar }: RunOptions): Promise<string> => {
  if (name instanceof Template) {
    // A name may speak of what is known only later.
    return settled(() => String(toPlain(templar.evaluate(name, scope)))).catch(() => name.source)
  }
  if (name) return name
  const action = task.written ?? task.action
  const role = task.action === 'include_role' && isDict(task.args) && (task.args.get('name') ?? task.args.get('role'))
  return role ? `${action} : ${String(toPlain(role))}` : action
}

const runOne = async (playRun: PlayRun, task: Task, place: Place, hosts: readonly HostRun[]): Promise<void> => {
  const { options } = playRun.run
  if (!place.handler && !isTaskSelected(task, options.tags, options.skipTags)) return
  const first = hosts[0] as HostRun
  const scope = scopeFor(playRun, first, task, place)
  const info = taskInfo(playRun, task, await titleOf(task, scope, options), place)
  if (options.admit && !place.handler && !(await options.admit(info))) return
  options.report({ type: 'task', task: info, hosts: hosts.length })
  if (task.action === 'meta') return runMeta(playRun, task, place, hosts, info)
  const value = (name: 'runOnce' | 'throttle') =>
    settled(() => options.templar.resolve((keyword(name, task, place, playRun.play) ?? null) as Value, scope))
  const once = boolean(await value('runOnce'))
  if (task.action === 'include_tasks' || task.action === 'include_role') {
    return runInclude(playRun, task, place, once && !playRun.isApart ? [first] : hosts, info, runNodes)
  }
  // Where hosts go apart nobody waits for the others: a task runs for each of them.
  const isAlone = !playRun.isApart && (once || onceOnly.has(task.action))
  const throttle = Number(await value('throttle'))
  const forks = throttle > 0 ? Math.min(throttle, options.forks) : options.forks
  const outcomes: HostResult[] = []
  await parallel(isAlone ? [first] : hosts, forks, async (host) => {
    const own = host === first ? scope : scopeFor(playRun, host, task, place)
    const occasion: Occasion = { playRun, task, place, host, scope: own, once: once && isAlone }
    const { outcome, looped } = await runTask(occasion, info)
    outcomes.push(outcome)
    await settle(occasion, outcome)
    options.report({ type: 'result', task: info, outcome, looped })
  })
  await failTogether(playRun, task, place, outcomes, isAlone)
}
