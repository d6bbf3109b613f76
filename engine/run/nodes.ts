import type { Block, Node, Task } from '../playbook/play.ts'
import { isSelected } from '../playbook/tags.ts'
import type { HostResult } from '../report/event.ts'
import { settled } from '../vars/scope.ts'
import { type Dict, fromPlain, Template, toPlain, type Value } from '../vars/value.ts'
import { boolean } from './boolean.ts'
import { applyInventoryChanges } from './changes.ts'
import { runInclude } from './include.ts'
import { runMeta } from './meta.ts'
import { parallel } from './parallel.ts'
import { keyword, type Place, type PlayRun, scopeFor, taskInfo } from './playrun.ts'
import { type HostRun, isActive } from './state.ts'
import { learn, runTask } from './task.ts'

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

/** block, then rescue for the hosts that failed in it, then always for all. */
const runBlock = async (playRun: PlayRun, block: Block, place: Place, hosts: readonly HostRun[]): Promise<void> => {
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
const nameOf = async (playRun: PlayRun, task: Task, place: Place, host: HostRun): Promise<string> => {
  const { name } = task
  if (name === undefined) return task.action
  if (!(name instanceof Template)) return name
  try {
    const scope = scopeFor(playRun, host, task, place)
    return String(toPlain(await settled(() => playRun.run.options.templar.evaluate(name, scope))))
  } catch {
    return name.source // a name may speak of what is known only later
  }
}

const runOne = async (playRun: PlayRun, task: Task, place: Place, hosts: readonly HostRun[]): Promise<void> => {
  const { options } = playRun.run
  if (!place.handler && !isSelected(task.tags, options.tags, options.skipTags)) return
  const first = hosts[0] as HostRun
  if (task.action === 'meta') return runMeta(playRun, task, place, hosts)
  const info = taskInfo(playRun.run, task, await nameOf(playRun, task, place, first), place, options.check)
  options.report({ type: 'task', task: info, hosts: hosts.length })
  if (task.action === 'include_tasks' || task.action === 'include_role') {
    return runInclude(playRun, task, place, hosts, info, runNodes)
  }
  const scope = scopeFor(playRun, first, task, place)
  const runOnceValue = keyword('runOnce', task, place, playRun.play)
  const isOnce =
    onceOnly.has(task.action) ||
    (runOnceValue !== undefined && boolean(await settled(() => options.templar.resolve(runOnceValue, scope))))
  const throttle = Number(keyword('throttle', task, place, playRun.play) ?? 0)
  const forks = throttle > 0 ? Math.min(throttle, options.forks) : options.forks
  const outcomes: HostResult[] = []
  await parallel(isOnce ? [first] : hosts, forks, async (host) => {
    const { outcome, looped } = await runTask(playRun, task, place, host, info)
    outcomes.push(outcome)
    await settle(playRun, task, place, host, outcome, isOnce ? hosts : [host])
    options.report({ type: 'result', task: info, outcome, looped })
  })
  await failTogether(playRun, task, place, hosts, outcomes, isOnce)
}

/** Counts a result, registers it, learns its facts, notifies handlers, and takes a failed host out of the play. */
const settle = async (
  playRun: PlayRun,
  task: Task,
  place: Place,
  host: HostRun,
  outcome: HostResult,
  receivers: readonly HostRun[],
): Promise<void> => {
  const { stats } = host
  const { status, result, ignored } = outcome
  for (const receiver of receivers) {
    if (task.register) receiver.variables.nonPersistent.set(task.register, fromPlain({ failed: false, ...result }))
    const isDelegated =
      outcome.delegate !== undefined && boolean(keyword('delegateFacts', task, place, playRun.play) ?? false)
    if (!Array.isArray(result['results']))
      learn((isDelegated ? playRun.run.hosts.get(outcome.delegate as string) : undefined) ?? receiver, task, result)
  }
  applyInventoryChanges(playRun.run.options.inventory, host.name, outcome)
  if (status === 'skipped') stats.skipped++
  else if (status === 'failed' || status === 'unreachable') {
    if (ignored) {
      stats.ok++
      stats.ignored++
    } else {
      fail(playRun, place, host, outcome, task)
      return
    }
  } else {
    stats.ok++
    if (status === 'changed') stats.changed++
  }
  if (result.changed === true && !result.failed) await notify(playRun, task, place, host)
}

const fail = (_playRun: PlayRun, place: Place, host: HostRun, outcome: HostResult, task: Task): void => {
  host.failure = outcome.failure
  if (outcome.status === 'unreachable') {
    host.stats.unreachable++
    host.status = 'unreachable'
    return
  }
  if (place.rescuable) host.stats.rescued++
  else host.stats.failed++
  host.status = 'failed'
  const failedTask: Dict = new Map<string, Value>([
    ['name', typeof task.name === 'string' ? task.name : (task.name?.source ?? task.action)],
    ['action', task.action],
  ])
  host.variables.nonPersistent.set('ansible_failed_task', failedTask)
  host.variables.nonPersistent.set('ansible_failed_result', fromPlain(outcome.result))
}

const notify = async (playRun: PlayRun, task: Task, place: Place, host: HostRun): Promise<void> => {
  const names = [...task.notify, ...place.blocks.flatMap((block) => block.notify)]
  if (names.length === 0) return
  const scope = scopeFor(playRun, host, task, place)
  for (const name of names) {
    const value =
      name instanceof Template ? await settled(() => playRun.run.options.templar.evaluate(name, scope)) : name
    for (const each of Array.isArray(value) ? value : [value]) host.notified.add(String(each))
  }
}

/** any_errors_fatal, a failed run_once, and max_fail_percentage end the batch together. */
const failTogether = async (
  playRun: PlayRun,
  task: Task,
  place: Place,
  hosts: readonly HostRun[],
  outcomes: readonly HostResult[],
  isOnce: boolean,
): Promise<void> => {
  const failed = outcomes.filter((each) => (each.status === 'failed' || each.status === 'unreachable') && !each.ignored)
  if (failed.length === 0) return
  const isFatal = boolean(keyword('anyErrorsFatal', task, place, playRun.play) ?? false)
  const limit = playRun.play.maxFailPercentage
  const failedInAll = playRun.batch.filter((host) => host.status === 'failed' || host.status === 'unreachable').length
  const isOverLimit =
    limit !== undefined && (failedInAll / playRun.batch.length) * 100 > Number(String(toPlain(limit)).replace('%', ''))
  if (!isFatal && !isOnce && !isOverLimit) return
  for (const host of hosts) if (host.status === 'active') host.status = 'failed'
  if (isOverLimit && !place.rescuable) playRun.run.stopped = true
}
