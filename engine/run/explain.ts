import type { Position } from '../failure.ts'
import type { Inventory } from '../inventory/inventory.ts'
import type { Places } from '../playbook/places.ts'
import type { Block, Node, Play, Role, Task } from '../playbook/play.ts'
import { emptyHostState, type ScopeLayer, taskScopeLayers } from '../vars/precedence.ts'
import { type Dict, isDict, Template, type Value } from '../vars/value.ts'
import { wrapped } from './apply.ts'
import { playTask } from './gather.ts'
import type { Lookahead } from './lookahead.ts'

/** One place that gives a variable a value. */
export type Setting = {
  /** ansible-core's precedence, 1 to 22. */
  readonly level: number
  readonly source: string
  readonly at: Position | undefined
  /** None where the value is not known before the run: what it will be is told then. */
  readonly value: Value | undefined
  readonly told?: string
}

/** What sets a variable on a host in one play, the strongest first. */
export type PlayExplanation = {
  readonly play: Play
  /** In force for every task of the play. */
  readonly settings: readonly Setting[]
  /** Beyond these, for single tasks. */
  readonly tasks: readonly { readonly task: Task; readonly settings: readonly Setting[] }[]
  /** Tasks that set it when they run. */
  readonly later: readonly { readonly task: Task; readonly setting: Setting }[]
  /** Files that set it where a name in vars_files turns out to mean them. */
  readonly possible: readonly { readonly name: string; readonly setting: Setting }[]
}

export type ExplainOptions = {
  readonly inventory: Inventory
  readonly host: string
  readonly name: string
  readonly extraVars: Dict
  readonly places: Places
  readonly ahead: Lookahead
}

type Around = { readonly blocks: readonly Block[] }

const layersFor = (options: ExplainOptions, play: Play, node: Task, { blocks }: Around): ScopeLayer[] => {
  const { inventory, host, extraVars, ahead } = options
  const state = emptyHostState()
  for (const values of ahead.varsFiles.values()) for (const [key, value] of values) state.playFiles.set(key, value)
  return taskScopeLayers({ inventory, hostName: host, state, extraVars, magic: () => undefined, play, node, blocks })
}

const rolesOf = (play: Play, node: Task, { blocks }: Around): Role[] => [
  ...(node.role ? [node.role] : []),
  ...blocks.flatMap(({ role }) => role ?? []),
  ...play.roles,
]

/** Where a layer's value is written, when the layer itself does not know. */
const placeOf = (
  { level, source }: ScopeLayer,
  value: Value,
  { name, places, ahead }: ExplainOptions,
  play: Play,
  node: Task,
  around: Around,
): Position | undefined => {
  const role = rolesOf(play, node, around).find((each) => source.endsWith(` ${each.name}`))
  const inBlocks = () => {
    const holders = around.blocks.filter(({ vars }) => vars.get(name) === value)
    return holders.flatMap(({ at }) => places.inVars(at, name) ?? []).at(-1)
  }
  const inTask = () => (node.vars.get(name) === value ? places.inVars(node.at, name) : undefined)
  const inFiles = () => [...ahead.varsFiles.keys()].flatMap((file) => places.inFile(file, name) ?? []).at(-1)
  const found: Readonly<Record<number, () => Position | undefined>> = {
    2: () => role && places.inDirectory(`${role.path}/defaults`, name),
    12: () => places.inVars(play.at, name),
    14: inFiles,
    15: () => role && places.inDirectory(`${role.path}/vars`, name),
    16: inBlocks,
    17: () => places.inVars(node.at, name),
    21: () => inTask() ?? inBlocks(),
  }
  return found[level]?.() ?? (value instanceof Template && level !== 22 ? value.at : undefined)
}

const settingsFor = (options: ExplainOptions, play: Play, node: Task, around: Around): Setting[] =>
  layersFor(options, play, node, around).flatMap((layer) => {
    const value = layer.get(options.name)
    if (value === undefined) return []
    const at = layer.positionOf?.(options.name) ?? placeOf(layer, value, options, play, node, around)
    return [{ level: layer.level, source: layer.source, at, value }]
  })

const isSame = (a: Setting, b: Setting): boolean =>
  a.level === b.level && a.source === b.source && a.value === b.value && a.at?.line === b.at?.line

/** What a task sets by running: `set_fact`, `include_vars` and `register`. */
const setBy = (task: Task, { name, places, ahead }: ExplainOptions): Setting[] => {
  const { action, args, register, at, actionAt } = task
  const found: Setting[] = []
  const file = ahead.included.get(task)
  const included = file?.values.get(name)
  if (file && included !== undefined) {
    found.push({ level: 18, source: 'include_vars', at: places.inFile(file.file, name), value: included })
  }
  const value = action === 'set_fact' && isDict(args) ? args.get(name) : undefined
  if (value !== undefined) found.push({ level: 19, source: 'set_fact', at: actionAt, value })
  if (register === name) found.push({ level: 19, source: 'register', at, value: undefined, told: 'its result' })
  return found
}

/** What a question before the play gives, unless the command line answers it. */
const askedFor = (play: Play, { name, extraVars }: ExplainOptions): Setting[] =>
  play.varsPrompt.some((prompt) => prompt.get('name') === name) && !extraVars.has(name)
    ? [{ level: 13, source: 'vars_prompt', at: play.at, value: undefined, told: 'the answer' }]
    : []

/** Everything that gives a variable a value on a host in a play, as far as it is known before the play runs. */
export const explainInPlay = (play: Play, options: ExplainOptions): PlayExplanation => {
  const { ahead, name, places } = options
  const whole = [...settingsFor(options, play, playTask(play), { blocks: [] }), ...askedFor(play, options)]
  const settings = whole.toSorted((a, b) => b.level - a.level)
  const tasks: { task: Task; settings: readonly Setting[] }[] = []
  const later: { task: Task; setting: Setting }[] = []
  const walk = (nodes: readonly Node[], around: Around): void => {
    for (const node of nodes) {
      if (node.kind === 'block') {
        walk([...node.block, ...node.rescue, ...node.always], { blocks: [...around.blocks, node] })
        continue
      }
      const own = settingsFor(options, play, node, around).filter(
        (each) => !settings.some((base) => isSame(each, base)),
      )
      if (own.length > 0) tasks.push({ task: node, settings: own })
      for (const setting of setBy(node, options)) later.push({ task: node, setting })
      const nodes = ahead.includes.get(node)
      if (nodes) walk([wrapped(node, around.blocks, new Map(), nodes)], around)
    }
  }
  walk([...play.preTasks, ...play.tasks, ...play.postTasks, ...play.handlers], { blocks: [] })
  const possible = ahead.possible.flatMap(({ name: written, file, values }) => {
    const value = values.get(name)
    const setting = { level: 14, source: 'vars_files', at: places.inFile(file, name), value }
    return value === undefined ? [] : [{ name: written, setting }]
  })
  return { play, settings, tasks, later, possible }
}
