import type { Dict } from '../vars/value.ts'
import type { RoleFrom } from './loader.ts'

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
