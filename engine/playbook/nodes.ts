import { dirname, isAbsolute, join, resolve } from 'node:path'
import { Failure, type Position } from '../failure.ts'
import { layer } from '../vars/scope.ts'
import { type Dict, isDict, type Key, Template, type Value } from '../vars/value.ts'
import { isNothing, kindOf, type YamlMap, type YamlNode } from '../yaml/node.ts'
import { type Action, readAction, readNamedArguments, withArgs } from './action.ts'
import { blockKeywords } from './keywordnames.ts'
import {
  checkTemplates,
  failUnknown,
  readConditions,
  readInherited,
  readTags,
  readTexts,
  textOfKeyword,
} from './keywords.ts'
import type { Block, Node } from './play.ts'
import { fail, isFile, known, type Reading, readVars, readYaml, type Surroundings } from './reading.ts'
import { loadRole, withHandlersIn } from './role.ts'
import { readTask, roleArguments } from './task.ts'

const isBlock = (map: YamlMap): boolean => ['block', 'rescue', 'always'].some((name) => map.entries.has(name))

/** What blocks and static imports have in common: everything but what stands in them. */
const blockFrom = (reading: Reading, map: YamlMap, around: Surroundings): Block => {
  const name = map.entries.get('name')
  const text = name && textOfKeyword(reading, name)
  const vars = map.entries.get('vars')
  if (vars) checkTemplates(reading, vars.node)
  return {
    kind: 'block',
    at: map.at,
    ...(text !== undefined && { name: text }),
    keywords: readInherited(reading, map),
    when: readConditions(reading, map.entries.get('when')),
    tags: readTags(reading, map, around),
    vars: readVars(reading, vars?.node),
    block: [],
    rescue: [],
    always: [],
    notify: readTexts(reading, map.entries.get('notify')),
    ...(around.role && { role: around.role }),
  }
}

/** A block of nodes without a keyword of its own: the tasks of a play's section or of a file. */
export const plainBlock = (at: Position, nodes: readonly Node[], around: Surroundings): Block => ({
  kind: 'block',
  at,
  keywords: {},
  when: [],
  tags: around.tags,
  vars: new Map(),
  block: nodes,
  rescue: [],
  always: [],
  notify: [],
  ...(around.role && { role: around.role }),
})

/** What the nodes of a block inherit from it. */
const within = (around: Surroundings, { tags, vars }: Block): Surroundings => ({
  ...around,
  tags,
  scope: layer(vars, around.scope),
})

const readBlock = (reading: Reading, map: YamlMap, around: Surroundings): Block => {
  for (const { key, at } of map.entries.values()) {
    if (!blockKeywords.includes(String(key))) failUnknown(reading, String(key), at, 'a block', blockKeywords)
  }
  const block = blockFrom(reading, map, around)
  const inside = within(around, block)
  const section = (name: string): readonly Node[] => {
    const entry = map.entries.get(name)
    return entry ? readNodes(reading, entry.node, inside, `'${name}'`) : []
  }
  const first = map.entries.get('rescue') ?? map.entries.get('always')
  if (!map.entries.has('block') && first) {
    fail(reading, 'playbook.block', `'${first.key}' needs a 'block' beside it`, first.at, "add 'block:' with its tasks")
  }
  return { ...block, block: section('block'), rescue: section('rescue'), always: section('always') }
}

const existing = (places: readonly string[]): string | undefined => places.find(isFile)

/** Finds a file of tasks: beside the file that names it, then up the search path. @throws Failure that lists the places */
export const findTasks = (name: string, around: Surroundings, at: Position): string => {
  const roots = [dirname(around.file), ...around.searchPath, around.directory]
  const roleTasks = around.role ? [join(around.role.path, 'tasks'), around.role.path] : []
  const places = isAbsolute(name) ? [name] : [...new Set([...roots, ...roleTasks].map((root) => resolve(root, name)))]
  const found = existing(places)
  if (found !== undefined) return found
  throw new Failure('playbook.missing', `the file of tasks '${name}' does not exist`, {
    at,
    hint: `looked for ${places.join(', ')}`,
  })
}

/** The nodes of a file of tasks. @throws Failure when it leads back to itself */
export const readTasksFile = (reading: Reading, file: string, around: Surroundings, at: Position): readonly Node[] => {
  if (around.trail.includes(file)) {
    throw new Failure('playbook.circle', `this import leads back to itself: ${[...around.trail, file].join(' > ')}`, {
      at,
      hint: 'use include_tasks with a condition that ends it',
    })
  }
  const root = readYaml(reading, file, at)
  const own = around.role ? [around.role.path, dirname(file)] : [dirname(file)]
  const nearer = [...own, ...around.searchPath].filter((each) => each !== around.directory)
  const searchPath = [...new Set(nearer), around.directory]
  return readNodes(reading, root, { ...around, file, searchPath, trail: [...around.trail, file] }, 'a file of tasks')
}

/** The name that a static import gives, which must be known before the run. */
const importName = (
  reading: Reading,
  value: Value | undefined,
  around: Surroundings,
  action: Action,
): string | undefined => {
  if (value === undefined || value === null) {
    fail(reading, 'playbook.import', `${action.name} does not say what to import`, action.at)
    return undefined
  }
  const name = known(reading, value, around, action.at, `the name that ${action.name} imports`)
  return name === undefined ? undefined : String(name)
}

