import { Failure, type Position } from '../failure.ts'
import { nearest, suggest } from '../nearest.ts'
import { type Dict, isDict, type Key, Template, type Value } from '../vars/value.ts'
import { isNothing, keyPositions, kindOf, type YamlEntry, type YamlMap, type YamlNode } from '../yaml/node.ts'
import { parseArguments, takesFreeForm } from './arguments.ts'
import { findPlugin } from './collection.ts'
import { handlerKeywords, taskKeywords } from './keywordnames.ts'
import { checkTemplates, failUnknown, shortName } from './keywords.ts'
import { executorActions } from './play.ts'
import { fail, type Reading, type Surroundings, tell } from './reading.ts'

/** What a task does: the module's name and its arguments, with where each of them stands. */
export type Action = {
  readonly name: string
  /** The name as it is written, collection included. */
  readonly written: string
  readonly at: Position
  readonly args: Dict | Template
  readonly places: ReadonlyMap<string, Position>
  /** `local_action`. */
  readonly isLocal: boolean
  /** The program of the site that is the module. */
  readonly program?: string
}

type Arguments = { args: Dict | Template; places: ReadonlyMap<string, Position> }

const none: Arguments = { args: new Map(), places: new Map() }

/** What is left of arguments with a broken template: nothing more can be said of them. */
const unreadable: Arguments = { args: new Map([['_variable_params', null]]), places: new Map() }

/** `mode: 644` is a decimal number, whose permission bits nobody means. */
const cautionMode = (reading: Reading, { key, node }: YamlEntry): void => {
  if (!/^(?:directory_|file_)?mode$/.test(String(key)) || node.kind !== 'scalar' || typeof node.value !== 'number')
    return
  if (!/^[1-7][0-7]{2,3}$/.test(node.text)) return
  const message = `the mode ${node.text} is a decimal number: ${node.value.toString(8)} in octal`
  const hint = `write it quoted, as '0${node.text}'`
  reading.options.caution?.(new Failure('playbook.mode', message, { at: node.at, hint }))
}

/** The arguments behind a module's key: a dictionary, `k=v` text, free-form text, one template for all, or nothing. */
const argumentsOf = (reading: Reading, node: YamlNode, action: string): Arguments => {
  if (isNothing(node)) return none
  if (!checkTemplates(reading, node)) return unreadable
  if (node.kind === 'map') {
    for (const entry of node.entries.values()) cautionMode(reading, entry)
    return { args: node.value, places: keyPositions(node) }
  }
  if (node.kind === 'list') {
    throw new Failure('playbook.arguments', `the arguments of '${action}' are a dictionary, and this is a list`, {
      at: node.at,
      hint: "write 'name: value' for each argument",
    })
  }
  const { value } = node
  const isWholeTemplate = value instanceof Template && /^\{\{(?:(?!\}\}).)*\}\}$/s.test(value.source.trim())
  if (isWholeTemplate && !takesFreeForm(action)) return { args: value, places: new Map() }
  const { values, places } = parseArguments(node.text, action, node.textAt)
  return { args: values, places }
}

/** `action: copy src=a dest=b`, `action: {module: copy, src: a}`: the module stands in the value. */
const fromActionKeyword = (reading: Reading, entry: YamlEntry): Action => {
  const { node, key } = entry
  const isLocal = key === 'local_action'
  if (node.kind === 'map') {
    const module = node.entries.get('module')
    if (module?.node.kind !== 'scalar') {
      throw new Failure('playbook.action', `'${key}' does not say which module to run`, {
        at: node.at,
        hint: "write 'module: name' in it",
      })
    }
    const { args, places } = argumentsOf(reading, node, module.node.text)
    const rest = isDict(args) ? new Map([...args].filter(([name]) => name !== 'module')) : args
    const written = module.node.text
    return { name: shortName(written), written, at: module.node.textAt, args: rest, places, isLocal }
  }
  if (node.kind !== 'scalar' || node.text.trim() === '') {
    throw new Failure('playbook.action', `'${key}' is a module's name and its arguments, and this is ${kindOf(node)}`, {
      at: node.at,
    })
  }
  checkTemplates(reading, node)
  // a template may name the module: action: "{{ ansible_pkg_mgr }} name=hwloc"
  const [, name, space, rest] = /^\s*((?:\{\{.*?\}\}|\S)+)(\s*)(.*)$/s.exec(node.text)!
  const start = node.text.indexOf(name!)
  const at = { ...node.textAt, column: node.textAt.column + start }
  const argumentsAt = { ...at, column: at.column + name!.length + space!.length }
  const { values, places } = parseArguments(rest!, shortName(name!), argumentsAt)
  return { name: shortName(name!), written: name!, at, args: values, places, isLocal }
}

