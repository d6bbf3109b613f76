import { join } from 'node:path'
import type { Dict, Value } from '../vars/value.ts'
import { isDict } from '../vars/value.ts'
import { isNothing } from '../yaml/node.ts'
import type { Role, Task } from './play.ts'
import { isFile, type Reading, readYaml, type Surroundings } from './reading.ts'

const specsOf = (reading: Reading, path: string): Dict | undefined => {
  const names = ['argument_specs.yml', 'argument_specs.yaml', 'argument_specs.json', 'main.yml', 'main.yaml']
  for (const name of names) {
    const file = join(path, 'meta', name)
    if (!isFile(file)) continue
    const root = readYaml(reading, file)
    const found = isNothing(root) || root.kind !== 'map' ? undefined : root.value.get('argument_specs')
    if (isDict(found as Value)) return found as Dict
  }
  return undefined
}

/** The task that checks a role's arguments before its own tasks run; undefined where the role specifies none. */
export const validationOf = (reading: Reading, role: Role, entry: string, around: Surroundings): Task | undefined => {
  const spec = specsOf(reading, role.path)?.get(entry)
  const options = isDict(spec as Value) ? (spec as Dict).get('options') : undefined
  if (!isDict(options)) return undefined
  const description = (spec as Dict).get('short_description')
  const context: Dict = new Map<string, Value>([
    ['type', 'role'],
    ['name', role.name],
    ['argument_spec_name', entry],
    ['path', role.path],
  ])
  const at = { file: join(role.path, 'meta'), line: 1, column: 1 }
  return {
    kind: 'task',
    at,
    name: `Validating arguments against arg spec '${entry}'${description ? ` - ${String(description)}` : ''}`,
    action: 'validate_argument_spec',
    actionAt: at,
    args: new Map<string, Value>([
      ['argument_spec', options],
      ['provided_arguments', role.params],
      ['validate_args_context', context],
    ]),
    keywords: {},
    when: [],
    tags: [...new Set([...around.tags, 'always'])],
    vars: new Map(),
    loopControl: { loopVar: 'item' },
    notify: [],
    listen: [],
    role,
    searchPath: around.searchPath,
  }
}
