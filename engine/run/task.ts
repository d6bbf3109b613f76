import { Failure, messageOf } from '../failure.ts'
import type { Result } from '../modules/module.ts'
import type { Condition, Task } from '../playbook/play.ts'
import type { HostResult, Status, TaskInfo } from '../report/event.ts'
import { type Scope, settled } from '../vars/scope.ts'
import { type Dict, fromPlain, Template, toPlain, type Value } from '../vars/value.ts'
import { attempt, keywordValue, type Occasion, withResult } from './attempt.ts'
import { boolean } from './boolean.ts'
import { conditionsOf, firstFalse, type Item, itemsOf } from './items.ts'
import { type Place, type PlayRun, scopeFor } from './playrun.ts'
import type { HostRun } from './state.ts'

const text = (value: Value): string => (typeof value === 'string' ? value : JSON.stringify(toPlain(value)))

/** Result of a task or item whose condition was false. */
const skippedBy = (condition: Condition): Result => ({
  changed: false,
  skipped: true,
  skip_reason: 'Conditional result was False',
  false_condition:
    condition.expression instanceof Template ? condition.expression.source : toPlain(condition.expression),
})

const failedBy = (thrown: unknown, task: Task): { result: Result; failure: Failure } => {
  if (!(thrown instanceof Failure)) throw thrown
  const failure = thrown.at
    ? thrown
    : new Failure(thrown.code, thrown.message, { ...thrown, hint: thrown.hint, at: task.at })
  return { result: { changed: false, failed: true, msg: messageOf(thrown) }, failure }
}

type Outcome = Omit<HostResult, 'host' | 'ignored' | 'ms'>

const statusOf = (result: Result, unreachable = false): Status => {
  if (unreachable) return 'unreachable'
  if (result.failed) return 'failed'
  if (result.skipped) return 'skipped'
  return result.changed ? 'changed' : 'ok'
}

/** Names that conditions on a result see: the registered name, and the result's own keys where they are words. */
const resultScope = (scope: Scope, task: Task, result: Result): Scope => {
  const value = fromPlain(result) as Dict
  const names = new Map<string, Value>(task.register ? [[task.register, value]] : [])
  return withResult(scope, names)
}

/** Runs the module, with retries, and applies changed_when and failed_when to each attempt. */
const perform = async (occasion: Occasion, info: TaskInfo): Promise<Outcome> => {
  const { task, playRun, host, scope, delegate } = occasion
  const { options } = playRun.run
  const retries = task.retries === undefined ? (task.until ? 3 : 0) : Number(await resolve(occasion, task.retries))
  const delay = Math.max(0, Number((await resolve(occasion, task.delay ?? 5)) ?? 5))
  const noLog = boolean(await keywordValue(occasion, 'noLog'))
  for (let tries = 1; ; tries++) {
    const { run, unreachable } = await attempt(occasion)
    const result: Result = { ...run.result }
    let failure = run.failure
    if (result.failed === undefined && typeof result.rc === 'number' && result.rc !== 0) result.failed = true
    if (!unreachable && !result.skipped) {
      try {
        const after = resultScope(scope, task, result)
        if (task.changedWhen) result.changed = !(await firstFalse(playRun, task.changedWhen, after))
        if (task.failedWhen) {
          const isFailed =
            task.failedWhen.length > 0 &&
            !(await firstFalse(playRun, task.failedWhen, resultScope(scope, task, result)))
          result.failed = isFailed
          result['failed_when_result'] = isFailed
          if (!isFailed) failure = undefined
        }
      } catch (thrown) {
        const failed = failedBy(thrown, task)
        result.failed = true
        result.msg = failed.result.msg
        failure = failed.failure
      }
    }
    const outcome = {
      delegate,
      status: statusOf(result, unreachable),
      result,
      diffs: run.diffs,
      changes: run.changes,
      noLog,
      failure,
    }
    if (unreachable || retries < 1) return outcome
    const isDone = task.until
      ? !(await firstFalse(playRun, task.until, resultScope(scope, task, result)))
      : !result.failed
    result['attempts'] = tries
    if (isDone) return outcome
    if (tries > retries) {
      result.failed = true
      result['attempts'] = retries
      return { ...outcome, status: 'failed' }
    }
    options.report({ type: 'retry', task: info, host: host.name, left: retries - tries + 1 })
    await new Promise((wake) => setTimeout(wake, delay * 1000))
  }
}

const resolve = (occasion: Occasion, value: Value): Promise<Value> =>
  settled(() => occasion.playRun.run.options.templar.resolve(value, occasion.scope))

/** One item (or the whole, without a loop) of a task on a host: conditions, delegation, module. */
const runItem = async (
  playRun: PlayRun,
  task: Task,
  place: Place,
  host: HostRun,
  item: Item,
  info: TaskInfo,
): Promise<Outcome> => {
  const scope = scopeFor(playRun, host, task, place, item.vars)
  const occasion: Occasion = { playRun, task, place, host, scope }
  const empty = { diffs: [], changes: [], noLog: false, delegate: undefined, failure: undefined }
  try {
    const condition = await firstFalse(playRun, conditionsOf(task, place), scope)
    if (condition) {
      const result = skippedBy(condition)
      return { ...empty, status: 'skipped', result, noLog: boolean(await keywordValue(occasion, 'noLog')) }
    }
    const delegate = await keywordValue(occasion, 'delegateTo')
    const isElsewhere = delegate !== undefined && delegate !== null && delegate !== ''
    return await perform(isElsewhere ? { ...occasion, delegate: String(delegate) } : occasion, info)
  } catch (thrown) {
    const { result, failure } = failedBy(thrown, task)
    return { ...empty, status: 'failed', result, failure }
  }
}

