import { Failure } from '../../failure.ts'
import { change, type Host, type Result, type Steps } from '../module.ts'
import { runOrFail } from '../runorfail.ts'
import { lookAtUnit, type Scope, systemctl, type Unit } from './unit.ts'

export type UnitState = 'started' | 'stopped' | 'restarted' | 'reloaded'

/** What a task wants of a unit; what is absent stays as it is. */
export type UnitGoal = {
  readonly name: string
  readonly scope: Scope
  readonly isImage: boolean
  readonly state?: UnitState | undefined
  readonly enabled?: boolean | undefined
  readonly masked?: boolean | undefined
  readonly force?: boolean
  readonly noBlock?: boolean
}

/** The verb of systemctl that leads to a state; undefined when the unit is there already. */
export const verbFor = (state: UnitState, active: string): string | undefined => {
  const isRunning = active === 'active' || active === 'activating'
  if (state === 'stopped') return isRunning || active === 'deactivating' || active === 'reloading' ? 'stop' : undefined
  if (state === 'started') return isRunning || active === 'reloading' ? undefined : 'start'
  if (!isRunning && active !== 'reloading') return 'start'
  return state === 'restarted' ? 'restart' : 'reload'
}

const missing = (host: Host, name: string): Failure =>
  new Failure('module.service', `Could not find the requested service ${name}`, {
    at: host.at,
    hint: 'install the package that brings it with an earlier task, or mind the spelling',
  })

/** Yields the changes that bring a unit where the goal wants it. */
export async function* controlUnit(host: Host, goal: UnitGoal): Steps {
  const { name, scope, isImage, state, enabled, masked } = goal
  const unit = await lookAtUnit(host, name, scope, isImage)
  const call = (...words: string[]) =>
    change({
      what: `${words[0]} ${name}`,
      apply: () => runOrFail(host, systemctl(scope, isImage, [...words, '--', name])),
    })
  const forced = goal.force ? ['--force'] : []

  let isMasked = unit.isMasked
  if (masked !== undefined && masked !== isMasked) {
    yield* call(masked ? 'mask' : 'unmask', ...forced)
    isMasked = masked
  }
  if (enabled !== undefined) {
    if (!unit.exists) throw missing(host, name)
    if (enabled !== unit.isEnabled) yield* call(enabled ? 'enable' : 'disable', ...forced)
  }
  const result: Result = { name, status: unit.properties }
  if (enabled !== undefined) result['enabled'] = enabled
  if (state === undefined) return result

  if (!unit.exists) throw missing(host, name)
  if (!unit.isControllable) return { ...result, state, msg: skippedState(state) }
  result['state'] = state === 'stopped' ? 'stopped' : 'started'
  if (isMasked && state !== 'stopped') throw maskedFailure(host, unit)
  const verb = verbFor(state, unit.activeState)
  if (verb) yield* call(verb, ...(goal.noBlock ? ['--no-block'] : []))
  return result
}

const maskedFailure = (host: Host, { name }: Unit): Failure =>
  new Failure('module.service', `${name} is masked: nothing can start it`, { at: host.at, hint: 'set masked: false' })

/** What a result says when there is nothing that could start or stop a service. */
export const skippedState = (state: UnitState): string =>
  `skipped ${{ started: 'start', stopped: 'stop', restarted: 'restart', reloaded: 'reload' }[state]}: no init is running`
