import { Failure } from '../failure.ts'
import { nearest } from '../nearest.ts'
import { layer } from '../vars/scope.ts'
import { type Dict, Template } from '../vars/value.ts'
import { isNothing, kindOf, type YamlEntry, type YamlMap } from '../yaml/node.ts'
import { type Action, checkArguments, readNamedArguments, withArgs } from './action.ts'
import { includeKeywords, loopControlKeywords } from './keywordnames.ts'
import {
  checkTemplates,
  failUnknown,
  readConditions,
  readInherited,
  readTags,
  readTexts,
  textOfKeyword,
  valueOfKeyword,
} from './keywords.ts'
import type { Inherited, Loop, LoopControl, Task } from './play.ts'
import { asMap, fail, type Reading, readVars, type Surroundings, tell } from './reading.ts'

const includeTasksArguments = ['file', 'apply']
export const roleArguments = [
  'name',
  'role',
  'tasks_from',
  'vars_from',
  'defaults_from',
  'handlers_from',
  'apply',
  'public',
  'allow_duplicates',
  'rolespec_validate',
]

const isInclude = (name: string): boolean => name === 'include_tasks' || name === 'include_role'

const readLoop = (reading: Reading, map: YamlMap): Loop | undefined => {
  const forms = [...map.entries.values()].filter(({ key }) => key === 'loop' || /^with_\w/.test(String(key)))
  const [first, second] = forms
  if (!first) return undefined
  if (second) {
    fail(
      reading,
      'playbook.loop',
      `a task has one loop, and this one has two: '${first.key}' and '${second.key}'`,
      second.at,
    )
  }
  checkTemplates(reading, first.node)
  const { value, textAt } = first.node.kind === 'scalar' ? first.node : { ...first.node, textAt: first.node.at }
  if (first.key !== 'loop') {
    checkLookup(reading, first)
    if (isNothing(first.node)) {
      fail(
        reading,
        'playbook.missing',
        `'${first.key}' has nothing to loop over`,
        first.at,
        'give it a list, or remove it',
      )
    }
    return { kind: 'lookup', lookup: String(first.key).slice('with_'.length), terms: value, at: textAt }
  }
  if (!Array.isArray(value) && !(value instanceof Template)) {
    const hint = 'write a list, or a template that gives one; a dictionary becomes a list with the filter dict2items'
    const message = `'loop' needs a list, and this is ${kindOf(first.node)}`
    tell(reading, new Failure('playbook.loop', message, { at: first.node.at, hint }))
  }
  return { kind: 'loop', items: value, at: textAt }
}

const readLoopControl = (reading: Reading, entry: YamlEntry | undefined): LoopControl => {
  if (!entry || isNothing(entry.node)) return { loopVar: 'item' }
  const map = asMap(reading, entry.node, "'loop_control'", 'write loop_control: {loop_var: name}')
  const found: Record<string, unknown> = {}
  for (const each of map?.entries.values() ?? []) {
    const name = String(each.key)
    if (!loopControlKeywords.includes(name)) failUnknown(reading, name, each.at, 'loop_control', loopControlKeywords)
    else if (name === 'loop_var' || name === 'index_var') {
      const variable = readVariableName(reading, each)
      if (variable !== undefined) found[name === 'loop_var' ? 'loopVar' : 'indexVar'] = variable
    } else if (name === 'break_when') found['breakWhen'] = readConditions(reading, each)
    else {
      const kind = name === 'pause' ? 'number' : name === 'label' ? 'any' : 'boolean'
      const value = kind === 'any' ? each.node.value : valueOfKeyword(reading, each, kind)
      const field = name === 'extended_allitems' ? 'extendedAllItems' : name
      if (value !== undefined && value !== null) found[field] = value
    }
  }
  return { loopVar: 'item', ...found }
}

const readVariableName = (reading: Reading, entry: YamlEntry): string | undefined => {
  const { node, key } = entry
  if (node.kind === 'scalar' && /^[A-Za-z_]\w*$/.test(node.text)) return node.text
  fail(
    reading,
    'playbook.name',
    `'${key}' must be the name of a variable, and this is ${node.kind === 'scalar' ? `'${node.text}'` : kindOf(node)}`,
    node.at,
    'use letters, digits and _, and begin with a letter',
  )
  return undefined
}

