import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Play, Task } from '../../engine/playbook/play.ts'
import { candidates } from '../../engine/run/controller.ts'
import { isDict, Template, type Value } from '../../engine/vars/value.ts'

/** Modules that read a file of the controller: the parameter that names it, and where it is looked for. */
const readers: Readonly<Record<string, { kind: 'files' | 'templates' | 'vars'; parameters: readonly string[] }>> = {
  copy: { kind: 'files', parameters: ['src'] },
  template: { kind: 'templates', parameters: ['src', '_raw_params'] },
  script: { kind: 'files', parameters: ['cmd', '_raw_params'] },
  unarchive: { kind: 'files', parameters: ['src'] },
  include_vars: { kind: 'vars', parameters: ['file', 'dir', '_raw_params'] },
}

/** Actions that bring further tasks while the play runs: what those need is known then only. */
const bringsMore = new Set(['include_tasks', 'include_role'])

const shortName = (action: string): string => action.split('.').at(-1) ?? action

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )

const firstThere = async (paths: readonly string[]): Promise<string | undefined> => {
  for (const path of paths) if (await isThere(path)) return path
  return undefined
}

async function* filesBelow(path: string): AsyncGenerator<string> {
  const stats = await stat(path).catch(() => undefined)
  if (stats?.isFile()) yield path
  if (!stats?.isDirectory()) return
  for (const name of (await readdir(path)).sort()) yield* filesBelow(join(path, name))
}

/** Texts of templates anywhere in a value. */
function* templatesIn(value: unknown): Generator<string> {
  if (value instanceof Template) yield value.source
  else if (Array.isArray(value)) for (const item of value) yield* templatesIn(item)
  else if (isDict(value)) for (const item of value.values()) yield* templatesIn(item)
}

const lookupCall =
  /\b(?:lookup|query|q)\(\s*['"](?:ansible\.builtin\.)?(file|template|fileglob)['"]\s*,\s*['"]([^'"{]+)['"]/g

/** Files that lookups with literal names read. */
const lookupNames = (task: Task): { kind: 'files' | 'templates'; name: string }[] => {
  const found = [...templatesIn(task.args), ...templatesIn(task.vars)].flatMap((source) => [
    ...source.matchAll(lookupCall),
  ])
  const named = found.map(([, kind, name = '']) => ({
    kind: kind === 'template' ? ('templates' as const) : ('files' as const),
    name,
  }))
  const { loop } = task
  if (loop?.kind !== 'lookup' || !['file', 'template'].includes(loop.lookup)) return named
  const terms = Array.isArray(loop.terms) ? loop.terms : [loop.terms]
  const literal = terms.filter((term) => typeof term === 'string')
  return [
    ...named,
    ...literal.map((name) => ({ kind: loop.lookup === 'file' ? ('files' as const) : ('templates' as const), name })),
  ]
}

/** The directories in which a task's files may be when their names are known only while it runs. */
const wholeDirectories = (task: Task, play: Play, kind: string): string[] =>
  [...new Set([...task.searchPath, ...(task.role ? [task.role.path] : []), play.directory])].map((directory) =>
    join(directory, kind),
  )

const pathsOfTask = async (task: Task, play: Play): Promise<string[]> => {
  const action = shortName(task.action)
  if (bringsMore.has(action)) {
    // The role that the task stands in; another role by its name, in the playbook's directory of roles or beside it.
    const { role } = task
    const roles = [join(play.directory, 'roles'), ...(role ? [role.path, join(role.path, '..')] : [])]
    const beside = ['tasks', 'files', 'templates', 'vars'].map((name) => join(play.directory, name))
    return action === 'include_role' ? [...roles, ...beside] : [...(role ? [role.path] : []), ...beside]
  }
  const find = (kind: string, name: string) => firstThere(candidates(task, play.directory, kind, name))
  const paths: (string | undefined)[] = [task.program]
  for (const { kind, name } of lookupNames(task)) paths.push(await find(kind, name))
  const reader = readers[action]
  if (!reader) return paths.filter((path) => path !== undefined)
  if (task.args instanceof Template) return wholeDirectories(task, play, reader.kind)
  if (task.args.get('remote_src') === true) return []
  for (const parameter of reader.parameters) {
    const value: Value | undefined = task.args.get(parameter)
    if (value === undefined) continue
    if (typeof value !== 'string') return wholeDirectories(task, play, reader.kind)
    const name = action === 'script' ? (value.trim().split(/\s+/)[0] ?? value) : value
    paths.push(await find(reader.kind, name))
  }
  return paths.filter((path) => path !== undefined)
}

/**
 * Absolute paths of the files that tasks use. A file that a task names literally is taken alone; where a name is known only while the
 * play runs, the whole directory that it is looked for in is taken.
 */
export const filesOf = async (play: Play, tasks: readonly Task[]): Promise<ReadonlySet<string>> => {
  const found = new Set<string>()
  for (const task of tasks) {
    for (const path of await pathsOfTask(task, play)) for await (const file of filesBelow(path)) found.add(file)
  }
  return found
}
