import { readFileSync, statSync } from 'node:fs'
import { Failure, type Position } from '../failure.ts'
import type { Problems } from '../problems.ts'
import { layer, type Scope } from '../vars/scope.ts'
import type { Templar } from '../vars/templar.ts'
import { type Dict, Template, type Value } from '../vars/value.ts'
import { loadYaml } from '../yaml/load.ts'
import { isNothing, kindOf, type YamlMap, type YamlNode } from '../yaml/node.ts'
import type { Node, Role, Task } from './play.ts'

/** What loading is given by its surroundings; playbook/ itself knows no module and no template engine. */
export type LoadOptions = {
  /** Whether a name, as written but without a builtin prefix, is a module. */
  readonly isModule: (name: string) => boolean
  /** All module names, for hints. */
  readonly moduleNames?: readonly string[]
  /** Whether a name is a module of ansible-core's that we do not have: what uses it may be read, and fails when it runs. */
  readonly isForeignModule?: (name: string) => boolean
  /** Whether a name is a lookup, as `with_NAME` writes it; without it all are taken for one. */
  readonly isLookup?: (name: string) => boolean
  /** All names of lookups, for hints. */
  readonly lookupNames?: readonly string[]
  /** Directories of the site's own modules, beside those of playbooks and roles. */
  readonly libraries?: readonly string[]
  /**
   * Tells of tasks that cannot do what they say (arguments that are wrong, a module that we do not have): a site may
   * never come to them. Without it they are problems.
   */
  readonly caution?: (failure: Failure) => void
  /** Checks the arguments of a task that are known before it runs; returns what is wrong. */
  readonly checkArguments?: (
    action: string,
    args: Dict,
    places: ReadonlyMap<string, Position>,
    at: Position,
  ) => readonly Failure[]
  /** Checks the syntax of templates, and evaluates those of import names and tags, which may speak of what is known without hosts. */
  readonly templar?: Pick<Templar, 'check' | 'evaluate'>
  readonly extraVars?: Dict
  /** Magic variables that are known before the run (`groups`). */
  readonly magic?: (name: string) => Value | undefined
  /** Directories in which roles are searched after `roles/` beside the playbook. */
  readonly rolesPath?: readonly string[]
  /** Directories that hold `ansible_collections`, after `collections/` beside the playbook. */
  readonly collectionsPath?: readonly string[]
  readonly decrypt: (ciphertext: string, at: Position) => string
  /** The bytes of a whole file that is a vault; without it such files are read as they are. */
  readonly decryptFile?: (ciphertext: string, at: Position) => Buffer
  readonly warn: (message: string, at?: Position) => void
  /** Tells of what later versions of the language do not have. */
  readonly deprecate?: (message: string) => void
}

/** What all files of one loader share; files and roles are read once. */
export type Cache = {
  readonly files: Map<string, YamlNode>
  /** Loaded roles by use and place. */
  readonly roles: Map<string, LoadedRole>
  /** Roles by use alone. */
  readonly identities: Map<string, Role>
  /** What the names of imports may speak of below an include. */
  readonly scopes: WeakMap<Task, Scope>
  /** Directories of Python modules: those of the roles read so far. */
  readonly libraries: Set<string>
  /** Collections below the roots that were searched for modules. */
  readonly collections: Map<string, readonly string[]>
  /** Modules that some module_defaults give arguments: what a task of theirs lacks is known only when it runs. */
  readonly withDefaults: Set<string>
  /** Files of tasks by place and inherited tags, with the role that they were read for. */
  readonly tasks: Map<string, { readonly nodes: readonly Node[]; readonly role: Role | undefined }>
}

export const emptyCache = (): Cache => ({
  files: new Map(),
  roles: new Map(),
  identities: new Map(),
  scopes: new WeakMap(),
  libraries: new Set(),
  collections: new Map(),
  withDefaults: new Set(),
  tasks: new Map(),
})

/** A role with its bodies, as it stands at one place of a play. */
export type LoadedRole = {
  readonly role: Role
  /** Dependencies' blocks and the role's own tasks. */
  readonly nodes: readonly Node[]
  /** Handlers of dependencies, then its own. */
  readonly handlers: readonly Node[]
  /** Every role that was loaded for it, dependencies first, itself last. */
  readonly roles: readonly Role[]
}

export type Reading = {
  readonly options: LoadOptions
  readonly problems: Problems
  readonly cache: Cache
}

/** Where nodes are read: what they inherit from the things around them. */
export type Surroundings = {
  /** Directory of the playbook. */
  readonly directory: string
  /** File that is being read. */
  readonly file: string
  /** Tags of everything around. */
  readonly tags: readonly string[]
  /** See Task.searchPath. */
  readonly searchPath: readonly string[]
  readonly role?: Role | undefined
  /** Directory of the role whose dependencies are being read: they may lie beside it. */
  readonly dependent?: string | undefined
  /** Collections in which names without one are looked for: those that the play names. */
  readonly collections?: readonly string[]
  /** Names that imports may speak of besides extra vars: those of the play, of blocks and of the role. */
  readonly scope: Scope
  readonly isHandler: boolean
  /** In a file that include_tasks brought. */
  readonly isIncluded?: boolean
  /** Files and roles whose import led here, for telling a circle. */
  readonly trail: readonly string[]
  /** Takes the handlers and roles that static imports bring into the play. */
  readonly bring: (loaded: LoadedRole) => void
}

