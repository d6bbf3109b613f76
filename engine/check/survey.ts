import { isAbsolute } from 'node:path'
import { Failure } from '../failure.ts'
import { includedNodes } from '../playbook/included.ts'
import type { PlaybookLoader } from '../playbook/loader.ts'
import { executorActions, type Node, type Play, type Playbook, type Role, type Task } from '../playbook/play.ts'
import { candidates } from '../run/controller.ts'
import { type Dict, holdsTemplate, isDict, Template, type Value } from '../vars/value.ts'
import { blockTexts, type CheckedText, nodesOfPlay, playTexts, taskTexts, templatesIn } from './texts.ts'

/** What a site's playbooks hold, with what their includes and templates name outright. */
export type Survey = {
  readonly texts: readonly CheckedText[]
  /** Variables that are seen to be defined somewhere. */
  readonly defined: ReadonlySet<string>
  /** Directories of the plays and roles. */
  readonly directories: ReadonlySet<string>
  /** Files that includes name and that are missing or wrong. */
  readonly failures: readonly Failure[]
  /** Variables of any name may come into being: a fact whose name is a template, a module that we do not know. */
  readonly isOpen: boolean
}

export type SurveyOptions = {
  readonly loader: PlaybookLoader
  readonly isModule: (name: string) => boolean
}

type Found = {
  readonly texts: CheckedText[]
  readonly defined: Set<string>
  readonly directories: Set<string>
  readonly failures: Failure[]
  readonly seen: Set<unknown>
  /** Includes that were followed. */
  readonly includes: Set<string>
  isOpen: boolean
}

const isOutside = (value: Value | undefined): boolean => {
  const text = value instanceof Template ? value.source : typeof value === 'string' ? value : ''
  return isAbsolute(text)
}

/** Whether a task may define variables whose names are nowhere written. */
const opens = ({ action, args }: Task, isModule: SurveyOptions['isModule']): boolean => {
  if (!(executorActions as readonly string[]).includes(action) && !isModule(action)) return true
  if (!['set_fact', 'add_host', 'include_vars', 'include_role', 'include_tasks'].includes(action)) return false
  if (!isDict(args) || args.has('_variable_params')) return true
  switch (action) {
    case 'include_vars':
      return ['_raw_params', 'file', 'dir'].some((name) => isOutside(args.get(name)))
    case 'include_tasks':
      return ['_raw_params', 'file'].some((name) => isOutside(args.get(name)))
    case 'include_role':
      return [args.get('name'), args.get('role')].some((name) => name instanceof Template)
    default:
      return args.has('_raw_params') || [...args.keys()].some((name) => holdsTemplate(String(name)))
  }
}

/** The names that a task defines. */
const definedBy = ({ action, args, register, vars, loopControl }: Task): string[] => [
  ...(register === undefined ? [] : [register]),
  ...(loopControl.indexVar === undefined ? [] : [loopControl.indexVar]),
  loopControl.loopVar,
  ...[...vars.keys()].map(String),
  ...(['set_fact', 'add_host'].includes(action) && isDict(args) ? [...args.keys()].map(String) : []),
]

const addNames = (found: Found, ...all: Dict[]): void => {
  for (const values of all) for (const name of values.keys()) found.defined.add(String(name))
}

const addRole = (found: Found, role: Role): void => {
  if (found.seen.has(role)) return
  found.seen.add(role)
  found.directories.add(role.path)
  const values = [role.defaults, role.vars, role.params]
  addNames(found, ...values)
  found.texts.push(...templatesIn(values, true))
}

/** The text of the template that a task names outright, where it is one of Jinja2 in its usual form. */
const templateOf = async (task: Task, play: Play, { loader }: SurveyOptions): Promise<CheckedText[]> => {
  const { args } = task
  const name = isDict(args) ? args.get('src') : undefined
  if (task.action !== 'template' || typeof name !== 'string' || name.endsWith('.mustache')) return []
  if ([...(args as Dict).keys()].some((key) => String(key).endsWith('_string'))) return []
  for (const file of candidates(task, play.directory, 'templates', name)) {
    if (!(await loader.exists(file))) continue
    const source = (await loader.read(file)).toString()
    // what another template sets is seen in the blocks of those that extend it
    const isLazy = /\{%[-+]?\s*extends\b/.test(source)
    return [{ source, at: { file, line: 1, column: 1 }, kind: 'file', isLazy }]
  }
  return []
}

const surveyTask = async (task: Task, play: Play, options: SurveyOptions, found: Found): Promise<void> => {
  found.texts.push(...taskTexts(task), ...(await templateOf(task, play, options)))
  for (const name of definedBy(task)) found.defined.add(name)
  found.isOpen ||= opens(task, options.isModule)
  if (task.role) addRole(found, task.role)
  try {
    const brought = await includedNodes(task, options.loader, found.includes)
    if (brought?.role) addRole(found, brought.role)
    await surveyNodes([...(brought?.nodes ?? []), ...(brought?.handlers ?? [])], play, options, found)
  } catch (thrown) {
    if (!(thrown instanceof Failure)) throw thrown
    found.isOpen = true
    found.failures.push(thrown)
  }
}

const surveyNodes = async (nodes: readonly Node[], play: Play, options: SurveyOptions, found: Found): Promise<void> => {
  for (const node of nodes) {
    if (found.seen.has(node)) continue
    found.seen.add(node)
    if (node.kind === 'task') {
      await surveyTask(node, play, options, found)
      continue
    }
    found.texts.push(...blockTexts(node))
    addNames(found, node.vars)
    if (node.role) addRole(found, node.role)
    await surveyNodes([...node.block, ...node.rescue, ...node.always], play, options, found)
  }
}

/** Looks through playbooks as far as they can be followed without running them. */
export const survey = async (playbooks: readonly Playbook[], options: SurveyOptions): Promise<Survey> => {
  const found: Found = {
    texts: [],
    defined: new Set(),
    directories: new Set(),
    failures: [],
    seen: new Set(),
    includes: new Set(),
    isOpen: false,
  }
  for (const play of playbooks.flatMap(({ plays }) => plays)) {
    found.directories.add(play.directory)
    found.texts.push(...playTexts(play))
    addNames(found, play.vars)
    for (const prompt of play.varsPrompt) found.defined.add(String(prompt.get('name')))
    for (const role of play.roles) addRole(found, role)
    found.isOpen ||= play.varsFiles.some(({ names }) => names.some(isOutside))
    await surveyNodes(nodesOfPlay(play), play, options, found)
  }
  return found
}
