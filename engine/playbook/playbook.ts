import { dirname, resolve } from 'node:path'
import { Failure } from '../failure.ts'
import { layer } from '../vars/scope.ts'
import type { Dict } from '../vars/value.ts'
import { isNothing, kindOf, type YamlEntry, type YamlMap, type YamlNode } from '../yaml/node.ts'
import {
  failUnknown,
  importPlaybookKeywords,
  playKeywords,
  readConditions,
  readInherited,
  readTags,
  shortName,
  textOfKeyword,
  valueOfKeyword,
} from './keywords.ts'
import { plainBlock, readNodes } from './nodes.ts'
import type { Block, Condition, Inherited, Node, Play, Role } from './play.ts'
import { fail, isFile, known, type LoadedRole, type Reading, readVars, readYaml, type Surroundings } from './reading.ts'
import { readRoleEntry } from './role.ts'
import {
  readHosts,
  readOrder,
  readPlayName,
  readSerial,
  readStrategy,
  readVarsFiles,
  readVarsPrompt,
} from './section.ts'

/** What import_playbook gives to every play that it brings. */
type Imported = {
  readonly vars: Dict
  readonly tags: readonly string[]
  readonly when: readonly Condition[]
  readonly keywords: Inherited
}

const notImported: Imported = { vars: new Map(), tags: [], when: [], keywords: {} }

const extraVars = (reading: Reading): Dict => reading.options.extraVars ?? new Map()

/** Gathers the roles and handlers that a play gets from `roles:` and static imports; each role's handlers once. */
const collector = () => {
  const roles: Role[] = []
  const handlers: Node[] = []
  const seen = new Set<string>()
  return {
    roles,
    handlers,
    bring: (loaded: LoadedRole): void => {
      for (const role of loaded.roles) if (!roles.includes(role)) roles.push(role)
      for (const handler of loaded.handlers) {
        const key = `${handler.at.file}:${handler.at.line}:${handler.at.column}`
        if (!seen.has(key)) handlers.push(handler)
        seen.add(key)
      }
    },
  }
}

const readPlay = (reading: Reading, map: YamlMap, file: string, imported: Imported): Play | undefined => {
  for (const { key, at } of map.entries.values()) {
    if (!playKeywords.includes(String(key))) failInPlay(reading, String(key), at)
  }
  const hosts = readHosts(reading, map)
  const vars: Dict = new Map([...readVars(reading, map.entries.get('vars')?.node), ...imported.vars])
  const scope = layer(extraVars(reading), layer(vars))
  const collected = collector()
  const directory = dirname(file)
  const outside: Surroundings = {
    directory,
    file,
    tags: imported.tags,
    searchPath: [directory],
    scope,
    isHandler: false,
    trail: [file],
    bring: collected.bring,
  }
  const around = { ...outside, tags: readTags(reading, map, outside) }
  const value = (name: string, kind: 'boolean' | 'percent' | 'any') => {
    const entry = map.entries.get(name)
    return entry && valueOfKeyword(reading, entry, kind)
  }
  const section = (name: string): readonly Block[] => {
    const entry = map.entries.get(name)
    const nodes = entry ? readNodes(reading, entry.node, around, `'${name}'`) : []
    return nodes.length > 0 ? [{ ...plainBlock(entry!.at, nodes, around), when: imported.when }] : []
  }
  const preTasks = section('pre_tasks')
  const roles = readRoles(reading, map.entries.get('roles'), around, imported.when)
  const tasks = section('tasks')
  const postTasks = section('post_tasks')
  const own = map.entries.get('handlers')
  const handlers = own ? readNodes(reading, own.node, { ...around, isHandler: true }, "'handlers'") : []
  if (hosts === undefined) return undefined
  const optional = {
    gatherFacts: value('gather_facts', 'boolean'),
    gatherSubset: value('gather_subset', 'any'),
    maxFailPercentage: value('max_fail_percentage', 'percent'),
    forceHandlers: value('force_handlers', 'boolean'),
    order: readOrder(reading, map),
    strategy: readStrategy(reading, map),
  }
  return {
    at: map.at,
    name: readPlayName(reading, map, hosts),
    hosts,
    keywords: { ...imported.keywords, ...readKeywords(reading, map) },
    tags: around.tags,
    ...Object.fromEntries(Object.entries(optional).filter(([, given]) => given !== undefined)),
    vars,
    varsFiles: readVarsFiles(reading, map.entries.get('vars_files')),
    varsPrompt: readVarsPrompt(reading, map.entries.get('vars_prompt')),
    serial: readSerial(reading, map.entries.get('serial')),
    preTasks,
    tasks: [...roles, ...tasks],
    postTasks,
    handlers: [...collected.handlers, ...handlers],
    roles: collected.roles,
    directory,
  }
}

const failInPlay = (reading: Reading, name: string, at: YamlMap['at']): void => {
  if (name === 'when') {
    fail(
      reading,
      'playbook.keyword',
      "a play has no keyword 'when'",
      at,
      'give it to the tasks, or to a block around them',
    )
  } else if (name === 'include' || name === 'playbook') {
    fail(reading, 'playbook.keyword', `a play has no keyword '${name}'`, at, "write '- import_playbook: file.yml'")
  } else if (reading.options.isModule(shortName(name))) {
    fail(reading, 'playbook.keyword', `a play has no keyword '${name}'; it is a module`, at, "put it below 'tasks:'")
  } else failUnknown(reading, name, at, 'a play', playKeywords)
}

