import { dirname, resolve } from 'node:path'
import { Failure } from '../failure.ts'
import { layer, type Scope } from '../vars/scope.ts'
import { type Dict, Template } from '../vars/value.ts'
import { isNothing, kindOf, type YamlEntry, type YamlMap } from '../yaml/node.ts'
import { playKeywords } from './keywordnames.ts'
import {
  failUnknown,
  readInherited,
  readTags,
  readTexts,
  shortName,
  textOfKeyword,
  valueOfKeyword,
} from './keywords.ts'
import { plainBlock, readNodes } from './nodes.ts'
import type { Block, Condition, Inherited, Node, Play, Role } from './play.ts'
import {
  fail,
  isFile,
  type LoadedRole,
  type Reading,
  readVariables,
  readVars,
  type Surroundings,
  staticScope,
} from './reading.ts'
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
export type Imported = {
  readonly vars: Dict
  readonly tags: readonly string[]
  readonly when: readonly Condition[]
  readonly keywords: Inherited
}

/** A template for a file's name; undefined when only a host can tell it. */
const evaluatedName = (reading: Reading, name: Template, directory: string, scope: Scope): string | undefined => {
  try {
    const value = reading.options.templar?.evaluate(name, staticScope(reading, { directory, scope }))
    return value === undefined ? undefined : String(value)
  } catch (thrown) {
    if (thrown instanceof Failure) return undefined
    throw thrown
  }
}

/** Names of vars_files that are known before the run, read when an import asks for a name. */
const withVarsFiles = (reading: Reading, files: Play['varsFiles'], directory: string, below: Scope): Scope => {
  let read: Scope | undefined
  const scope = (): Scope => {
    read ??= files.reduce((under, { names }) => {
      const paths = names.flatMap((name) => {
        const text = name instanceof Template ? evaluatedName(reading, name, directory, under) : name
        return text === undefined ? [] : [resolve(directory, text)]
      })
      const found = paths.find(isFile)
      return found === undefined ? under : layer(readVariables(reading, found), under)
    }, below)
    return read
  }
  return { get: (name) => scope().get(name), names: () => scope().names() }
}

/** Gathers the roles and handlers that a play gets from `roles:` and static imports; the handlers of each use of a role once. */
const collector = () => {
  const roles: Role[] = []
  const names = new Set<string>()
  const handlers: Node[] = []
  const seen = new Set<string>()
  return {
    roles,
    names,
    handlers,
    bring: (loaded: LoadedRole): void => {
      names.add(loaded.role.name)
      for (const role of loaded.roles) if (!roles.includes(role)) roles.push(role)
      for (const handler of loaded.handlers) {
        const key = `${roles.indexOf(handler.role as Role)} ${handler.at.file}:${handler.at.line}:${handler.at.column}`
        if (!seen.has(key)) handlers.push(handler)
        seen.add(key)
      }
    },
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

/** A play; undefined, with the problems told, when it does not say its hosts. */
export const readPlay = (reading: Reading, map: YamlMap, file: string, imported: Imported): Play | undefined => {
  for (const { key, at } of map.entries.values()) {
    if (!playKeywords.includes(String(key))) failInPlay(reading, String(key), at)
  }
  const hosts = readHosts(reading, map)
  const vars: Dict = new Map([...readVars(reading, map.entries.get('vars')?.node), ...imported.vars])
  const varsFiles = readVarsFiles(reading, map.entries.get('vars_files'))
  const collected = collector()
  const directory = dirname(file)
  const outside: Surroundings = {
    directory,
    file,
    tags: imported.tags,
    searchPath: [directory],
    scope: withVarsFiles(reading, varsFiles, directory, layer(vars)),
    isHandler: false,
    trail: [file],
    bring: collected.bring,
  }
  const collections = readTexts(reading, map.entries.get('collections')).map(String)
  const around = { ...outside, collections, tags: readTags(reading, map, outside) }
  const keywords = { ...imported.keywords, ...readKeywords(reading, map) }
  const value = (name: string, kind: 'boolean' | 'integer' | 'percent' | 'any') => {
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
    gatherTimeout: value('gather_timeout', 'integer'),
    factPath: value('fact_path', 'any'),
    maxFailPercentage: value('max_fail_percentage', 'percent'),
    forceHandlers: value('force_handlers', 'boolean'),
    order: readOrder(reading, map),
    strategy: readStrategy(reading, map),
  }
  return {
    at: map.at,
    name: readPlayName(reading, map, hosts),
    hosts,
    keywords,
    tags: around.tags,
    ...Object.fromEntries(Object.entries(optional).filter(([, given]) => given !== undefined)),
    vars,
    varsFiles,
    varsPrompt: readVarsPrompt(reading, map.entries.get('vars_prompt')),
    serial: readSerial(reading, map.entries.get('serial')),
    preTasks,
    tasks: [...roles, ...tasks],
    postTasks,
    handlers: [...collected.handlers, ...handlers],
    roles: collected.roles,
    roleNames: [...collected.names],
    directory,
  }
}