/** The label of an item, as `=> (item=…)` shows it. */
export const labelOf = async (playRun: PlayRun, task: Task, scope: Scope, value: Value): Promise<string> => {
  const { label } = task.loopControl
  if (label === undefined) return text(value)
  return text(await settled(() => playRun.run.options.templar.resolve(label, scope)))
}

const summaryOf = (results: readonly Outcome[]): Result => {
  if (results.length === 0)
    return { changed: false, skipped: true, skipped_reason: 'No items in the list', results: [] }
  const isSkipped = results.every((each) => each.status === 'skipped')
  const isFailed = results.some((each) => each.status === 'failed' || each.status === 'unreachable')
  return {
    results: results.map((each) => each.result),
    changed: results.some((each) => each.result.changed === true),
    ...(isFailed ? { failed: true, msg: 'One or more items failed' } : {}),
    ...(isSkipped ? { skipped: true, msg: 'All items skipped' } : {}),
    ...(!isFailed && !isSkipped ? { msg: 'All items completed' } : {}),
  }
}

/** Runs a task on one host, with all its items, and gives what it came to. Registers and facts are the caller's. */
export const runTask = async (
  playRun: PlayRun,
  task: Task,
  place: Place,
  host: HostRun,
  info: TaskInfo,
): Promise<{ outcome: HostResult; looped: boolean }> => {
  const { report } = playRun.run.options
  const start = performance.now()
  report({ type: 'start', task: info, host: host.name })
  const finish = async (outcome: Outcome, looped: boolean) => {
    const occasion: Occasion = { playRun, task, place, host, scope: scopeFor(playRun, host, task, place) }
    const isFailed = outcome.status === 'failed'
    const isUnreachable = outcome.status === 'unreachable'
    const ignored =
      (isFailed && boolean(await keywordValue(occasion, 'ignoreErrors'))) ||
      (isUnreachable && boolean(await keywordValue(occasion, 'ignoreUnreachable')))
    return { outcome: { ...outcome, host: host.name, ignored, ms: performance.now() - start }, looped }
  }
  let items: Awaited<ReturnType<typeof itemsOf>>
  try {
    items = await itemsOf(playRun, task, place, host)
  } catch (thrown) {
    // A list that cannot be made matters only when the task would run.
    const empty = { diffs: [], changes: [], noLog: false }
    const condition = await firstFalse(playRun, conditionsOf(task, place), scopeFor(playRun, host, task, place)).catch(
      () => undefined,
    )
    if (condition) return finish({ ...empty, status: 'skipped', result: skippedBy(condition) }, false)
    const { result, failure } = failedBy(thrown, task)
    return finish({ ...empty, status: 'failed', result, failure }, false)
  }
  if (!items.looped) return finish(await runItem(playRun, task, place, host, items.items[0] as Item, info), false)
  return finish(await runLoop(playRun, task, place, host, items.items, info), true)
}

const runLoop = async (
  playRun: PlayRun,
  task: Task,
  place: Place,
  host: HostRun,
  items: readonly Item[],
  info: TaskInfo,
): Promise<Outcome> => {
  const results: Outcome[] = []
  const pause = Number(task.loopControl.pause === undefined ? 0 : toPlain(task.loopControl.pause))
  for (const [index, item] of items.entries()) {
    if (index > 0 && pause > 0) await new Promise((wake) => setTimeout(wake, pause * 1000))
    const once = await runItem(playRun, task, place, host, item, info)
    const outcome: Outcome = { ...once, result: { ...once.result, ...itemKeys(task, item) } }
    results.push(outcome)
    // The registered name holds the current item's result, for `label` and `break_when`.
    if (task.register) host.variables.nonPersistent.set(task.register, fromPlain(outcome.result))
    learn(host, task, outcome.result)
    const scope = scopeFor(playRun, host, task, place, item.vars)
    const label = outcome.noLog
      ? '(censored due to no_log)'
      : await labelOf(playRun, task, scope, item.value).catch(() => text(item.value))
    const shown = { ...outcome, host: host.name, ignored: false, ms: 0 }
    playRun.run.options.report({ type: 'item', task: info, label, outcome: shown })
    if (outcome.status === 'unreachable') break
    const { breakWhen } = task.loopControl
    if (breakWhen && !(await firstFalse(playRun, breakWhen, scope))) break
  }
  const result = summaryOf(results)
  const failed = results.find((each) => each.failure)
  return {
    status: results.some((each) => each.status === 'unreachable') ? 'unreachable' : statusOf(result),
    result,
    diffs: results.flatMap((each) => each.diffs),
    changes: results.flatMap((each) => each.changes),
    noLog: results.some((each) => each.noLog),
    delegate: results.find((each) => each.delegate)?.delegate,
    failure: failed?.failure,
  }
}

const itemKeys = (task: Task, item: Item): Record<string, unknown> => {
  const keys: Record<string, unknown> = { ansible_loop_var: task.loopControl.loopVar }
  for (const [name, value] of item.vars) keys[String(name)] = value
  return keys
}

/** Takes over what a result teaches about the host: facts, set_fact, include_vars. */
export const learn = (host: HostRun, task: Task, result: Result): void => {
  const facts = result.ansible_facts
  if (!facts || result.failed) return
  const values = facts instanceof Map ? (facts as Dict) : (fromPlain(facts) as Dict)
  const { variables } = host
  if (task.action === 'set_fact') {
    for (const [name, value] of values) {
      variables.nonPersistent.set(name, value)
      if (result['_ansible_facts_cacheable'] === true) variables.cachedFacts.set(name, value)
    }
  } else if (task.action === 'include_vars') {
    for (const [name, value] of values) variables.included.set(name, value)
  } else {
    for (const [name, value] of values) variables.facts.set(String(name).replace(/^ansible_/, ''), value)
  }
}
