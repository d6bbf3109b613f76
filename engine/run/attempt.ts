import { collectFacts } from '../facts/collect.ts'
import { Failure, messageOf } from '../failure.ts'
import type { Host, Result } from '../modules/module.ts'
import { readParameters } from '../modules/parameters.ts'
import { type ModuleRun, runModule } from '../modules/runmodule.ts'
import type { Task } from '../playbook/play.ts'
import { type Scope, settled } from '../vars/scope.ts'
import { type Dict, holdsTemplate, isDict, Template, type Value } from '../vars/value.ts'
import { boolean } from './boolean.ts'
import { type Route, routeOf } from './connections.ts'
import { controllerFor } from './controller.ts'
import { placed } from './placed.ts'
import { keyword, keywords, type Place, type PlayRun } from './playrun.ts'
import type { HostRun } from './state.ts'

/** What one execution of a module came to, before changed_when, failed_when and register. */
export type Attempt = {
  readonly run: ModuleRun
  readonly unreachable: boolean
  /** Where the host that carried it out is reached. */
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
}

const resolved = (occasion: Occasion, value: Value | undefined): Promise<Value | undefined> =>
  value === undefined
    ? Promise.resolve(undefined)
    : settled(() => occasion.playRun.run.options.templar.resolve(value, occasion.scope))

export const keywordValue = async (
  occasion: Occasion,
  name: Parameters<typeof keyword>[0],
): Promise<Value | undefined> =>
  resolved(occasion, keyword(name, occasion.task, occasion.place, occasion.playRun.play) as Value | undefined)

/** How the task's host (or its delegate) is reached. */
export const routeFor = async (occasion: Occasion): Promise<Route> => {
  const { playRun, task, place, host, scope, delegate } = occasion
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
  if (delegate === undefined) {
    const value = (name: string) => {
      const found = scope.get(name)
      return found === undefined ? undefined : options.templar.resolve(found, scope)
    }
    return settled(() => routeOf(host.name, value, words, options, task.at))
  }
  // The delegate's own variables say how it is reached; the play's `connection` and user were meant for its hosts.
  const all = scope.get('hostvars')
  const theirs = isDict(all) ? all.get(delegate) : undefined
  const value = (name: string) => (isDict(theirs) ? theirs.get(name) : undefined)
  const { connection: _, remoteUser: __, port: ___, ...become } = words
  return settled(() => routeOf(delegate, value, become, options, task.at))
}

const environmentOf = async (occasion: Occasion): Promise<Record<string, string>> => {
  const { task, place, playRun } = occasion
  const merged: Record<string, string> = {}
  for (const value of keywords('environment', task, place, playRun.play).flat()) {
    const environment = await resolved(occasion, value)
    if (!isDict(environment)) continue
    for (const [name, text] of environment) if (text !== null) merged[String(name)] = String(text)
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
const argumentsOf = async (occasion: Occasion): Promise<Dict> => {
  const { task, place, playRun } = occasion
  const own = await resolved(occasion, task.args instanceof Template ? task.args : await withNames(occasion, task.args))
  if (!isDict(own)) {
    throw new Failure('module.parameter', `the arguments of '${task.action}' are no mapping`, { at: task.actionAt })
  }
  const merged: Dict = new Map()
  for (const defaults of keywords('moduleDefaults', task, place, playRun.play).flat()) {
    for (const name of [task.action, `ansible.builtin.${task.action}`]) {
      const given = await resolved(occasion, defaults.get(name))
      if (isDict(given)) for (const [key, value] of given) merged.set(key, value)
    }
  }
  for (const [key, value] of own) merged.set(key, value)
  return merged
}

/** Runs the task's module once. Failures become failed results; only a programmer's error is thrown. */
export const attempt = async (occasion: Occasion): Promise<Attempt> => {
  const { playRun, task, host, scope } = occasion
  const { options } = playRun.run
  let address: string | undefined
  try {
    const module = options.findModule(task.action, task.actionAt)
    const params = readParameters(module.schema, await argumentsOf(occasion), task.actionAt, module.name)
    const route = await routeFor(occasion)
    address = route.options.host
    const connection = await playRun.run.connections.to(route)
    const environment = await environmentOf(occasion)
    const seconds = Number((await keywordValue(occasion, 'timeout')) ?? 0)
    const limit = seconds > 0 ? { timeout: seconds * 1000 } : {}
    const checkMode = await keywordValue(occasion, 'checkMode')
    const diff = await keywordValue(occasion, 'diff')
    const hasEnvironment = Object.keys(environment).length > 0
    const target: Host = {
      name: occasion.delegate ?? host.name,
      check: checkMode === undefined ? options.check : boolean(checkMode),
      diff: diff === undefined ? options.diff : boolean(diff),
      verbosity: options.verbosity,
      at: task.at,
      run: (command, given) =>
        connection.run(command, {
          ...limit,
          ...(options.signal ? { signal: options.signal } : {}),
          ...given,
          ...(hasEnvironment ? { environment: { ...environment, ...given?.environment } } : {}),
        }),
      read: (path) => connection.read(path),
      write: (path, content, given) => connection.write(path, content, given),
      stat: (path, given) => connection.stat(path, given),
      async fact(name) {
        const target = occasion.delegate ?? host.name
        const gathered = playRun.run.hosts.get(target)?.variables.facts.get(name)
        if (gathered !== undefined) return gathered
        const own = playRun.run.collected.get(target) ?? new Map<string, Value>()
        playRun.run.collected.set(target, own)
        if (!own.has(name)) {
          for (const [key, value] of await collectFacts(connection, new Set([name]))) own.set(key, value)
        }
        return own.get(name) ?? null
      },
      connection,
      controller: controllerFor(playRun, task, scope),
    }
    const run = await runModule(module, target, params)
    return { run: target.diff ? run : { ...run, diffs: [] }, unreachable: false, address }
  } catch (thrown) {
    if (!(thrown instanceof Failure)) throw thrown
    const unreachable =
      thrown.code.startsWith('connection.') &&
      thrown.code !== 'connection.timeout' &&
      thrown.code !== 'connection.become'
    const msg = messageOf(thrown)
    const result: Result = unreachable ? { changed: false, unreachable, msg } : { failed: true, msg }
    const run = { result, changed: false, diffs: [], changes: [], failure: placed(thrown, task) }
    return { run, unreachable, address }
  }
}
