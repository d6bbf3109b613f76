import { Failure } from '../failure.ts'
import type { Task } from '../playbook/play.ts'
import { settled } from '../vars/scope.ts'
import { isDict, Template } from '../vars/value.ts'
import { routeFor } from './attempt.ts'
import { runHandlers } from './handlers.ts'
import { conditionsOf, firstFalse } from './items.ts'
import { type Place, type PlayRun, scopeFor } from './playrun.ts'
import type { HostRun } from './state.ts'

export const metaActions = [
  'noop',
  'flush_handlers',
  'refresh_inventory',
  'clear_facts',
  'clear_host_errors',
  'end_play',
  'end_batch',
  'end_host',
  'reset_connection',
] as const

const actionOf = async (playRun: PlayRun, task: Task, place: Place, host: HostRun): Promise<string> => {
  const scope = scopeFor(playRun, host, task, place)
  const { templar } = playRun.run.options
  const args = await settled(() => templar.resolve(task.args instanceof Template ? task.args : task.args, scope))
  const action = isDict(args) ? (args.get('_raw_params') ?? args.get('free_form')) : args
  return String(action ?? '')
}

/** Carries out a `meta` task: what concerns the run itself, not a host's state. */
export const runMeta = async (playRun: PlayRun, task: Task, place: Place, hosts: readonly HostRun[]): Promise<void> => {
  const action = await actionOf(playRun, task, place, hosts[0] as HostRun)
  if (!(metaActions as readonly string[]).includes(action)) {
    throw new Failure('playbook.meta', `meta has no action '${action}'`, {
      at: task.actionAt,
      hint: `known: ${metaActions.join(', ')}`,
    })
  }
  const wanted: HostRun[] = []
  for (const host of hosts) {
    const scope = scopeFor(playRun, host, task, place)
    if (!(await firstFalse(playRun, conditionsOf(task, place), scope))) wanted.push(host)
  }
  if (wanted.length === 0) return
  switch (action) {
    case 'flush_handlers':
      await runHandlers(playRun)
      break
    case 'clear_facts':
      for (const host of wanted) host.variables.facts.clear()
      break
    case 'clear_host_errors':
      for (const host of playRun.hosts) {
        if (host.status === 'failed' || host.status === 'unreachable') host.status = 'active'
      }
      break
    case 'end_host':
      for (const host of wanted) host.status = 'ended'
      break
    case 'end_batch':
    case 'end_play':
      for (const host of action === 'end_play' ? playRun.hosts : playRun.batch) {
        if (host.status === 'active') host.status = 'ended'
      }
      if (action === 'end_play') playRun.run.stopped = true
      break
    case 'reset_connection':
      for (const host of wanted) {
        const occasion = { playRun, task, place, host, scope: scopeFor(playRun, host, task, place) }
        await playRun.run.connections.reset(await routeFor(occasion))
      }
      break
  }
}
