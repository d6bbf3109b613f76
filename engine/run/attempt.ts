import type { Connection } from '../connections/connection.ts'
import { collectFacts } from '../facts/collect.ts'
import { Failure } from '../failure.ts'
import type { Host, Module } from '../modules/module.ts'
import { readParameters } from '../modules/parameters.ts'
import { type ModuleRun, runModule } from '../modules/runmodule.ts'
import { siteModule } from '../modules/sitemodule.ts'
import type { Task } from '../playbook/play.ts'
import { text } from '../vars/python/text.ts'
import { type Scope, settled } from '../vars/scope.ts'
import { type Dict, holdsTemplate, isDict, Omit, Template, type Value } from '../vars/value.ts'
import { type Background, runInBackground } from './background.ts'
import { boolean } from './boolean.ts'
import { type Route, routeOf } from './connections.ts'
import { controllerFor } from './controller.ts'
import { failedBy, placed } from './failed.ts'
import { inTime } from './intime.ts'
import { lazyConnection } from './lazyconnection.ts'
import { delegateScope, keyword, keywords, type Place, type PlayRun, type Run } from './playrun.ts'
import type { HostRun } from './state.ts'

/** What one execution of a module came to, before changed_when, failed_when and register. */
export type Attempt = {
  readonly run: ModuleRun
  readonly unreachable: boolean
  /** Where the host was reached that carried it out. */
  readonly address?: string | undefined
}

/** A task on one host with one loop item: everything that is needed to carry it out. */
export type Occasion = {
  readonly playRun: PlayRun
  readonly task: Task
  readonly place: Place
  readonly host: HostRun
  readonly scope: Scope
  /** The task runs once, for all hosts of the batch. */
  readonly once: boolean
  /** The host that carries it out, when `delegate_to` names another one. */
  readonly delegate?: string | undefined
  /** The occasion without the delegate. */
  readonly own?: Occasion
  /** Variables of the pass, in a loop. */
  readonly loopVars?: Dict
}

/** A keyword's value; one that is `omit` is not given. */
const resolved = async (occasion: Occasion, value: Value | undefined): Promise<Value | undefined> => {
  if (value === undefined) return undefined
  const given = await settled(() => occasion.playRun.run.options.templar.resolve(value, occasion.scope))
  return given instanceof Omit ? undefined : given
}

export const keywordValue = async (
  occasion: Occasion,
  name: Parameters<typeof keyword>[0],
): Promise<Value | undefined> =>
  resolved(occasion, keyword(name, occasion.task, occasion.place, occasion.playRun.play) as Value | undefined)

/** How the task's host (or its delegate) is reached. */
export const routeFor = async (occasion: Occasion): Promise<Route> => {
  const { playRun, task, place, host, scope, delegate, loopVars } = occasion
  const { options } = playRun.run
  const names = [
    'connection',
    'remoteUser',
    'port',
    'become',
    'becomeUser',
    'becomeMethod',
    'becomeFlags',
    'becomeExe',
  ] as const
  const words: Partial<Record<(typeof names)[number], Value>> = {}
  for (const name of names) {
    const value = await resolved(occasion, keyword(name, task, place, playRun.play) as Value | undefined)
    if (value !== undefined) words[name] = value
  }
  // The delegate's variables are those of the task, were it the delegate's own.
  const known = delegate === undefined ? scope : delegateScope(playRun, delegate, task, place, loopVars)
  const value = (name: string) => {
    const found = known.get(name)
    return found === undefined ? undefined : options.templar.resolve(found, known)
  }
  return settled(() => routeOf(delegate ?? host.name, value, words, options, task.at))
}

const environmentOf = async (occasion: Occasion): Promise<Record<string, string>> => {
  const { task, place, playRun } = occasion
  const merged: Record<string, string> = {}
  for (const value of keywords('environment', task, place, playRun.play).flat()) {
    const environment = await resolved(occasion, value)
    if (!isDict(environment)) continue
    for (const [name, each] of environment) if (each !== null) merged[String(name)] = text(each)
  }
  return merged
}

/** Names of parameters are templates too (`set_fact: {"{{ item }}_version": 1}`), where the playbook itself writes them. */
const withNames = async (occasion: Occasion, args: Dict): Promise<Dict> => {
  if (![...args.keys()].some((name) => typeof name === 'string' && holdsTemplate(name))) return args
  const named: Dict = new Map()
  for (const [name, value] of args) {
    const isTemplate = typeof name === 'string' && holdsTemplate(name)
    const evaluated = isTemplate ? await resolved(occasion, new Template(name, occasion.task.actionAt)) : name
    named.set(String(evaluated), value)
  }
  return named
}

/** The parameters as the playbook gives them, resolved, with module_defaults below them. */
const argumentsOf = async (occasion: Occasion, action: string): Promise<Dict> => {
  const { task, place, playRun } = occasion
  const own = await resolved(occasion, isDict(task.args) ? await withNames(occasion, task.args) : task.args)
  const whole = isDict(own) ? own.get('_variable_params') : undefined
  if (!isDict(own) || (whole !== undefined && !isDict(whole))) {
    throw new Failure('module.parameter', `the arguments of '${action}' are no mapping`, { at: task.actionAt })
  }
  const merged: Dict = new Map()
  for (const defaults of keywords('moduleDefaults', task, place, playRun.play).flat()) {
    for (const name of [action, `ansible.builtin.${action}`]) {
      const given = await resolved(occasion, defaults.get(name))
      if (isDict(given)) for (const [key, value] of given) merged.set(key, value)
    }
  }
  for (const [key, value] of whole ?? []) merged.set(key, value)
  for (const [key, value] of own) if (key !== '_variable_params') merged.set(key, value)
  return merged
}

