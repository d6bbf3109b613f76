import type { Position } from '../failure.ts'
import { identityNames, identityOf } from '../inventory/identity.ts'
import type { Inventory } from '../inventory/inventory.ts'
import { hostLayers } from '../inventory/variables.ts'
import type { Block, Play, Role, Task } from '../playbook/play.ts'
import { mergedDicts } from './mergeddicts.ts'
import type { Scope } from './scope.ts'
import { type Dict, isDict, type Value } from './value.ts'

/** What a host has learnt in a run. */
export type HostState = {
  /** Facts by their names without `ansible_`. */
  readonly facts: Map<string, Value>
  /** set_fact and registered results (19). */
  readonly nonPersistent: Dict
  /** include_vars (18). */
  readonly included: Dict
  /** vars_files of the play that runs (14). */
  readonly playFiles: Dict
  /** vars_prompt of the play that runs (13). */
  readonly promptVars: Dict
  /** set_fact with `cacheable` (11). */
  readonly cachedFacts: Dict
}

export const emptyHostState = (): HostState => ({
  facts: new Map(),
  nonPersistent: new Map(),
  included: new Map(),
  playFiles: new Map(),
  promptVars: new Map(),
  cachedFacts: new Map(),
})

/** One source of variables in a scope. `level` is ansible-core's precedence, 1 to 22; magic and loop variables stand above. */
export type ScopeLayer = {
  readonly level: number
  readonly source: string
  readonly get: (name: string) => Value | undefined
  readonly names: () => Iterable<string>
  readonly positionOf?: (name: string) => Position | undefined
}

export type HostSubject = {
  readonly inventory: Inventory
  readonly hostName: string
  readonly state: HostState
  readonly extraVars: Dict
  readonly magic: (name: string) => Value | undefined
}

export type TaskSubject = HostSubject & {
  readonly play: Play
  readonly node: Task
  /** Blocks around the task, outermost first. */
  readonly blocks: readonly Block[]
  /** Public roles that the play has included so far. */
  readonly includedRoles?: readonly Role[]
  /** Loop variables of the pass; above everything. */
  readonly loopVars?: Dict
  /** Values of names that no other layer knows; `above` is the scope of those. */
  readonly fallback?: (name: string, above: () => Scope) => Value | undefined
}

const magicLevel = 23
const loopLevel = 24

function* textKeys(values: ReadonlyMap<unknown, Value>): Iterable<string> {
  for (const key of values.keys()) yield String(key)
}

const of = (level: number, source: string, values: ReadonlyMap<unknown, Value>): ScopeLayer => ({
  level,
  source,
  get: (name) => values.get(name),
  names: () => textKeys(values),
})

/** A host must not decide by its facts how we connect to it. Its ssh host keys are facts like others. */
const connectionNames =
  /^ansible_(?:host|port|user|password|connection|ssh_(?!host_key_(?!checking)).*|become.*|shell_.*|.*_interpreter|remote_tmp|pipelining|timeout|private_key_file|host_key_checking)$/

const factLayer = (facts: Map<string, Value>): ScopeLayer => ({
  level: 11,
  source: 'facts',
  get: (name) => {
    if (name === 'ansible_facts') return facts
    if (!name.startsWith('ansible_') || connectionNames.test(name)) return undefined
    return facts.get(name.slice('ansible_'.length))
  },
  *names() {
    yield 'ansible_facts'
    for (const name of facts.keys()) if (!connectionNames.test(`ansible_${name}`)) yield `ansible_${name}`
  },
})

const identityLayer = ({ inventory, hostName }: HostSubject): ScopeLayer => ({
  level: 8,
  source: 'the host itself',
  get: (name) => identityOf(inventory, hostName, name),
  names: () => identityNames,
})

const inventoryLayers = (subject: HostSubject): ScopeLayer[] => {
  const layers = hostLayers(subject.inventory, subject.hostName)
    .map(
      ({ level, source, values, positions }): ScopeLayer => ({
        ...of(level, source, values),
        positionOf: (name: string) => positions.get(name),
      }),
    )
    .reverse()
  const below = layers.findIndex(({ level }) => level < 8)
  return layers.toSpliced(below < 0 ? layers.length : below, 0, identityLayer(subject))
}

const magicLayer = (magic: HostSubject['magic']): ScopeLayer => ({
  level: magicLevel,
  source: 'magic variables',
  get: magic,
  names: () => [],
})

/** Everything that a host knows outside of a task, highest precedence first: what `hostvars` shows. */
export const hostScopeLayers = (subject: HostSubject): ScopeLayer[] => {
  const { state, extraVars, magic } = subject
  return [
    magicLayer(magic),
    of(22, 'extra variables', extraVars),
    of(19, 'set_fact and register', state.nonPersistent),
    of(18, 'include_vars', state.included),
    of(11, 'cached facts', state.cachedFacts),
    factLayer(state.facts),
    ...inventoryLayers(subject),
  ]
}

