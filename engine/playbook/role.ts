import { readdirSync, realpathSync } from 'node:fs'
import { basename, dirname, isAbsolute, join, resolve } from 'node:path'
import { Failure, type Position } from '../failure.ts'
import { nearest } from '../nearest.ts'
import type { Scope } from '../vars/scope.ts'
import type { Dict, Value } from '../vars/value.ts'
import { isNothing, kindOf, type YamlNode } from '../yaml/node.ts'
import { validationOf } from './argumentspecs.ts'
import { collectionHint, collectionOf, findInCollections } from './collection.ts'
import { roleKeywords } from './keywordnames.ts'
import { readConditions, readInherited, readTags, readTexts } from './keywords.ts'
import { plainBlock, readTasksFile } from './nodes.ts'
import type { Block, Node, Role } from './play.ts'
import {
  asMap,
  fail,
  isDirectory,
  isFile,
  known,
  type LoadedRole,
  type Reading,
  readVariables,
  readVars,
  readYaml,
  type Surroundings,
} from './reading.ts'

export type RoleUse = {
  readonly tasksFrom?: string | undefined
  readonly varsFrom?: string | undefined
  readonly defaultsFrom?: string | undefined
  readonly handlersFrom?: string | undefined
  readonly params?: Dict
  /** `vars` of an entry of `roles:`: they are vars of the role, which the rest of the play sees too. */
  readonly vars?: Dict
  readonly isPublic?: boolean
  readonly allowDuplicates?: boolean | undefined
  /** Whether its arguments are checked by its specification; true unless told. */
  readonly isValidated?: boolean
  /** What tells two uses of one role apart besides the above: tags and conditions. */
  readonly key?: string
}

const endings = ['.yml', '.yaml', '.json', '']

/** `tasks/main.yml` and its kin; undefined when there is none. */
const fileOf = (directory: string, name: string): string | undefined =>
  endings.map((ending) => join(directory, name + ending)).find(isFile)

const directoriesIn = (root: string): string[] =>
  isDirectory(root) ? readdirSync(root).filter((name) => isDirectory(join(root, name))) : []

/** Finds a role's directory: beside the playbook, on the roles path, and a dependency beside the role that has it. @throws Failure */
export const findRole = (reading: Reading, name: string, around: Surroundings, at: Position): string => {
  const ofCollection = findInCollections(reading, around, 'roles', name)
  if (ofCollection) return ofCollection.path
  const beside = around.dependent === undefined ? [] : [dirname(around.dependent)]
  const roots = [join(around.directory, 'roles'), ...(reading.options.rolesPath ?? []), ...beside, around.directory]
  const places = isAbsolute(name) ? [name] : [...new Set(roots.map((root) => resolve(root, name)))]
  const found = places.find(isDirectory)
  if (found !== undefined) return realpathSync(found) // `role_path` names no link, as with Ansible
  const sibling = around.role && join(dirname(around.role.path), name)
  const hint =
    collectionHint(reading, around, name) ??
    (sibling !== undefined && isDirectory(sibling)
      ? `only dependencies are looked for beside a role: add ${dirname(sibling)} to roles_path`
      : undefined)
  const meant = nearest(name, roots.flatMap(directoriesIn))
  throw new Failure('playbook.role', `there is no role '${name}'`, {
    at,
    hint: hint ?? (meant === undefined ? `looked for ${places.join(', ')}` : `did you mean '${meant}'?`),
  })
}

/** Defaults or vars of a role: one file, or every file of the directory `main`, in order of their names. */
const variablesOf = (reading: Reading, directory: string, from: string | undefined, at: Position): Dict => {
  const name = from ?? 'main'
  const file = fileOf(directory, name)
  const below = join(directory, name)
  if (file !== undefined) return readVariables(reading, file, at)
  if (!isDirectory(below)) {
    if (from === undefined) return new Map()
    throw missingFrom(directory, from, at)
  }
  const all: Dict = new Map()
  for (const each of readdirSync(below, { recursive: true }).map(String).sort()) {
    const path = join(below, each)
    if (!isFile(path) || basename(each).startsWith('.') || !/\.(?:ya?ml|json)$/.test(each)) continue
    for (const [key, value] of readVariables(reading, path, at)) all.set(key, value)
  }
  return all
}

