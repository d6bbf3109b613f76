import { basename, extname, join } from 'node:path'
import type { IncludeVarsParameters } from '../../../schema/types.ts'
import { Failure } from '../../failure.ts'
import { regularExpression } from '../../vars/regularexpression.ts'
import { type Dict, isDict, type Value } from '../../vars/value.ts'
import { type Host, type ModuleSchema, readOnlyModule } from '../module.ts'
import schema from './include_vars.schema.json' with { type: 'json' }

/** A dictionary over another, level by level; anything else replaces what was there. */
const merged = (below: Value | undefined, above: Value): Value => {
  if (!isDict(below) || !isDict(above)) return above
  const together: Dict = new Map(below)
  for (const [key, value] of above) together.set(key, merged(below.get(key), value))
  return together
}

/** The files of a directory that are asked for, in the order in which they are read. */
const filesOf = async (host: Host, directory: string, params: IncludeVarsParameters): Promise<string[]> => {
  const { depth, files_matching, ignore_files = [], extensions, ignore_unknown_extensions } = params
  const wanted = files_matching === undefined ? undefined : regularExpression(files_matching)
  const ignored = ignore_files.map((source) => regularExpression(`${source}$`))
  const files: string[] = []
  for (const { name } of await host.controller.list(directory)) {
    if (name.endsWith('/') || (depth > 0 && name.split('/').length > depth)) continue
    const file = basename(name)
    if ((wanted && !wanted.test(file)) || ignored.some((pattern) => pattern.test(file))) continue
    if (extensions.includes(extname(file).slice(1))) files.push(join(directory, name))
    else if (!ignore_unknown_extensions) {
      throw new Failure('module.parameter', `${join(directory, name)} is no file of variables by its ending`, {
        at: host.at,
        hint: `endings that are read: ${extensions.join(', ')}; ignore_unknown_extensions leaves out others`,
      })
    }
  }
  return files
}

export const include_vars = readOnlyModule<IncludeVarsParameters>(
  'include_vars',
  schema as ModuleSchema,
  async (host, params) => {
    const { file, dir, name, hash_behaviour } = params
    const files = dir
      ? await filesOf(host, await host.controller.find('vars', dir), params)
      : [await host.controller.find('vars', file ?? '')]
    const read: Dict = new Map()
    for (const path of files) {
      for (const [key, value] of await host.controller.variables(path)) {
        read.set(key, hash_behaviour === 'merge' ? merged(read.get(key), value) : value)
      }
    }
    const found: Dict = name === undefined ? read : new Map([[name, read]])
    if (hash_behaviour === 'merge') {
      for (const [key, value] of found) found.set(key, merged(host.controller.scope.get(String(key)), value))
    }
    return { ansible_facts: Object.fromEntries(found), ansible_included_var_files: files }
  },
)
