import type { Failure } from '../failure.ts'
import type { Result } from '../modules/module.ts'
import type { Condition, Task } from '../playbook/play.ts'
import type { HostResult, Status, TaskInfo } from '../report/event.ts'
import { layer, type Scope, settled } from '../vars/scope.ts'
import { type Dict, fromPlain, isDict, Template, toPlain, type Value } from '../vars/value.ts'
import { attempt, keywordValue, type Occasion } from './attempt.ts'
import { boolean } from './boolean.ts'
import { failedBy } from './failed.ts'
import { conditionsOf, firstFalse } from './items.ts'
import { LazyDict } from './lazydict.ts'
import { scopeFor } from './playrun.ts'

/** What a task or one of its items came to, before it is a host's result. */
export type Outcome = Omit<HostResult, 'host' | 'ms'>

/** Result of a task or item whose condition was false. */
export const skippedBy = (condition: Condition): Result => ({
  changed: false,
  skipped: true,
  skip_reason: 'Conditional result was False',
  false_condition:
    condition.expression instanceof Template ? condition.expression.source : toPlain(condition.expression),
})

const statusOf = (result: Result): Status => {
  if (result['unreachable'] === true) return 'unreachable'
  // a task that used up its retries has failed unless failed_when says no
  if (result.failed && result['failed_when_result'] !== false) return 'failed'
  if (result.skipped) return 'skipped'
  return result.changed ? 'changed' : 'ok'
}

const resolve = (occasion: Occasion, value: Value): Promise<Value> =>
  settled(() => occasion.playRun.run.options.templar.resolve(value, occasion.scope))

/** The scope of conditions on a result: the registered name holds it. */
const resultScope = (scope: Scope, task: Task, result: Result): Scope =>
  task.register ? layer(new Map([[task.register, fromPlain(result)]]), scope) : scope

/** Applies changed_when and failed_when; a condition that cannot be evaluated fails the task. */
const judge = async (
  { task, playRun, scope }: Occasion,
  result: Result,
  failure: Failure | undefined,
): Promise<Failure | undefined> => {
  let judged = 'changed_when_result'
  try {
    if (task.changedWhen) {
      result.changed = !(await firstFalse(playRun, task.changedWhen, resultScope(scope, task, result)))
    }
    if (!task.failedWhen) return failure
    judged = 'failed_when_result'
    const failing = await firstFalse(playRun, task.failedWhen, resultScope(scope, task, result))
    result.failed = task.failedWhen.length > 0 && failing === undefined
    result['failed_when_result'] = result.failed
    return result.failed ? failure : undefined
  } catch (thrown) {
    const failed = failedBy(thrown, task)
    Object.assign(result, failed.result, { [judged]: failed.result.msg })
    return failed.failure
  }
}

/** Runs the module, with retries. */
const perform = async (occasion: Occasion, info: TaskInfo, noLog: boolean): Promise<Outcome> => {
  const { task, playRun, host, scope, delegate } = occasion
  const retries = task.retries === undefined ? (task.until ? 3 : 0) : Number(await resolve(occasion, task.retries))
  for (let tries = 1; ; tries++) {
    const { run, unreachable, address } = await attempt(occasion)
    const result: Result = { ...run.result }
    let failure = run.failure
    if (!unreachable && task.until) result['attempts'] = tries
    if (!unreachable && !result.skipped) {
      result.failed ??= typeof result.rc === 'number' && result.rc !== 0
      failure = await judge(occasion, result, failure)
    }
    const outcome = (): Outcome => ({
      delegate,
      address,
      status: statusOf(result),
      result,
      diffs: run.diffs,
      changes: run.changes,
      noLog: noLog || result['_ansible_no_log'] === true,
      ignored: false,
      failure,
    })
    if (unreachable || retries < 1) return outcome()
    result['attempts'] = tries
    const isDone = task.until
      ? !(await firstFalse(playRun, task.until, resultScope(scope, task, result)))
      : !result.failed
    if (isDone) return outcome()
    if (tries > retries) {
      result['attempts'] = retries
      result.failed = true
      return outcome()
    }
    const delay = Math.max(0, Number((await resolve(occasion, task.delay ?? 5)) ?? 5))
    const shown: HostResult = { ...outcome(), host: host.name, ms: 0 }
    playRun.run.options.report({ type: 'retry', task: info, outcome: shown, left: retries - tries + 1 })
    await new Promise((wake) => setTimeout(wake, delay * 1000))
  }
}

const nothing = { diffs: [], changes: [], noLog: false, ignored: false } as const

/** Who carries a task out, when that is another host. */
const delegateOf = async (occasion: Occasion): Promise<string | undefined> => {
  const delegate = await keywordValue(occasion, 'delegateTo')
  return delegate === undefined || delegate === null || delegate === '' ? undefined : String(delegate)
}

/**
 * The occasion when another host carries it out: its variables are at hand in `ansible_delegated_vars`, and how it is
 * reached is what the task sees where its own host has no such variables.
 */
const elsewhere = (occasion: Occasion, delegate: string): Occasion => {
  const { playRun, host, task, place, loopVars } = occasion
  const scope = scopeFor(playRun, host, task, place, loopVars, delegate)
  const all = scope.get('hostvars')
  const found = isDict(all) ? all.get(delegate) : undefined
  const theirs = isDict(found) ? found : new Map<string, Value>()
  const delegated = new LazyDict(
    () => [...theirs.keys(), 'inventory_hostname', 'ansible_host'].map(String),
    (name) => {
      if (name === 'inventory_hostname') return host.name
      return theirs.get(name) ?? (name === 'ansible_host' ? delegate : undefined)
    },
  )
  const vars: Dict = new Map([['ansible_delegated_vars', new Map([[delegate, delegated]])]])
  return { ...occasion, delegate, own: occasion, scope: layer(vars, scope) }
}

/** One item of a task, or the whole without a loop, on a host: conditions, delegation, module, and whether a failure is ignored. */
export const runItem = async (occasion: Occasion, info: TaskInfo): Promise<Outcome> => {
  const { playRun, task, place } = occasion
  let outcome: Outcome
  try {
    // who it is that does not run may be unknown
    const delegate = await delegateOf(occasion).catch((thrown: unknown) => ({ thrown }))
    const there = typeof delegate === 'string' ? elsewhere(occasion, delegate) : occasion
    const condition = await firstFalse(playRun, conditionsOf(task, place), there.scope)
    const noLog = boolean(await keywordValue(occasion, 'noLog'))
    if (condition) return { ...nothing, status: 'skipped', result: skippedBy(condition), noLog }
    if (typeof delegate === 'object') throw delegate.thrown
    outcome = await perform(there, info, noLog)
  } catch (thrown) {
    outcome = await failedOutcome(occasion, thrown)
  }
  return { ...outcome, ignored: await isIgnored(occasion, outcome.status) }
}

/** What becomes of a task that failed before its module ran. */
export const failedOutcome = async (occasion: Occasion, thrown: unknown): Promise<Outcome> => {
  const { result, failure } = failedBy(thrown, occasion.task)
  const noLog = boolean(await keywordValue(occasion, 'noLog').catch(() => true))
  return { ...nothing, status: statusOf(result), result, failure, noLog }
}

export const isIgnored = async (occasion: Occasion, status: Status): Promise<boolean> => {
  if (status === 'failed') return boolean(await keywordValue(occasion, 'ignoreErrors').catch(() => false))
  return status === 'unreachable' && boolean(await keywordValue(occasion, 'ignoreUnreachable').catch(() => false))
}
