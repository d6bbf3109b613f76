import { type Dict, isDict, Template } from '../vars/value.ts'
import type { PlaybookLoader, RoleFrom } from './loader.ts'
import type { Node, Role, Task } from './play.ts'

const textOf = (args: Dict, ...names: string[]): string | undefined => {
  for (const name of names) {
    const value = args.get(name)
    if (value !== undefined && value !== null) return String(value)
  }
  return undefined
}

/** The file that the arguments of include_tasks name. */
export const includedFile = (args: Dict): string | undefined => textOf(args, '_raw_params', 'file') || undefined

/** The role that the arguments of include_role name, and what they say of it. */
export const includedRole = (args: Dict): { name: string; from: RoleFrom } | undefined => {
  const name = textOf(args, 'name', 'role')
  if (!name) return undefined
  const tasksFrom = textOf(args, 'tasks_from')
  const varsFrom = textOf(args, 'vars_from')
  const defaultsFrom = textOf(args, 'defaults_from')
  const handlersFrom = textOf(args, 'handlers_from')
  const from: RoleFrom = {
    ...(tasksFrom ? { tasksFrom } : {}),
    ...(varsFrom ? { varsFrom } : {}),
    ...(defaultsFrom ? { defaultsFrom } : {}),
    ...(handlersFrom ? { handlersFrom } : {}),
    public: args.get('public') === true,
    allowDuplicates: args.get('allow_duplicates') !== false,
    ...(args.get('rolespec_validate') === false ? { isValidated: false } : {}),
  }
  return { name, from }
}

/**
 * The nodes that an include brings, when it says which without a template; undefined when it does not, and when `seen` knows
 * that it was looked at.
 * @throws Failure for files and roles that are missing or wrong
 */
export const includedNodes = async (
  task: Task,
  loader: PlaybookLoader,
  seen: Set<string>,
): Promise<{ nodes: readonly Node[]; handlers: readonly Node[]; role?: Role } | undefined> => {
  const { action, args } = task
  if (action !== 'include_tasks' && action !== 'include_role') return undefined
  if (!isDict(args) || [...args.values()].some((value) => value instanceof Template)) return undefined
  const key = JSON.stringify([action, [...args], task.role?.path, action === 'include_tasks' ? task.at.file : ''])
  if (seen.has(key)) return undefined
  seen.add(key)
  if (action === 'include_role') {
    const named = includedRole(args)
    return named && (await loader.role(named.name, task, named.from))
  }
  const file = includedFile(args)
  return file === undefined ? undefined : { nodes: (await loader.tasks(file, task)).nodes, handlers: [] }
}
