import type { Result } from '../modules/module.ts'
import { monotonic } from '../monotonic.ts'
import type { Task } from '../playbook/play.ts'
import type { HostResult, Status, TaskInfo } from '../report/event.ts'
import { text } from '../vars/python/text.ts'
import { type Scope, settled } from '../vars/scope.ts'
import { toPlain, type Value } from '../vars/value.ts'
import type { Occasion } from './attempt.ts'
import { firstFalse, type Item, passesOf } from './items.ts'
import { learnFrom, registered } from './learn.ts'
import { failedOutcome, isIgnored, type Outcome, runItem, skippedBy } from './perform.ts'
import { type PlayRun, scopeFor } from './playrun.ts'

/** The label of an item, as `=> (item=…)` shows it. */
export const labelOf = async (playRun: PlayRun, task: Task, scope: Scope, value: Value): Promise<string> => {
  const { label } = task.loopControl
  if (label === undefined) return text(value)
  return text(await settled(() => playRun.run.options.templar.resolve(label, scope)))
}

const itemKeys = (task: Task, item: Item): Record<string, unknown> => {
  const keys: Record<string, unknown> = { ansible_loop_var: task.loopControl.loopVar }
  for (const [name, value] of item.vars) keys[String(name)] = value
  return keys
}

/** The result of a loop, from those of its items. */
const summaryOf = (results: readonly Outcome[]): Result => {
  if (results.length === 0) {
    return { changed: false, skipped: true, skipped_reason: 'No items in the list', results: [] }
  }
  const isSkipped = results.every((each) => each.status === 'skipped')
  const isUnreachable = results.some((each) => each.status === 'unreachable')
  const isFailed = results.some((each) => each.status === 'failed')
  return {
    results: results.map((each) => each.result),
    changed: results.some((each) => each.result.changed === true),
    failed: isFailed,
    skipped: isSkipped,
    msg: isFailed ? 'One or more items failed' : isSkipped ? 'All items skipped' : 'All items completed',
    ...(isUnreachable ? { unreachable: true } : {}),
  }
}

const statusOfLoop = (result: Result): Status => {
  if (result['unreachable'] === true) return 'unreachable'
  if (result.failed) return 'failed'
  return result.skipped ? 'skipped' : result.changed ? 'changed' : 'ok'
}

const runLoop = async (occasion: Occasion, items: readonly Item[], info: TaskInfo): Promise<Outcome> => {
  const { playRun, task, place, host } = occasion
  const outcomes: Outcome[] = []
  const pause = Number(task.loopControl.pause === undefined ? 0 : toPlain(task.loopControl.pause))
  for (const [index, item] of items.entries()) {
    if (index > 0 && pause > 0) await new Promise((wake) => setTimeout(wake, pause * 1000))
    const scope = scopeFor(playRun, host, task, place, item.vars)
    const once = await runItem({ ...occasion, scope, loopVars: item.vars }, info)
    const outcome: Outcome = { ...once, result: { ...once.result, ...itemKeys(task, item) } }
    outcomes.push(outcome)
    // The registered name holds the current item's result, for `label` and `break_when`.
    if (task.register) host.variables.nonPersistent.set(task.register, registered(outcome.result))
    await learnFrom(occasion, outcome)
    const label = outcome.noLog
      ? '(censored due to no_log)'
      : await labelOf(playRun, task, scope, item.value).catch(() => text(item.value))
    const shown: HostResult = { ...outcome, host: host.name, ignored: false, ms: 0 }
    playRun.run.options.report({ type: 'item', task: info, label, outcome: shown })
    // other items may be for other hosts
    if (outcome.status === 'unreachable' && outcome.delegate === undefined) break
    const { breakWhen } = task.loopControl
    if (breakWhen && !(await firstFalse(playRun, breakWhen, scope))) break
  }
  const result = summaryOf(outcomes)
  const status = statusOfLoop(result)
  const bad = outcomes.filter((each) => each.status === status && (status === 'failed' || status === 'unreachable'))
  const delegated = outcomes.find((each) => each.delegate)
  return {
    status,
    result,
    diffs: outcomes.flatMap((each) => each.diffs),
    changes: outcomes.flatMap((each) => each.changes),
    noLog: outcomes.some((each) => each.noLog),
    delegate: delegated?.delegate,
    address: delegated?.address,
    failure: outcomes.find((each) => each.failure)?.failure,
    ignored: bad.length > 0 && bad.every((each) => each.ignored),
  }
}

/** Runs a task on one host, with all its items, and gives what it came to. What is registered is the caller's business. */
export const runTask = async (
  occasion: Occasion,
  info: TaskInfo,
): Promise<{ outcome: HostResult; looped: boolean }> => {
  const { playRun, task, place, host, scope } = occasion
  const start = monotonic()
  playRun.run.options.report({ type: 'start', task: info, host: host.name })
  const finish = (outcome: Outcome, looped: boolean) => ({
    outcome: { ...outcome, host: host.name, ms: monotonic() - start },
    looped,
  })
  let items: readonly Item[] | undefined
  try {
    const passes = await passesOf(playRun, task, place, scope, info.name)
    if ('unmet' in passes) {
      const nothing = { diffs: [], changes: [], noLog: false, ignored: false }
      return finish({ ...nothing, status: 'skipped', result: skippedBy(passes.unmet) }, false)
    }
    items = passes.items
  } catch (thrown) {
    const outcome = await failedOutcome(occasion, thrown)
    return finish({ ...outcome, ignored: await isIgnored(occasion, 'failed') }, false)
  }
  if (!items) {
    const outcome = await runItem(occasion, info)
    await learnFrom(occasion, outcome)
    return finish(outcome, false)
  }
  return finish(await runLoop(occasion, items, info), true)
}
