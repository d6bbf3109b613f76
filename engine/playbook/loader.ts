import { stat } from 'node:fs/promises'
import { Failure } from '../failure.ts'
import { createReader } from '../fileaccess.ts'
import { problemList } from '../problems.ts'
import { emptyScope } from '../vars/scope.ts'
import type { Dict } from '../vars/value.ts'
import { isVault } from '../vars/vault.ts'
import { programOf } from './action.ts'
import { findTasks, readTasksFile } from './nodes.ts'
import type { Node, Playbook, Role, Task } from './play.ts'
import { readPlaybook } from './playbook.ts'
import { type Cache, emptyCache, type LoadOptions, type Reading, readVariables, type Surroundings } from './reading.ts'
import { loadRole } from './role.ts'

export type { LoadOptions } from './reading.ts'

/** What include_role and its kin say of the role. */
export type RoleFrom = {
  readonly tasksFrom?: string
  readonly varsFrom?: string
  readonly defaultsFrom?: string
  readonly handlersFrom?: string
  readonly public?: boolean
  readonly allowDuplicates?: boolean
  readonly isValidated?: boolean
}

/** Reads playbooks before a run, and while it lasts what includes name. Each file is parsed once. */
export type PlaybookLoader = {
  /** @throws Failure that carries every problem of all files that the playbook imports */
  playbook(file: string): Promise<Playbook>
  /** The tasks of a file that `include_tasks` names, searched from the including task. @throws Failure */
  tasks(name: string, from: Task): Promise<{ file: string; nodes: readonly Node[] }>
  /** The tasks and handlers of a role that `include_role` names. @throws Failure */
  role(
    name: string,
    from: Task,
    options: RoleFrom,
  ): Promise<{ role: Role; nodes: readonly Node[]; handlers: readonly Node[] }>
  /** The program of the site that a task of the command line runs as its module: of `library` in its directory, or named by the site. */
  program(task: Task): string | undefined
  /** A YAML or JSON file of variables, vault included. @throws Failure */
  variables(path: string): Promise<Dict>
  exists(path: string): Promise<boolean>
  /** A file's content; that of a vault file decrypted, unless `decrypt` is false. @throws Failure */
  read(path: string, decrypt?: boolean): Promise<Buffer>
}

/** Where an include stands. Its own tags do not reach what it brings; those around it do. */
const surroundingsOf = (cache: Cache, from: Task): Surroundings => ({
  directory: from.searchPath.at(-1) ?? '.',
  file: from.at.file,
  tags: from.inheritedTags ?? [],
  searchPath: from.searchPath,
  role: from.role,
  scope: cache.scopes.get(from) ?? emptyScope,
  isHandler: false,
  trail: [],
  bring: () => {},
})

/** A loader of playbooks, task files and roles on this machine's file system. */
export const createLoader = (options: LoadOptions): PlaybookLoader => {
  const cache = emptyCache()
  const source = createReader()
  /** Runs a step with a list of problems of its own and throws what it holds. */
  const complete = <T>(step: (reading: Reading) => T): T => {
    const problems = problemList()
    const result = problems.attempt(() => step({ options, problems, cache }))
    problems.throwAll()
    return result as T
  }
  return {
    playbook: async (file) => ({ file, plays: complete((reading) => readPlaybook(reading, file)) }),
    tasks: async (name, from) => {
      const around = { ...surroundingsOf(cache, from), isIncluded: true }
      const file = findTasks(name, around, from.actionAt)
      const key = JSON.stringify([file, around.tags, around.searchPath, from.role?.path])
      // a role read a second time with other params is another role: its tasks must know which
      const known = cache.tasks.get(key)
      if (known && known.role === from.role) return { file, nodes: known.nodes }
      const nodes = complete((reading) => readTasksFile(reading, file, around, from.actionAt))
      cache.tasks.set(key, { nodes, role: from.role })
      return { file, nodes }
    },
    role: async (name, from, { public: isPublic = false, ...use }) => {
      const loaded = complete((reading) =>
        loadRole(reading, name, surroundingsOf(cache, from), from.actionAt, {
          ...use,
          isPublic,
          allowDuplicates: use.allowDuplicates ?? true,
        }),
      )
      return { role: loaded.role, nodes: loaded.nodes, handlers: loaded.handlers }
    },
    program: (task) => complete((reading) => programOf(reading, surroundingsOf(cache, task), task.action)),
    variables: async (path) => complete((reading) => readVariables(reading, path)),
    exists: (path) =>
      stat(path).then(
        () => true,
        () => false,
      ),
    read: async (path, decrypt = true) => {
      const content = await source(path).catch((cause: Error) => {
        throw new Failure('playbook.missing', `cannot read ${path}`, {
          cause,
          hint: 'check the path and its permissions',
        })
      })
      if (!decrypt || !options.decryptFile || !isVault(content.toString('latin1', 0, 20))) return content
      return options.decryptFile(content.toString(), { file: path, line: 1, column: 1 })
    },
  }
}
