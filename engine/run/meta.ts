import { Failure } from '../failure.ts'
import { suggest } from '../nearest.ts'
import type { Task } from '../playbook/play.ts'
import type { TaskInfo } from '../report/event.ts'
import { settled } from '../vars/scope.ts'
import { isDict, type Value } from '../vars/value.ts'
import { routeFor } from './attempt.ts'
import { runHandlers } from './handlers.ts'
import { conditionsOf, firstFalse } from './items.ts'
import { skippedBy } from './perform.ts'
import { type Place, type PlayRun, scopeFor } from './playrun.ts'
import type { HostRun } from './state.ts'

/** What `meta` can do; `each`: host by host, else once for all when the first host's conditions hold. */
const actions: Readonly<Record<string, 'each' | 'all'>> = {
  noop: 'each',
  flush_handlers: 'each',
  refresh_inventory: 'all',
  clear_facts: 'all',
  clear_host_errors: 'all',
  end_play: 'all',
  end_batch: 'all',
  end_host: 'each',
  reset_connection: 'each',
}

/** Actions that take no condition. */
const unconditional = new Set(['noop', 'refresh_inventory', 'reset_connection'])

const actionOf = async (playRun: PlayRun, task: Task, place: Place, host: HostRun): Promise<string> => {
  const scope = scopeFor(playRun, host, task, place)
  const args = await settled(() => playRun.run.options.templar.resolve(task.args as Value, scope))
  const action = String((isDict(args) ? (args.get('_raw_params') ?? args.get('free_form')) : args) ?? '')
  if (actions[action] !== undefined) return action
  throw new Failure('playbook.meta', `meta has no action '${action}'`, {
    at: task.actionAt,
    hint: suggest(action, Object.keys(actions)),
  })
}

/** Carries out a `meta` task: what concerns the run itself, not a host's state. */
export const runMeta = async (
  playRun: PlayRun,
  task: Task,
  place: Place,
  hosts: readonly HostRun[],
  info: TaskInfo,
): Promise<void> => {
  const { report } = playRun.run.options
  const action = await actionOf(playRun, task, place, hosts[0] as HostRun)
  const asked = actions[action] === 'each' ? hosts : hosts.slice(0, 1)
  const wanted: HostRun[] = []
  for (const host of asked) {
    const scope = scopeFor(playRun, host, task, place)
    const condition = unconditional.has(action)
      ? undefined
      : await firstFalse(playRun, conditionsOf(task, place), scope)
    if (!condition) wanted.push(host)
    else {
      const outcome = { diffs: [], changes: [], noLog: false, ignored: false, ms: 0, result: skippedBy(condition) }
      report({ type: 'result', task: info, looped: false, outcome: { ...outcome, host: host.name, status: 'skipped' } })
    }
  }
  if (wanted.length > 0) await act(playRun, task, place, action, wanted)
}

const act = async (
  playRun: PlayRun,
  task: Task,
  place: Place,
  action: string,
  wanted: readonly HostRun[],
): Promise<void> => {
  const { options, connections } = playRun.run
  const tell = (message: string) => options.report({ type: 'meta', message })
  switch (action) {
    case 'noop':
      return tell('noop')
    case 'flush_handlers':
      for (const host of wanted) tell(`triggered running handlers for ${host.name}`)
      return runHandlers(playRun, wanted)
    case 'refresh_inventory':
      await options.refreshInventory?.()
      return tell('inventory successfully refreshed')
    case 'clear_facts':
      for (const host of playRun.hosts) {
        host.variables.facts.clear()
        host.variables.cachedFacts.clear()
        await options.factCache?.forget(host.name)
      }
      return tell('facts cleared')
    case 'clear_host_errors':
      for (const host of playRun.hosts) {
        // A failed host has left this play for good and takes part in the next.
        if (host.status === 'failed') host.status = 'ended'
        else if (host.status === 'unreachable') host.status = 'active'
      }
      return tell('cleared host errors')
    case 'end_host':
      for (const host of wanted) {
        host.status = 'ended'
        tell(`ending play for ${host.name}`)
      }
      return
    case 'end_batch':
      for (const host of playRun.batch) if (host.status === 'active') host.status = 'ended'
      return tell('ending batch')
    case 'end_play':
      for (const host of playRun.hosts) if (host.status === 'active') host.status = 'ended'
      playRun.run.stopped = true
      return tell('ending play')
    case 'reset_connection':
      for (const host of wanted) {
        const scope = scopeFor(playRun, host, task, place)
        await connections.reset(await routeFor({ playRun, task, place, host, scope, once: false }))
        tell('reset connection')
      }
      return
  }
}