const isModule = (reading: Reading, name: string): boolean =>
  (executorActions as readonly string[]).includes(name) || reading.options.isModule(name)

/** A module that there is, and that we cannot run: one of ansible-core's, or a Python program of the site. */
const isForeign = (reading: Reading, around: Surroundings, name: string): boolean =>
  reading.options.isForeignModule?.(name) === true || findPlugin(reading, around, name) !== undefined

/** A program of the site that is run as a module where play has none of this name; what a collection has is for Ansible. */
export const programOf = (reading: Reading, around: Surroundings, name: string): string | undefined => {
  const found = name.includes('.') || isModule(reading, name) ? undefined : findPlugin(reading, around, name)
  return found === undefined || found.endsWith('.ps1') || found.includes('/ansible_collections/') ? undefined : found
}

const foreign = (reading: Reading, around: Surroundings, name: string, at: Position): Failure => {
  const plugin = findPlugin(reading, around, name)
  const what =
    plugin === undefined
      ? 'is not one that play has'
      : `is a ${/\.py$/.test(plugin) ? 'Python ' : ''}program: ${plugin}`
  return new Failure('playbook.module', `the module '${name}' ${what}`, {
    at,
    hint: 'play runs no Python: say what it does with modules that play has, or with command or script',
  })
}

const unknownModule = (reading: Reading, around: Surroundings, name: string, at: Position): Failure => {
  if (isForeign(reading, around, name)) return foreign(reading, around, name, at)
  const names = [...(reading.options.moduleNames ?? []), ...executorActions]
  const meant = nearest(name, names)
  return new Failure('playbook.module', `there is no module '${name}'`, {
    at,
    hint: meant ? `did you mean '${meant}'?` : 'see the list of modules in docs/reference',
  })
}

/** Of keys that are no keywords: the module's. Everything else that stands there is told as a problem. */
const moduleEntry = (
  reading: Reading,
  around: Surroundings,
  others: readonly YamlEntry[],
  allowed: readonly string[],
): YamlEntry | undefined => {
  const isKnown = (name: string) => isModule(reading, name) || isForeign(reading, around, name)
  const modules = others.filter(({ key }) => isKnown(shortName(String(key))))
  const [first, second] = modules
  if (first && second) {
    fail(
      reading,
      'playbook.action',
      `a task has one module, and this one has two: '${first.key}' and '${second.key}'`,
      second.at,
      "begin a new task with '- '",
    )
    return undefined
  }
  for (const entry of others) {
    if (entry === first) continue
    const name = String(entry.key)
    const isMistypedKeyword =
      nearest(name, allowed) !== undefined && nearest(name, reading.options.moduleNames ?? []) !== name
    if (first || isMistypedKeyword) failUnknown(reading, name, entry.at, 'a task', allowed)
    else reading.problems.add(unknownModule(reading, around, shortName(name), entry.at))
  }
  return first
}

