import type { Task } from '../playbook/play.ts'
import type { HostResult } from '../report/event.ts'
import { settled } from '../vars/scope.ts'
import { type Dict, fromPlain, toPlain, type Value } from '../vars/value.ts'
import type { Occasion } from './attempt.ts'
import { boolean } from './boolean.ts'
import { applyInventoryChanges } from './changes.ts'
import { notify } from './handlers.ts'
import { registered } from './learn.ts'
import { keyword, type Place, type PlayRun, scopeFor } from './playrun.ts'
import { receivers } from './receivers.ts'
import { type HostRun, isActive, isLost } from './state.ts'

/** Counts a result, registers it, notifies handlers, and takes a failed host out of the play. */
export const settle = async (occasion: Occasion, outcome: HostResult): Promise<void> => {
  const { playRun, task, place, host } = occasion
  const { stats } = host
  const { status, result, ignored } = outcome
  if (task.register) {
    for (const receiver of receivers(occasion)) {
      receiver.variables.nonPersistent.set(task.register, registered(result))
    }
  }
  applyInventoryChanges(playRun.run.options.inventory, host.name, outcome)
  if (status === 'skipped') stats.skipped++
  else if (status === 'failed' || status === 'unreachable') {
    if (!ignored) return failHost(task, place, host, outcome)
    stats.ok++
    stats.ignored++
    if (status === 'failed' && result.changed === true) stats.changed++
  } else {
    stats.ok++
    if (status === 'changed') stats.changed++
    if (status === 'changed') await notify(playRun, task, place, host)
  }
}

/** Marks a host that failed and tells a rescue what failed. */
export const failHost = (task: Task, place: Place, host: HostRun, outcome: HostResult): void => {
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
    ['name', typeof task.name === 'string' ? task.name : (task.name?.source ?? '')],
    ['action', task.action],
    ['args', fromPlain(toPlain(task.args))],
  ])
  host.variables.nonPersistent.set('ansible_failed_task', failedTask)
  host.variables.nonPersistent.set('ansible_failed_result', registered(outcome.result))
}

/** any_errors_fatal, a failed task for all hosts, and max_fail_percentage fail the hosts of the batch together. */
export const failTogether = async (
  playRun: PlayRun,
  task: Task,
  place: Place,
  outcomes: readonly HostResult[],
  isAlone: boolean,
): Promise<void> => {
  const hasFailed = outcomes.some(
    ({ status, ignored }) => (status === 'failed' || status === 'unreachable') && !ignored,
  )
  // A failure that is going to be rescued concerns its own host alone.
  if (!hasFailed || place.rescuable || playRun.isApart) return
  if (!isAlone && !(await isFatalFor(playRun, task, place)) && !isOverLimit(playRun)) return
  for (const host of playRun.batch) if (isActive(host)) host.status = 'failed'
  playRun.isFatal = true
}

const isFatalFor = async (playRun: PlayRun, task: Task, place: Place): Promise<boolean> => {
  const fatal = keyword('anyErrorsFatal', task, place, playRun.play)
  if (fatal === undefined || typeof fatal === 'boolean') return fatal ?? false
  const scope = scopeFor(playRun, playRun.batch[0] as HostRun, task, place)
  return boolean(await settled(() => playRun.run.options.templar.resolve(fatal, scope)))
}

const isOverLimit = ({ settings, batch }: PlayRun): boolean =>
  settings.maxFailPercentage !== undefined &&
  (batch.filter(isLost).length / batch.length) * 100 > settings.maxFailPercentage
