import type { Position } from '../failure.ts'
import { nearest } from '../nearest.ts'
import { type Dict, isDict, Template, type Value, Vaulted } from '../vars/value.ts'
import { isNothing, kindOf, type YamlEntry, type YamlMap, type YamlNode } from '../yaml/node.ts'
import type { Condition, Inherited, Text } from './play.ts'
import { fail, known, type Reading, type Surroundings } from './reading.ts'

type Kind = 'boolean' | 'integer' | 'number' | 'percent' | 'string' | 'any'

type Keyword = { readonly field: keyof Inherited; readonly kind: Kind }

/** Keywords that play, role, block and task share and the executor inherits. */
const inherited: Readonly<Record<string, Keyword>> = {
  any_errors_fatal: { field: 'anyErrorsFatal', kind: 'boolean' },
  become: { field: 'become', kind: 'boolean' },
  become_exe: { field: 'becomeExe', kind: 'string' },
  become_flags: { field: 'becomeFlags', kind: 'string' },
  become_method: { field: 'becomeMethod', kind: 'string' },
  become_user: { field: 'becomeUser', kind: 'string' },
  check_mode: { field: 'checkMode', kind: 'boolean' },
  connection: { field: 'connection', kind: 'string' },
  diff: { field: 'diff', kind: 'boolean' },
  ignore_errors: { field: 'ignoreErrors', kind: 'boolean' },
  ignore_unreachable: { field: 'ignoreUnreachable', kind: 'boolean' },
  no_log: { field: 'noLog', kind: 'boolean' },
  port: { field: 'port', kind: 'integer' },
  remote_user: { field: 'remoteUser', kind: 'string' },
  run_once: { field: 'runOnce', kind: 'boolean' },
  throttle: { field: 'throttle', kind: 'integer' },
  timeout: { field: 'timeout', kind: 'integer' },
}

const delegation: Readonly<Record<string, Keyword>> = {
  delegate_to: { field: 'delegateTo', kind: 'string' },
  delegate_facts: { field: 'delegateFacts', kind: 'boolean' },
}

/** Keywords of every play, role, block and task. */
export const commonKeywords = [
  ...Object.keys(inherited),
  'collections',
  'debugger',
  'environment',
  'module_defaults',
  'name',
  'tags',
  'vars',
]

export const playKeywords = [
  ...commonKeywords,
  'fact_path',
  'force_handlers',
  'gather_facts',
  'gather_subset',
  'gather_timeout',
  'handlers',
  'hosts',
  'max_fail_percentage',
  'order',
  'post_tasks',
  'pre_tasks',
  'roles',
  'serial',
  'strategy',
  'tasks',
  'user',
  'vars_files',
  'vars_prompt',
]

export const blockKeywords = [
  ...commonKeywords,
  ...Object.keys(delegation),
  'always',
  'block',
  'notify',
  'rescue',
  'when',
]

export const roleKeywords = [...commonKeywords, ...Object.keys(delegation), 'role', 'when']

export const importPlaybookKeywords = [...commonKeywords, 'import_playbook', 'when']

export const taskKeywords = [
  ...commonKeywords,
  ...Object.keys(delegation),
  'action',
  'args',
  'async',
  'changed_when',
  'delay',
  'failed_when',
  'local_action',
  'loop',
  'loop_control',
  'notify',
  'poll',
  'register',
  'retries',
  'until',
  'when',
]

export const handlerKeywords = [...taskKeywords, 'listen']

/** What an include may carry: it acts on hosts, its tasks do the work. */
export const includeKeywords = [
  'args',
  'action',
  'collections',
  'debugger',
  'ignore_errors',
  'listen',
  'loop',
  'loop_control',
  'name',
  'no_log',
  'register',
  'run_once',
  'tags',
  'timeout',
  'vars',
  'when',
]

export const loopControlKeywords = [
  'loop_var',
  'index_var',
  'label',
  'pause',
  'extended',
  'extended_allitems',
  'break_when',
]

const booleanWords = /^(?:y|yes|on|1|true|t|n|no|off|0|false|f)$/i

const fits = (value: Value, kind: Kind): boolean => {
  if (value === null || value instanceof Template || value instanceof Vaulted || kind === 'any') return true
  if (Array.isArray(value) || isDict(value)) return false
  const text = String(value)
  switch (kind) {
    case 'boolean':
      return typeof value === 'boolean' || booleanWords.test(text)
    case 'integer':
      return /^[-+]?\d+$/.test(text)
    case 'number':
      return typeof value === 'object' || (text.trim() !== '' && Number.isFinite(Number(text)))
    case 'percent':
      return /^\d+(?:\.\d+)?%?$/.test(text)
    case 'string':
      return true
  }
}

const words: Readonly<Record<Kind, string>> = {
  boolean: 'a boolean',
  integer: 'a whole number',
  number: 'a number',
  percent: 'a number or a percentage',
  string: 'a string',
  any: 'a value',
}

/** The value of a keyword; undefined, with the problem told, when it has the wrong type. Nothing written means not given. */
export const valueOfKeyword = (reading: Reading, { key, node }: YamlEntry, kind: Kind): Value | undefined => {
  if (node.value === null) return undefined
  if (fits(node.value, kind)) {
    checkTemplates(reading, node)
    return node.value
  }
  const isCollection = node.kind !== 'scalar'
  const given = isCollection ? kindOf(node) : `'${node.text}'`
  fail(reading, 'playbook.type', `'${key}' must be ${words[kind]}, and this is ${given}`, node.at)
  return undefined
}

