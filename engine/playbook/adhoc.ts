import { Failure, type Position } from '../failure.ts'
import { type Dict, isDict } from '../vars/value.ts'
import { loadYaml } from '../yaml/load.ts'
import { parseArguments } from './arguments.ts'
import type { Play, Playbook, Task } from './play.ts'

export type AdHoc = {
  readonly pattern: string
  readonly module: string
  /** `k=v …`, free text of a command, or a JSON or YAML dictionary. */
  readonly args: string
  readonly directory: string
  /** Seconds that it may run in the background, and between looks at it. */
  readonly background?: number | undefined
  readonly poll?: number | undefined
  readonly timeout?: number | undefined
  /** The program of the site that is the module, if one is. */
  readonly programOf: (task: Task) => string | undefined
}

/** Stands for a file where arguments of the command line have positions. */
export const commandLine = '-a'

const argumentsOf = (text: string, module: string, at: Position): Dict => {
  if (!/^\s*\{/.test(text) || /^\s*\{\{/.test(text)) return parseArguments(text, module, at).values
  const { value } = loadYaml(text, at.file)
  if (isDict(value)) return value
  throw new Failure('playbook.arguments', 'these arguments are no dictionary', { at })
}

/** A playbook of one play with one task: what `play adhoc` runs. @throws Failure for arguments that cannot be read */
export const adHocPlaybook = ({ pattern, module, args, directory, programOf, ...rest }: AdHoc): Playbook => {
  const at: Position = { file: commandLine, line: 1, column: 1 }
  const action = module.replace(/^ansible\.(?:builtin|legacy)\./, '')
  const task: Task = {
    kind: 'task',
    at,
    action,
    actionAt: at,
    args: argumentsOf(args, action, at),
    keywords: rest.timeout === undefined ? {} : { timeout: rest.timeout },
    when: [],
    tags: [],
    vars: new Map(),
    loopControl: { loopVar: 'item' },
    notify: [],
    listen: [],
    searchPath: [directory],
    ...(rest.background === undefined ? {} : { async: rest.background, poll: rest.poll ?? 15 }),
  }
  const program = programOf(task)
  const keywords = { keywords: {}, when: [], tags: [], vars: new Map() }
  const nothing = { rescue: [], always: [], notify: [] }
  const play: Play = {
    at,
    name: 'Ansible Ad-Hoc',
    hosts: pattern,
    gatherFacts: false,
    varsFiles: [],
    varsPrompt: [],
    serial: [],
    preTasks: [],
    tasks: [
      { kind: 'block', at, ...keywords, ...nothing, block: [{ ...task, ...(program !== undefined && { program }) }] },
    ],
    postTasks: [],
    handlers: [],
    roles: [],
    roleNames: [],
    directory,
    ...keywords,
  }
  return { file: commandLine, plays: [play] }
}