/** What a task does; undefined, with the problems told, when that cannot be said. */
export const readAction = (reading: Reading, map: YamlMap, around: Surroundings): Action | undefined => {
  const allowed = around.isHandler ? handlerKeywords : taskKeywords
  const others: YamlEntry[] = []
  for (const entry of map.entries.values()) {
    const name = String(entry.key)
    if (!allowed.includes(name) && !/^with_\w/.test(name)) others.push(entry)
  }
  const keyword = map.entries.get('action') ?? map.entries.get('local_action')
  if (keyword) {
    const second = others[0] ?? (keyword.key === 'action' ? map.entries.get('local_action') : undefined)
    if (second) {
      fail(
        reading,
        'playbook.action',
        `a task has one module, and this one has two: '${keyword.key}' and '${second.key}'`,
        second.at,
        "begin a new task with '- '",
      )
    }
    const action = reading.problems.attempt(() => fromActionKeyword(reading, keyword))
    if (action && !action.name.includes('{{') && !isModule(reading, action.name)) {
      const program = programOf(reading, around, action.name)
      if (program !== undefined) return { ...action, program }
      // What 'action' names is looked up when the task runs.
      tell(reading, unknownModule(reading, around, action.name, action.at))
    }
    return action
  }
  if (others.length === 0) {
    fail(reading, 'playbook.action', 'this task has no module', map.at, "add a line such as 'command: …'")
    return undefined
  }
  const entry = moduleEntry(reading, around, others, allowed)
  if (!entry) return undefined
  const written = String(entry.key)
  const name = shortName(written)
  const program = programOf(reading, around, name)
  if (!isModule(reading, name) && program === undefined) tell(reading, foreign(reading, around, name, entry.at))
  const found = reading.problems.attempt(() => argumentsOf(reading, entry.node, name))
  const action = found && { name, written, at: entry.at, args: found.args, places: found.places, isLocal: false }
  return action && program !== undefined ? { ...action, program } : action
}

/** Adds what the `args` keyword gives; what stands with the module wins. */
export const withArgs = (reading: Reading, action: Action, entry: YamlEntry | undefined): Action => {
  if (!entry || isNothing(entry.node)) return action
  const { node } = entry
  checkTemplates(reading, node)
  if (node.value instanceof Template) {
    if (isDict(action.args) && action.args.size === 0) return { ...action, args: node.value }
    if (isDict(action.args)) {
      return { ...action, args: new Map<string, Value>([['_variable_params', node.value], ...stringKeys(action.args)]) }
    }
  }
  if (node.kind !== 'map') {
    fail(reading, 'playbook.type', `'args' must be a dictionary, and this is ${kindOf(node)}`, node.at)
    return action
  }
  if (action.args instanceof Template) {
    const args = new Map<string, Value>([...stringKeys(node.value), ['_variable_params', action.args]])
    return { ...action, args, places: keyPositions(node) }
  }
  return {
    ...action,
    args: new Map([...node.value, ...action.args]),
    places: new Map([...keyPositions(node), ...action.places]),
  }
}

const stringKeys = (dict: Dict): [string, Value][] => [...dict].map(([key, value]) => [String(key), value])

/** What the module says of arguments that are known before it runs. */
export const checkArguments = (reading: Reading, action: Action): void => {
  const { args, places, name, at } = action
  if (args instanceof Template || name.includes('{{')) return
  if ((executorActions as readonly string[]).includes(name) || !reading.options.isModule(name)) return
  reading.problems.attempt(() => {
    // arguments that are open stand for those that module_defaults may give
    const isOpen = reading.cache.withDefaults.has(name.replace(/^.*\./, ''))
    const given = isOpen ? new Map<Key, Value>([...args, ['_variable_params', null]]) : args
    const failures = reading.options.checkArguments?.(name, given, places, at) ?? []
    for (const failure of failures) tell(reading, failure)
  })
}

/** The arguments of an import or include, with names that it does not take told as problems. */
export const readNamedArguments = (
  reading: Reading,
  { args, places, name, at }: Action,
  allowed: readonly string[],
): Dict | undefined => {
  if (args instanceof Template) {
    fail(reading, 'playbook.arguments', `the arguments of '${name}' may not be one template`, at, 'write them out')
    return undefined
  }
  for (const key of args.keys()) {
    if (key === '_raw_params' || allowed.includes(String(key))) continue
    fail(
      reading,
      'playbook.arguments',
      `'${name}' has no argument '${key}'`,
      places.get(String(key)) ?? at,
      suggest(String(key), allowed),
    )
  }
  return args
}
