import type { Position } from '../failure.ts'
import type { Inventory } from '../inventory/inventory.ts'
import type { Places } from '../playbook/places.ts'
import type { Block, Node, Play, Role, Task } from '../playbook/play.ts'
import { emptyHostState, type ScopeLayer, taskScopeLayers } from '../vars/precedence.ts'
import { type Dict, isDict, Template, type Value } from '../vars/value.ts'
import { playTask } from './gather.ts'

/** One place that gives a variable a value. */
export type Setting = {
  /** ansible-core's precedence, 1 to 22. */
  readonly level: number
  readonly source: string
  readonly at: Position | undefined
  /** None where the value is made when a task runs. */
  readonly value: Value | undefined
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
}

export type ExplainOptions = {
  readonly inventory: Inventory
  readonly host: string
  readonly name: string
  readonly extraVars: Dict
  readonly places: Places
  /** Values of vars_files whose names are known, with their files. */
  readonly varsFiles: ReadonlyMap<string, Dict>
}

type Around = { readonly blocks: readonly Block[] }

const layersFor = (options: ExplainOptions, play: Play, node: Task, { blocks }: Around): ScopeLayer[] => {
  const { inventory, host, extraVars, varsFiles } = options
  const state = emptyHostState()
  for (const values of varsFiles.values()) for (const [key, value] of values) state.playFiles.set(key, value)
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
  { name, places, varsFiles }: ExplainOptions,
  play: Play,
  node: Task,
  around: Around,
): Position | undefined => {
  const role = rolesOf(play, node, around).find((each) => source.endsWith(` ${each.name}`))
  const inBlocks = () => around.blocks.flatMap(({ at }) => places.inVars(at, name) ?? []).at(-1)
  const inFiles = () => [...varsFiles.keys()].flatMap((file) => places.inFile(file, name) ?? []).at(-1)
  const found: Readonly<Record<number, () => Position | undefined>> = {
    2: () => role && places.inDirectory(`${role.path}/defaults`, name),
    12: () => places.inVars(play.at, name),
    14: inFiles,
    15: () => role && places.inDirectory(`${role.path}/vars`, name),
    16: inBlocks,
    17: () => places.inVars(node.at, name),
    21: () => inBlocks() ?? places.inVars(node.at, name),
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

/** What a task sets by running: `set_fact` and `register`. */
const setBy = (task: Task, name: string): Setting | undefined => {
  const { action, args, register, at, actionAt } = task
  if (register === name) return { level: 19, source: 'register', at, value: undefined }
  const value = action === 'set_fact' && isDict(args) ? args.get(name) : undefined
  return value === undefined ? undefined : { level: 19, source: 'set_fact', at: actionAt, value }
}

/** Everything that gives a variable a value on a host in a play, as far as it is known before the play runs. */
export const explainInPlay = (play: Play, options: ExplainOptions): PlayExplanation => {
  const settings = settingsFor(options, play, playTask(play), { blocks: [] })
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
      const setting = setBy(node, options.name)
      if (setting) later.push({ task: node, setting })
    }
  }
  walk([...play.preTasks, ...play.tasks, ...play.postTasks, ...play.handlers], { blocks: [] })
  return { play, settings, tasks, later }
}