const importTasks = (
  reading: Reading,
  map: YamlMap,
  action: Action,
  around: Surroundings,
  vars: Dict = new Map(),
): Block | undefined => {
  const args = readNamedArguments(reading, action, ['file'])
  const own = blockFrom(reading, map, around)
  const block = { ...own, vars: new Map([...own.vars, ...vars]) }
  const inside = within(around, block)
  const name = args && importName(reading, args.get('file') ?? args.get('_raw_params'), inside, action)
  if (name === undefined) return undefined
  const nodes = reading.problems.attempt(() => {
    const file = findTasks(name, around, action.at)
    const tasks = readTasksFile(reading, file, inside, action.at)
    if (tasks.length === 0) reading.options.warn(`file ${file} is empty and had no tasks to include`, action.at)
    return tasks
  })
  return { ...block, block: nodes ?? [] }
}

const text = (value: Value | undefined): string | undefined =>
  value === undefined || value === null ? undefined : String(value)

const importRole = (reading: Reading, map: YamlMap, action: Action, around: Surroundings): Block | undefined => {
  const args = readNamedArguments(reading, action, roleArguments)
  const block = blockFrom(reading, map, around)
  const inside = within(around, block)
  const name = args && importName(reading, args.get('name') ?? args.get('role'), inside, action)
  if (args === undefined || name === undefined) return undefined
  const loaded = reading.problems.attempt(() =>
    loadRole(reading, name, inside, action.at, {
      tasksFrom: text(args.get('tasks_from')),
      varsFrom: text(args.get('vars_from')),
      defaultsFrom: text(args.get('defaults_from')),
      handlersFrom: text(args.get('handlers_from')),
      // the same role may be imported as often as one likes: import_role allows duplicates unless told
      allowDuplicates: args.get('allow_duplicates') !== false,
      isPublic: args.get('public') !== false,
      ...(args.get('rolespec_validate') === false && { isValidated: false }),
      key: JSON.stringify([...map.entries.keys()].map(String)),
    }),
  )
  if (!loaded) return block
  around.bring(withHandlersIn(loaded, block, around))
  return { ...block, block: loaded.nodes, role: loaded.role, isRoleBody: true }
}

const readImport = (reading: Reading, map: YamlMap, read: Action, around: Surroundings): Node | undefined => {
  const action = withArgs(reading, read, map.entries.get('args'))
  for (const { key, at } of map.entries.values()) {
    if (key !== 'loop' && key !== 'until' && !/^with_\w/.test(String(key))) continue
    const including = action.name.replace('import', 'include')
    fail(reading, 'playbook.loop', `${action.name} cannot loop`, at, `use ${including}`)
  }
  if (isDict(action.args) && action.name === 'import_tasks') return importTasks(reading, map, action, around)
  return importRole(reading, map, action, around)
}

/**
 * `include`, which the language had until 2.16: import_tasks, or include_tasks where the name is a template, in a loop
 * and in a file that was included itself. Further arguments are variables.
 */
const readInclude = (reading: Reading, map: YamlMap, read: Action, around: Surroundings): Node | undefined => {
  reading.options.deprecate?.('"include" is deprecated, use include_tasks/import_tasks instead.')
  const { args } = withArgs(reading, read, map.entries.get('args'))
  if (!isDict(args)) {
    fail(reading, 'playbook.arguments', "the arguments of 'include' may not be one template", read.at, 'write them out')
    return undefined
  }
  const isFile = (key: Key): boolean => key === 'file' || key === '_raw_params'
  const files = new Map([...args].filter(([key]) => isFile(key)))
  const vars = new Map([...args].filter(([key]) => !isFile(key)))
  const isLoop = [...map.entries.keys()].some((key) => key === 'loop' || /^with_\w/.test(String(key)))
  const isKnown = ![...files.values()].some((name) => name instanceof Template)
  if (isKnown && !isLoop && !around.isIncluded)
    return importTasks(reading, map, { ...read, name: 'import_tasks', args: files }, around, vars)
  const task = readTask(reading, map, { ...read, name: 'include_tasks', args: files }, around)
  const included = { ...task, written: 'include', vars: new Map([...task.vars, ...vars]) }
  reading.cache.scopes.set(included, layer(included.vars, around.scope))
  return included
}

const readNode = (reading: Reading, node: YamlNode, around: Surroundings): Node | undefined => {
  if (node.kind !== 'map') {
    const hint = "write '- name: …' and the module below it"
    fail(reading, 'playbook.task', `a task is a dictionary, and this is ${kindOf(node)}`, node.at, hint)
    return undefined
  }
  if (isBlock(node)) return readBlock(reading, node, around)
  const action = readAction(reading, node, around)
  if (!action) return undefined
  if (action.name === 'import_playbook') {
    fail(reading, 'playbook.import', 'import_playbook stands beside plays, not among tasks', action.at, 'move it up')
    return undefined
  }
  if (action.name === 'import_tasks' || action.name === 'import_role') return readImport(reading, node, action, around)
  if (action.name === 'include') return readInclude(reading, node, action, around)
  return readTask(reading, node, action, around)
}

/** The tasks, blocks and imports of a list. */
export const readNodes = (reading: Reading, node: YamlNode, around: Surroundings, what: string): readonly Node[] => {
  if (isNothing(node)) return []
  if (node.kind !== 'list') {
    fail(
      reading,
      'playbook.type',
      `${what} must be a list of tasks, and this is ${kindOf(node)}`,
      node.at,
      "begin each task with '- '",
    )
    return []
  }
  return node.items.flatMap((item) => {
    if (isNothing(item)) return []
    const read = readNode(reading, item, around)
    return read ? [read] : []
  })
}