export const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false
export const isDirectory = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false

/** Parses a YAML file once; a file that is encrypted as a whole is decrypted. @throws Failure */
export const readYaml = ({ cache, options }: Reading, file: string, at?: Position): YamlNode => {
  const known = cache.files.get(file)
  if (known) return known
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (cause) {
    throw new Failure('playbook.missing', `there is no file ${file}`, { at, cause, hint: 'check the path' })
  }
  if (text.startsWith('$ANSIBLE_VAULT;')) text = options.decrypt(text, { file, line: 1, column: 1 })
  const root = loadYaml(text, file, { warn: options.warn })
  cache.files.set(file, root)
  return root
}

/** A file of variables as a dictionary; empty files have none. @throws Failure */
export const readVariables = (reading: Reading, file: string, at?: Position): Dict => {
  const root = readYaml(reading, file, at)
  if (isNothing(root)) return new Map()
  if (root.kind === 'map') return root.value
  throw new Failure('playbook.variables', `a file of variables is a dictionary, and this is ${kindOf(root)}`, {
    at: root.at,
    hint: "write 'name: value' for each variable",
  })
}

export const fail = (
  reading: Reading,
  code: `playbook.${string}`,
  message: string,
  at: Position,
  hint?: string,
): void => reading.problems.add(new Failure(code, message, { at, hint }))

/** A problem of a task that may never run: a warning where those are tolerated. */
export const tell = (reading: Reading, failure: Failure): void => {
  if (reading.options.caution) reading.options.caution(failure)
  else reading.problems.add(failure)
}

/** What is undefined before the run may be defined in it: the hint says so. */
const evaluated = (templar: Pick<Templar, 'evaluate'>, value: Template, scope: Scope): Value => {
  try {
    return templar.evaluate(value, scope)
  } catch (thrown) {
    if (!(thrown instanceof Failure) || thrown.code !== 'template.undefined' || thrown.hint) throw thrown
    const { code, message, at, excerpt, cause } = thrown
    const hint =
      'this is read before the run, without facts and hosts: give it by -e, vars or vars_files, or use an include'
    throw new Failure(code, message, { at, excerpt, cause, hint })
  }
}

/** What names that are read before the run may speak of: magic variables without hosts, extra vars, and what is around. */
export const staticScope = (
  { options }: Reading,
  { directory, role, scope }: Pick<Surroundings, 'directory' | 'role' | 'scope'>,
): Scope => {
  const magic: Dict = new Map<string, Value>([['playbook_dir', directory]])
  if (role) magic.set('role_path', role.path)
  const inside = layer(options.extraVars ?? new Map(), scope)
  return {
    get: (name) => magic.get(name) ?? options.magic?.(name) ?? inside.get(name),
    *names() {
      yield* [...magic.keys()].map(String)
      yield* inside.names()
    },
  }
}

/** The value of a name that must be known before the run, evaluated where it is a template; undefined when that failed. */
export const known = (
  reading: Reading,
  value: Value,
  around: Surroundings,
  at: Position,
  what: string,
): Value | undefined => {
  if (!(value instanceof Template)) return value
  const { templar } = reading.options
  return reading.problems.attempt(() => {
    if (templar) return evaluated(templar, value, staticScope(reading, around))
    throw new Failure('playbook.template', `${what} may not be a template here`, { at, hint: 'write it out' })
  })
}

/** A node as a dictionary; undefined, with the problem told, when it is something else. */
export const asMap = (reading: Reading, node: YamlNode, what: string, hint: string): YamlMap | undefined => {
  if (node.kind === 'map') return node
  fail(reading, 'playbook.type', `${what} must be a dictionary, and this is ${kindOf(node)}`, node.at, hint)
  return undefined
}

/** The variables of a `vars` keyword: a dictionary, or the list of dictionaries of old playbooks. */
export const readVars = (reading: Reading, node: YamlNode | undefined): Dict => {
  if (!node || isNothing(node)) return new Map()
  const parts = node.kind === 'list' ? node.items : [node]
  const vars: Dict = new Map()
  for (const part of parts) {
    const map = asMap(reading, part, "'vars'", "write 'name: value' for each variable")
    for (const { key, at } of map?.entries.values() ?? []) {
      const isName = typeof key === 'string' && /^[A-Za-z_]\w*$/.test(key)
      if (!isName) fail(reading, 'playbook.name', `'${key}' is no name for a variable`, at, 'use letters, digits and _')
    }
    for (const [key, value] of map?.value ?? []) vars.set(key, value)
  }
  return vars
}