/** Inherited keywords, with `user`, the old name of remote_user. */
const readKeywords = (reading: Reading, map: YamlMap): Inherited => {
  const keywords = readInherited(reading, map)
  const user = map.entries.get('user')
  if (!user) return keywords
  if (keywords.remoteUser !== undefined) {
    fail(
      reading,
      'playbook.keyword',
      "'user' and 'remote_user' mean the same; this play has both",
      user.at,
      'remove one',
    )
  }
  const text = textOfKeyword(reading, user)
  return text === undefined ? keywords : { ...keywords, remoteUser: text }
}

const readRoles = (
  reading: Reading,
  entry: YamlEntry | undefined,
  around: Surroundings,
  when: readonly Condition[],
): readonly Block[] => {
  if (!entry || isNothing(entry.node)) return []
  if (entry.node.kind !== 'list') {
    fail(
      reading,
      'playbook.type',
      `'roles' must be a list, and this is ${kindOf(entry.node)}`,
      entry.node.at,
      "begin each with '- '",
    )
    return []
  }
  return entry.node.items.flatMap((node) => {
    const found = readRoleEntry(reading, node, around)
    if (!found) return []
    around.bring(found.loaded)
    return [{ ...found.block, when: [...when, ...found.block.when] }]
  })
}

const importKey = (map: YamlMap): YamlEntry | undefined =>
  [...map.entries.values()].find(({ key }) => shortName(String(key)) === 'import_playbook')

const readImportPlaybook = (
  reading: Reading,
  map: YamlMap,
  entry: YamlEntry,
  file: string,
  outer: Imported,
  trail: readonly string[],
): readonly Play[] => {
  for (const { key, at } of map.entries.values()) {
    const name = shortName(String(key))
    if (!importPlaybookKeywords.includes(name))
      failUnknown(reading, name, at, 'import_playbook', importPlaybookKeywords)
  }
  const vars: Dict = new Map([...readVars(reading, map.entries.get('vars')?.node), ...outer.vars])
  const scope = layer(extraVars(reading), layer(vars))
  const around: Surroundings = {
    directory: dirname(file),
    file,
    tags: outer.tags,
    searchPath: [],
    scope,
    isHandler: false,
    trail,
    bring: () => {},
  }
  const imported: Imported = {
    vars,
    tags: readTags(reading, map, around),
    when: [...outer.when, ...readConditions(reading, map.entries.get('when'))],
    keywords: { ...outer.keywords, ...readInherited(reading, map) },
  }
  const text = entry.node.value
  if (text === null || entry.node.kind !== 'scalar') {
    fail(reading, 'playbook.import', 'import_playbook does not say what to import', entry.node.at, 'give it a file')
    return []
  }
  const name = known(reading, text, scope, entry.node.at, 'the name that import_playbook imports')
  if (name === undefined) return []
  const target = resolve(dirname(file), String(name))
  const plays = reading.problems.attempt(() => {
    if (!isFile(target)) {
      throw new Failure('playbook.missing', `the playbook '${String(name)}' does not exist`, {
        at: entry.node.at,
        hint: `looked for ${target}`,
      })
    }
    if (trail.includes(target)) {
      throw new Failure('playbook.circle', `this import leads back to itself: ${[...trail, target].join(' > ')}`, {
        at: entry.node.at,
        hint: 'remove one of the imports',
      })
    }
    return readPlaybookFile(reading, target, imported, [...trail, target])
  })
  return plays ?? []
}

const readPlaybookFile = (
  reading: Reading,
  file: string,
  imported: Imported,
  trail: readonly string[],
): readonly Play[] => {
  const root = readYaml(reading, file)
  if (isNothing(root)) {
    throw new Failure('playbook.empty', 'this playbook is empty', {
      at: root.at,
      hint: "write '- hosts: all' and its tasks",
    })
  }
  if (root.kind !== 'list') {
    throw new Failure('playbook.type', `a playbook is a list of plays, and this is ${kindOf(root)}`, {
      at: root.at,
      hint: "begin each play with '- hosts: …'",
    })
  }
  return root.items.flatMap((node: YamlNode) => {
    if (node.kind !== 'map') {
      fail(
        reading,
        'playbook.type',
        `a play is a dictionary, and this is ${kindOf(node)}`,
        node.at,
        "write '- hosts: …'",
      )
      return []
    }
    const entry = importKey(node)
    if (entry) return readImportPlaybook(reading, node, entry, file, imported, trail)
    const play = readPlay(reading, node, file, imported)
    return play ? [play] : []
  })
}

/** The plays of a playbook and of those that it imports; problems are added to `reading`. */
export const readPlaybook = (reading: Reading, file: string): readonly Play[] => {
  const path = resolve(file)
  if (!isFile(path)) {
    throw new Failure('playbook.missing', `there is no playbook ${file}`, { hint: `looked for ${path}` })
  }
  return readPlaybookFile(reading, path, notImported, [path])
}