/** The module of a task; a template may name it. */
const moduleOf = async (occasion: Occasion): Promise<Module> => {
  const { task, playRun } = occasion
  if (task.program !== undefined) return siteModule(task.action, task.program)
  const name = task.action.includes('{{')
    ? String(await resolved(occasion, new Template(task.action, task.actionAt)))
    : task.action
  return playRun.run.options.findModule(name, task.actionAt)
}

/** Runs the task's module once. Failures become failed results; only a programmer's error is thrown. */
export const attempt = async (occasion: Occasion): Promise<Attempt> => {
  const { playRun, task } = occasion
  let address: string | undefined
  let lost: Failure | undefined
  try {
    const module = await moduleOf(occasion)
    const params = readParameters(module.schema, await argumentsOf(occasion, module.name), task.actionAt, module.name)
    const route = await routeFor(occasion)
    address = route.options.host
    // A module that asks nothing of the host (debug) needs no connection.
    const { connections } = playRun.run
    const connection = lazyConnection({
      kind: route.kind,
      name: route.options.host,
      forget: () => connections.reset(route),
      async open() {
        try {
          return await connections.to(route)
        } catch (thrown) {
          if (!(thrown instanceof Failure)) throw thrown
          lost = placed(thrown, task)
          throw lost
        }
      },
    })
    const { options } = playRun.run
    const limit = Number((await keywordValue(occasion, 'timeout')) ?? options.taskTimeout ?? 0)
    const background = Number((await resolved(occasion, task.async)) ?? 0)
    const { target, run } = await inTime(limit, options.signal, async (signal) => {
      const target = await targetOf(occasion, connection, signal)
      const run =
        background > 0
          ? await runInBackground(module, target, params, await backgroundOf(occasion, background))
          : await runModule(module, target, params)
      return { target, run }
    })
    if (lost && run.failure === lost) throw lost
    return { run: target.diff ? run : { ...run, diffs: [] }, unreachable: false, address }
  } catch (thrown) {
    const { result, failure } = failedBy(thrown, task)
    const run = { result, changed: false, diffs: [], changes: [], failure }
    return result['unreachable'] === true ? { run, unreachable: true } : { run, unreachable: false, address }
  }
}

const backgroundOf = async (occasion: Occasion, seconds: number): Promise<Background> => {
  const { task, host, playRun } = occasion
  const { jobs, options } = playRun.run
  const poll = Number((await resolved(occasion, task.poll)) ?? 15)
  const tell = (job: string, isFinished: boolean) => options.report({ type: 'async', host: host.name, job, isFinished })
  return { seconds, poll, jobs, tell }
}

/** The host as the module sees it. */
const targetOf = async (occasion: Occasion, connection: Connection, signal: AbortSignal | undefined): Promise<Host> => {
  const { playRun, task, host, scope } = occasion
  const { options } = playRun.run
  const name = occasion.delegate ?? host.name
  const environment = await environmentOf(occasion)
  const hasEnvironment = Object.keys(environment).length > 0
  const within = { ...(signal ? { signal } : {}), ...(hasEnvironment ? { environment } : {}) }
  const checkMode = await keywordValue(occasion, 'checkMode')
  const diff = await keywordValue(occasion, 'diff')
  return {
    name,
    check: checkMode === undefined ? options.check : boolean(checkMode),
    diff: diff === undefined ? options.diff : boolean(diff),
    verbosity: options.verbosity,
    noLog: boolean(await keywordValue(occasion, 'noLog')),
    at: task.at,
    run: (command, given) =>
      connection.run(command, {
        separate: true,
        ...within,
        ...given,
        ...(hasEnvironment ? { environment: { ...environment, ...given?.environment } } : {}),
      }),
    read: (path) => connection.read(path),
    write: (path, content, given) => connection.write(path, content, given),
    stat: (path, given) => connection.stat(path, { ...within, ...given }),
    open: (path) => connection.open(path, within),
    makeDirectories: (paths, mode) => connection.makeDirectories(paths, mode, within),
    fact: (wanted) => factOf(playRun.run, name, connection, wanted),
    connection,
    controller: {
      ...controllerFor(playRun, task, scope),
      async way() {
        const { kind, options, become } = await routeFor(occasion.own ?? occasion)
        return { host: host.name, delegate: occasion.delegate, kind, options, become }
      },
    },
  }
}

/** A fact that a module asks for: as gathered, else collected now and kept for modules alone. */
const factOf = async (run: Run, host: string, connection: Connection, name: string): Promise<Value> => {
  const facts = run.hosts.get(host)?.variables.facts
  const gathered = await settled(() => facts?.get(name))
  if (gathered !== undefined) return gathered
  const own = run.collected.get(host) ?? new Map<string, Value>()
  run.collected.set(host, own)
  if (!own.has(name)) for (const [key, value] of await collectFacts(connection, new Set([name]))) own.set(key, value)
  return own.get(name) ?? null
}