const missingFrom = (directory: string, name: string, at: Position): Failure =>
  new Failure('playbook.missing', `the role has no file ${basename(directory)}/${name}`, {
    at,
    hint: `looked for ${endings.map((ending) => join(directory, name + ending)).join(', ')}`,
  })

const tasksOf = (
  reading: Reading,
  directory: string,
  from: string | undefined,
  around: Surroundings,
  at: Position,
): readonly Node[] => {
  const file = fileOf(directory, from ?? 'main')
  if (file !== undefined) return readTasksFile(reading, file, around, at)
  if (from !== undefined) throw missingFrom(directory, from, at)
  return []
}

type Meta = {
  readonly dependencies: readonly YamlNode[]
  readonly allowDuplicates: boolean
  /** Collections in which the role looks for names without one. */
  readonly collections: readonly string[]
}

const metaOf = (reading: Reading, path: string): Meta => {
  const file = fileOf(join(path, 'meta'), 'main')
  const root = file === undefined ? undefined : readYaml(reading, file)
  if (!root || isNothing(root)) return { dependencies: [], allowDuplicates: false, collections: [] }
  const map = asMap(reading, root, "a role's meta/main.yml", 'write dependencies: […]')
  const list = map?.entries.get('dependencies')?.node
  if (list && list.kind !== 'list' && !isNothing(list)) {
    fail(reading, 'playbook.type', `'dependencies' must be a list, and this is ${kindOf(list)}`, list.at)
  }
  return {
    dependencies: list?.kind === 'list' ? list.items : [],
    allowDuplicates: map?.value.get('allow_duplicates') === true,
    collections: readTexts(reading, map?.entries.get('collections')).map(String),
  }
}

const merged = (parts: readonly Dict[]): Dict => {
  const all: Dict = new Map()
  for (const part of parts) for (const [key, value] of part) all.set(key, value)
  return all
}

const keyOf = (value: unknown): string =>
  JSON.stringify(value, (_key, item) =>
    item instanceof Map ? [...item] : typeof item === 'bigint' ? `${item}n` : item,
  )

/**
 * Loads a role: its dependencies first, then its variables, tasks and handlers.
 * @throws Failure when it does not exist or depends on itself
 */
export const loadRole = (
  reading: Reading,
  name: string,
  around: Surroundings,
  at: Position,
  use: RoleUse,
): LoadedRole => {
  const path = findRole(reading, name, around, at)
  if (use.tasksFrom === undefined && around.trail.includes(path)) {
    const chain = [...around.trail.slice(around.trail.indexOf(path)), path]
      .filter(isDirectory)
      .map((each) => basename(each))
    throw new Failure('playbook.circle', `the role '${name}' depends on itself: ${chain.join(' > ')}`, {
      at,
      hint: "remove one of the steps from 'dependencies' or the imports",
    })
  }
  const { tags, isHandler } = around
  const key = keyOf([name, path, tags, isHandler, around.directory, around.dependent, around.role?.path, use])
  const cached = reading.cache.roles.get(key)
  if (cached) return cached
  const loaded = readRole(reading, name, path, around, at, use)
  reading.cache.roles.set(key, loaded)
  return loaded
}