/** A loop of a lookup that we do not have: a slip of the pen, or a plugin in Python whose task fails when it runs. */
const checkLookup = ({ options, problems }: Reading, { key, at }: YamlEntry): void => {
  const lookup = String(key).slice('with_'.length)
  if (options.isLookup === undefined || options.isLookup(lookup)) return
  const near = nearest(lookup, options.lookupNames ?? [])
  const hint = near ? `did you mean 'with_${near}'?` : 'plugins in Python do not run'
  const failure = new Failure('playbook.loop', `there is no lookup '${lookup}' to loop over`, { at, hint })
  if (near === undefined && options.caution) options.caution(failure)
  else problems.add(failure)
}

/** Keywords that an include does not carry, and what its arguments must be. */
const checkInclude = (reading: Reading, map: YamlMap, action: Action): void => {
  for (const { key, at } of map.entries.values()) {
    const name = String(key)
    if (includeKeywords.includes(name) || name.startsWith('with_') || at === action.at) continue
    if (
      action.written === 'include' ||
      name === 'register' ||
      nearest(name, [action.name]) === action.name ||
      name.endsWith(action.name)
    )
      continue
    fail(
      reading,
      'playbook.keyword',
      `'${name}' has no effect on ${action.name}`,
      at,
      `give it to the tasks: apply: {${name}: …} in the arguments, or a block around`,
    )
  }
  const isTasks = action.name === 'include_tasks'
  const args = readNamedArguments(reading, action, isTasks ? includeTasksArguments : roleArguments)
  if (!args) return
  const names = isTasks ? ['_raw_params', 'file'] : ['name', 'role']
  if (!names.some((name) => args.has(name))) {
    fail(
      reading,
      'playbook.include',
      `${action.name} does not say what to include`,
      action.at,
      `give it '${names[1] === 'role' ? 'name' : 'file'}'`,
    )
  }
}

const readTaskFields = (reading: Reading, map: YamlMap): Partial<Task> => {
  const found: Record<string, unknown> = {}
  const entry = (name: string) => map.entries.get(name)
  const set = (name: string, value: unknown) => {
    if (value !== undefined) found[name] = value
  }
  const kinds = { retries: 'integer', delay: 'number', async: 'integer', poll: 'integer' } as const
  for (const [name, kind] of Object.entries(kinds)) {
    const each = entry(name)
    if (each) set(name, valueOfKeyword(reading, each, kind))
  }
  const conditions = { changed_when: 'changedWhen', failed_when: 'failedWhen', until: 'until' } as const
  for (const [name, field] of Object.entries(conditions)) {
    const each = entry(name)
    if (each && !isNothing(each.node)) set(field, readConditions(reading, each))
  }
  const register = entry('register')
  if (register && !isNothing(register.node)) set('register', readVariableName(reading, register))
  const name = entry('name')
  if (name) set('name', textOfKeyword(reading, name))
  set('loop', readLoop(reading, map))
  return found as Partial<Task>
}

/** A task whose action is known. Static imports are the business of nodes.ts. */
export const readTask = (reading: Reading, map: YamlMap, read: Action, around: Surroundings): Task => {
  const action = withArgs(reading, read, map.entries.get('args'))
  const listen = map.entries.get('listen')
  if (isInclude(action.name)) checkInclude(reading, map, action)
  const inherited = readInherited(reading, map)
  checkArguments(reading, action)
  const varsEntry = map.entries.get('vars')
  if (varsEntry) checkTemplates(reading, varsEntry.node)
  const vars: Dict = readVars(reading, varsEntry?.node)
  const keywords: Inherited = {
    ...inherited,
    ...(action.isLocal ? { delegateTo: 'localhost' } : {}),
  }
  const task: Task = {
    kind: 'task',
    at: map.at,
    action: action.name,
    actionAt: action.at,
    ...(action.program !== undefined && { program: action.program }),
    ...(action.written !== action.name && { written: action.written }),
    args: action.args,
    keywords,
    when: readConditions(reading, map.entries.get('when')),
    tags: readTags(reading, map, around),
    vars,
    loopControl: readLoopControl(reading, map.entries.get('loop_control')),
    notify: readTexts(reading, map.entries.get('notify')),
    listen: readTexts(reading, listen).map(String),
    searchPath: around.searchPath,
    ...readTaskFields(reading, map),
    ...(around.role && { role: around.role }),
    ...(isInclude(action.name) && { inheritedTags: around.tags }),
  }
  if (isInclude(action.name)) reading.cache.scopes.set(task, layer(vars, around.scope))
  return task
}