/** A text keyword: a string, or a template. */
export const textOfKeyword = (reading: Reading, entry: YamlEntry): Text | undefined => {
  const value = valueOfKeyword(reading, entry, 'string')
  if (value === undefined || value === null) return undefined
  if (value instanceof Template) return value
  return entry.node.kind === 'scalar' ? entry.node.text : String(value)
}

/** Keywords that are known and without effect here. */
const withoutEffect = new Set(['debugger', 'fact_path', 'gather_timeout'])

/** The inherited keywords of a play, role, block or task. */
export const readInherited = (reading: Reading, map: YamlMap): Inherited => {
  const found: Record<string, unknown> = {}
  for (const entry of map.entries.values()) {
    const name = String(entry.key)
    const keyword = Object.hasOwn(inherited, name) ? inherited[name] : delegation[name]
    if (keyword) {
      const value =
        keyword.kind === 'string' ? textOfKeyword(reading, entry) : valueOfKeyword(reading, entry, keyword.kind)
      if (value !== undefined) found[keyword.field] = value
    } else if (name === 'environment') {
      const list = dictionaries(reading, entry)
      if (list.length > 0) found['environment'] = list
    } else if (name === 'module_defaults') {
      const list = dictionaries(reading, entry).filter(isDict)
      if (list.length > 0) found['moduleDefaults'] = list.map(withoutBuiltinPrefix)
    } else if (withoutEffect.has(name)) {
      reading.options.warn(`the keyword '${name}' has no effect`, entry.at)
    }
  }
  return found as Inherited
}

const dictionaries = (reading: Reading, { key, node }: YamlEntry): Value[] => {
  if (isNothing(node)) return []
  const parts = node.kind === 'list' ? node.items : [node]
  return parts.flatMap((part) => {
    if (isNothing(part)) return []
    checkTemplates(reading, part)
    if (part.kind === 'map' || part.value instanceof Template) return [part.value]
    fail(reading, 'playbook.type', `'${key}' must be a dictionary, and this is ${kindOf(part)}`, part.at)
    return []
  })
}

const withoutBuiltinPrefix = (defaults: Dict): Dict =>
  new Map([...defaults].map(([name, value]) => [shortName(String(name)), value]))

/** A module's name without the prefix of Ansible's own collections; others stay as they are written. */
export const shortName = (name: string): string => name.replace(/^ansible\.(?:builtin|legacy)\./, '')

/** Checks the syntax of every template in a value; false, with the problems told, when one is wrong. */
export const checkTemplates = (reading: Reading, node: YamlNode): boolean => {
  const { templar } = reading.options
  if (!templar) return true
  if (node.kind === 'list') return node.items.map((item) => checkTemplates(reading, item)).every(Boolean)
  if (node.kind === 'map')
    return [...node.entries.values()].map((entry) => checkTemplates(reading, entry.node)).every(Boolean)
  const { value } = node
  if (!(value instanceof Template)) return true
  const isRight = reading.problems.attempt(() => {
    templar.check(value.source, value.at, 'template')
    return true
  })
  return isRight ?? false
}

/** The conditions of `when` and its kin: one, or a list of which all must hold. */
export const readConditions = (reading: Reading, entry: YamlEntry | undefined): readonly Condition[] => {
  if (!entry || isNothing(entry.node)) return []
  const parts = entry.node.kind === 'list' ? entry.node.items : [entry.node]
  return parts.flatMap((part) => {
    if (isNothing(part)) return []
    if (part.kind === 'scalar') {
      const { value, textAt } = part
      if (typeof value === 'string') {
        reading.problems.attempt(() => reading.options.templar?.check(value, textAt, 'expression'))
      }
      return [{ expression: value, at: textAt }]
    }
    fail(
      reading,
      'playbook.condition',
      `a condition of '${entry.key}' must be an expression, and this is ${kindOf(part)}`,
      part.at,
      'quote the expression',
    )
    return []
  })
}

/** The tags of an object, with those of everything around it before them. */
export const readTags = (reading: Reading, map: YamlMap, around: Surroundings): readonly string[] => {
  const node = map.entries.get('tags')?.node
  if (!node || isNothing(node)) return around.tags
  const parts = node.kind === 'list' ? node.items : [node]
  const own = parts.flatMap((part) => {
    const value = known(reading, part.value, around.scope, part.at, 'a tag')
    if (value === undefined || value === null) return []
    if (isDict(value)) {
      fail(reading, 'playbook.tags', 'a tag must be a word', part.at, 'write tags: [a, b]')
      return []
    }
    return (Array.isArray(value) ? value : String(value).split(',')).map((tag) => String(tag).trim())
  })
  return [...new Set([...around.tags, ...own.filter((tag) => tag !== '')])]
}

/** Tells of a keyword that does not exist here, with the nearest that does. */
export const failUnknown = (
  reading: Reading,
  name: string,
  at: Position,
  what: string,
  allowed: readonly string[],
): void => {
  const meant = nearest(name, allowed)
  const hint = meant ? `did you mean '${meant}'?` : `${what} takes: ${[...allowed].sort().join(', ')}`
  fail(reading, 'playbook.keyword', `${what} has no keyword '${name}'`, at, hint)
}

/** The strings of a keyword that takes one or a list of them. */
export const readTexts = (reading: Reading, entry: YamlEntry | undefined): readonly Text[] => {
  if (!entry || isNothing(entry.node)) return []
  const parts = entry.node.kind === 'list' ? entry.node.items : [entry.node]
  return parts.flatMap((part) => {
    const text = textOfKeyword(reading, { key: entry.key, at: part.at, node: part })
    return text === undefined ? [] : [text]
  })
}