/** Everything that a task sees on a host, highest precedence first. */
export const taskScopeLayers = (subject: TaskSubject): ScopeLayer[] => {
  const { state, extraVars, magic, play, node, blocks, loopVars } = subject
  const layers: ScopeLayer[] = []
  const add = (level: number, source: string, values: ReadonlyMap<unknown, Value>): void => {
    if (values.size > 0) layers.push(of(level, source, values))
  }
  const inner = blocks.toReversed()
  const own = node.role
  const outer = inner.flatMap(({ role }) => (role && role !== own ? [role] : []))
  const roles = [...new Set(own ? [own, ...outer] : outer)]
  const open = [...play.roles, ...(subject.includedRoles ?? [])].filter((role) => role.public).reverse()
  if (loopVars) add(loopLevel, 'loop', loopVars)
  layers.push(magicLayer(magic))
  add(22, 'extra variables', extraVars)
  // an include's own variables are parameters for itself too: its conditions see what its children see
  const isInclude = node.action === 'include_tasks' || node.action === 'include_role'
  if (isInclude) add(21, 'include parameters', node.vars)
  for (const block of inner) if (block.isInclude) add(21, 'include parameters', block.vars)
  for (const role of roles) add(20, `parameters of role ${role.name}`, role.params)
  layers.push(of(19, 'set_fact and register', state.nonPersistent))
  layers.push(of(18, 'include_vars', state.included))
  add(17, 'task', node.vars)
  for (const { isInclude, vars } of inner) if (!isInclude) add(16, 'block', vars)
  if (own) add(15, `vars of role ${own.name}`, own.vars)
  for (const role of open) if (role !== own) add(15, `vars of role ${role.name}`, role.vars)
  layers.push(of(14, 'vars_files', state.playFiles))
  layers.push(of(13, 'vars_prompt', state.promptVars))
  add(12, 'play', play.vars)
  layers.push(of(11, 'cached facts', state.cachedFacts))
  layers.push(factLayer(state.facts))
  layers.push(...inventoryLayers(subject))
  for (const role of roles) add(2, `defaults of role ${role.name}`, role.defaults)
  for (const role of open) if (!roles.includes(role)) add(2, `defaults of role ${role.name}`, role.defaults)
  const { fallback, inventory } = subject
  if (fallback) {
    const above = () => scopeOf(layers.slice(0, -1), inventory.mergesDicts)
    layers.push({ level: 0, source: 'the connection', get: (name) => fallback(name, above), names: () => [] })
  }
  return layers
}

/** The strongest value. */
const strongest = (layers: readonly ScopeLayer[], name: string): Value | undefined => {
  for (const layer of layers) {
    const value = layer.get(name)
    if (value !== undefined) return value
  }
  return undefined
}

/** The strongest value; when it is a dictionary, merged with those below it. */
const merged = (layers: readonly ScopeLayer[], name: string): Value | undefined => {
  const found = layers.flatMap((layer) => {
    const value = layer.get(name)
    return value === undefined ? [] : [{ value, isMagic: layer.level >= magicLevel }]
  })
  const [first, ...below] = found
  if (!first || first.isMagic || !isDict(first.value)) return first?.value
  return below.reduce<Value>((stronger, { value }) => mergedDicts(value, stronger), first.value)
}

const scopeOf = (layers: readonly ScopeLayer[], mergesDicts: boolean): Scope => ({
  get: mergesDicts ? (name) => merged(layers, name) : (name) => strongest(layers, name),
  *names() {
    for (const layer of layers) yield* layer.names()
  },
})

/** The scope of a host outside of a task. Nothing is copied: later changes of state are seen. */
export const hostScope = (subject: HostSubject): Scope =>
  scopeOf(hostScopeLayers(subject), subject.inventory.mergesDicts)

/** The scope of a task on a host, in ansible-core's order of precedence. Nothing is copied: later changes of state are seen. */
export const taskScope = (subject: TaskSubject): Scope =>
  scopeOf(taskScopeLayers(subject), subject.inventory.mergesDicts)

/** Where a variable has values, the one in force first. */
export const explainVariable = (
  layers: readonly ScopeLayer[],
  name: string,
): { level: number; source: string; at: Position | undefined; value: Value }[] =>
  layers.flatMap((layer) => {
    const value = layer.get(name)
    if (value === undefined) return []
    return [{ level: layer.level, source: layer.source, at: layer.positionOf?.(name), value }]
  })