const readRole = (
  reading: Reading,
  name: string,
  path: string,
  around: Surroundings,
  at: Position,
  use: RoleUse,
): LoadedRole => {
  const meta = metaOf(reading, path)
  const trail = [...around.trail, path]
  reading.cache.libraries.add(join(path, 'library'))
  const dependencies: { block: Block; loaded: LoadedRole }[] = []
  const collection = collectionOf(path)
  const collections = [...meta.collections, ...(around.collections ?? [])]
  const outside: Surroundings = {
    ...around,
    collections,
    trail,
    dependent: path,
    role: { path, ...(collection && { collection }) } as Role,
  }
  for (const node of meta.dependencies) {
    const found = readRoleEntry(reading, node, outside)
    if (found) dependencies.push(found)
  }
  const { problems } = reading
  const defaults = problems.attempt(() => variablesOf(reading, join(path, 'defaults'), use.defaultsFrom, at))
  const vars = problems.attempt(() => variablesOf(reading, join(path, 'vars'), use.varsFrom, at))
  const made: Role = {
    // as it is written: `kubernetes/node` keeps its directory
    name: collection === undefined ? name : `${collection}.${basename(path)}`,
    ...(collection && { collection }),
    path,
    defaults: merged([...dependencies.map(({ loaded }) => loaded.role.defaults), defaults ?? new Map()]),
    vars: merged([...dependencies.map(({ loaded }) => loaded.role.vars), use.vars ?? new Map(), vars ?? new Map()]),
    params: use.params ?? new Map(),
    public: use.isPublic ?? true,
    allowDuplicates: use.allowDuplicates ?? meta.allowDuplicates,
    dependencies: dependencies.map(({ loaded }) => loaded.role.name),
  }
  // the same use of a role is one object wherever it stands: by that the executor knows that it has run
  const identity = keyOf([name, path, use])
  const role = reading.cache.identities.get(identity) ?? made
  reading.cache.identities.set(identity, role)
  const scope: Scope = {
    get: (name) => role.params.get(name) ?? role.vars.get(name) ?? around.scope.get(name) ?? role.defaults.get(name),
    names: () => [
      ...[role.params, role.vars, role.defaults].flatMap((dict) => [...dict.keys()].map(String)),
      ...around.scope.names(),
    ],
  }
  const inside: Surroundings = {
    ...around,
    collections,
    trail,
    role,
    dependent: undefined,
    scope,
    searchPath: [path, ...around.searchPath],
  }
  const tasks = problems.attempt(() => tasksOf(reading, join(path, 'tasks'), use.tasksFrom, inside, at)) ?? []
  const validation =
    use.isValidated === false
      ? undefined
      : problems.attempt(() => validationOf(reading, role, use.tasksFrom ?? 'main', inside))
  const handlers =
    problems.attempt(() =>
      tasksOf(reading, join(path, 'handlers'), use.handlersFrom, { ...inside, isHandler: true }, at),
    ) ?? []
  return {
    role,
    nodes: [...dependencies.map(({ block }) => block), ...(validation ? [validation] : []), ...tasks],
    handlers: [...dependencies.flatMap(({ loaded }) => loaded.handlers), ...handlers],
    roles: [...dependencies.flatMap(({ loaded }) => loaded.roles), role],
  }
}

/** A role with its own handlers inside a block of the keywords, conditions and variables that its use gives: they hold for them too. */
export const withHandlersIn = (
  loaded: LoadedRole,
  { keywords, when, vars }: Block,
  around: Surroundings,
): LoadedRole => {
  const own = loaded.handlers.filter(({ role }) => role === loaded.role)
  const [first] = own
  if (!first || (Object.keys(keywords).length === 0 && when.length === 0 && vars.size === 0)) return loaded
  const block: Block = { ...plainBlock(first.at, own, { ...around, role: loaded.role }), keywords, when, vars }
  return { ...loaded, handlers: [...loaded.handlers.filter((handler) => !own.includes(handler)), block] }
}

/** An entry of `roles:` or of a role's dependencies: its name, keywords, and every other key as a param. */
export const readRoleEntry = (
  reading: Reading,
  node: YamlNode,
  around: Surroundings,
): { block: Block; loaded: LoadedRole } | undefined => {
  const map = node.kind === 'map' ? node : undefined
  const named = map ? (map.entries.get('role') ?? map.entries.get('name')) : { node, at: node.at }
  if (named?.node.kind !== 'scalar' || named.node.value === null) {
    fail(
      reading,
      'playbook.role',
      `a role is its name or a dictionary with 'role', and this is ${kindOf(node)}`,
      node.at,
    )
    return undefined
  }
  const name = known(reading, named.node.value, around, named.node.at, 'the name of a role')
  if (name === undefined) return undefined
  const params: Dict = new Map<string, Value>()
  for (const { key, node: value } of map?.entries.values() ?? []) {
    if (!roleKeywords.includes(String(key))) params.set(key, value.value)
  }
  const tags = map ? readTags(reading, map, around) : around.tags
  const when = readConditions(reading, map?.entries.get('when'))
  const vars = readVars(reading, map?.entries.get('vars')?.node)
  const keywords = map ? readInherited(reading, map) : {}
  const loaded = reading.problems.attempt(() =>
    loadRole(reading, String(name), { ...around, tags }, named.node.at, {
      params,
      vars,
      key: keyOf([when.map(({ expression }) => expression), vars, map?.entries.get('tags')?.node.value]),
    }),
  )
  if (!loaded) return undefined
  const block: Block = {
    ...plainBlock(named.node.at, loaded.nodes, { ...around, tags, role: loaded.role }),
    keywords,
    when,
    isRoleBody: true,
  }
  return { block, loaded: withHandlersIn(loaded, block, around) }
}
