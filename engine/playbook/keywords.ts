import { Failure, type Position } from '../failure.ts'
import { nearest } from '../nearest.ts'
import { type Dict, isDict, Template, type Value, Vaulted } from '../vars/value.ts'
import { isNothing, kindOf, type YamlEntry, type YamlMap, type YamlNode } from '../yaml/node.ts'
import { delegation, inherited, type KeywordKind } from './keywordnames.ts'
import type { Condition, Inherited, Text } from './play.ts'
import { fail, known, type Reading, type Surroundings, tell } from './reading.ts'

const booleanWords = /^(?:y|yes|on|1|true|t|n|no|off|0|false|f)$/i

const fits = (value: Value, kind: KeywordKind): boolean => {
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

const words: Readonly<Record<KeywordKind, string>> = {
  boolean: 'a boolean',
  integer: 'a whole number',
  number: 'a number',
  percent: 'a number or a percentage',
  string: 'a string',
  any: 'a value',
}

/** The value of a keyword; undefined, with the problem told, when it has the wrong type. Nothing written means not given. */
export const valueOfKeyword = (reading: Reading, { key, node }: YamlEntry, kind: KeywordKind): Value | undefined => {
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
      for (const name of list.flatMap((defaults) => [...defaults.keys()])) {
        reading.cache.withDefaults.add(String(name).replace(/^.*\./, ''))
      }
    } else if (name === 'debugger') {
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

/** Runs a check of what a task says; what it finds is told. Whether all is right. */
const passes = (reading: Reading, check: () => void): boolean => {
  try {
    check()
    return true
  } catch (thrown) {
    if (!(thrown instanceof Failure)) throw thrown
    tell(reading, thrown)
    return reading.options.caution !== undefined
  }
}

/**
 * Checks the syntax of every template in a value; false when one is wrong and that is a problem: where such things are
 * tolerated, the task fails when it runs.
 */
export const checkTemplates = (reading: Reading, node: YamlNode): boolean => {
  const { templar } = reading.options
  if (!templar) return true
  if (node.kind === 'list') return node.items.map((item) => checkTemplates(reading, item)).every(Boolean)
  if (node.kind === 'map')
    return [...node.entries.values()].map((entry) => checkTemplates(reading, entry.node)).every(Boolean)
  const { value } = node
  if (!(value instanceof Template)) return true
  return passes(reading, () => templar.check(value.source, value.at, 'template'))
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
        passes(reading, () => reading.options.templar?.check(value, textAt, 'expression'))
      } else if (value instanceof Template) {
        const hint = 'write the expression without {{ and }}: its value would be evaluated once more'
        const found = `Found: ${value.source}`
        const message = `conditional statements should not include jinja2 templating delimiters such as {{ }} or {% %}. ${found}`
        reading.options.caution?.(new Failure('playbook.condition', message, { at: textAt, hint }))
      }
      return [{ expression: value, at: textAt }]
    }
    const message = `a condition of '${entry.key}' must be an expression, and this is ${kindOf(part)}`
    tell(reading, new Failure('playbook.condition', message, { at: part.at, hint: 'quote the expression' }))
    return [{ expression: part.value, at: part.at }]
  })
}

/** The parts of a text between its commas; those inside of templates do not count. */
const wordsOf = (value: Value): Value[] => {
  if (typeof value === 'string') return value.split(',')
  if (!(value instanceof Template)) return [value]
  const { at } = value
  return value.source.split(/,(?![^{]*\}\})/).map((text) => (text.includes('{{') ? new Template(text, at) : text))
}

/** The tags of an object, with those of everything around it before them. */
export const readTags = (reading: Reading, map: YamlMap, around: Surroundings): readonly string[] => {
  const node = map.entries.get('tags')?.node
  if (!node || isNothing(node)) return around.tags
  const parts = node.kind === 'list' ? node.items : [node]
  const own = parts.flatMap((part) => {
    // A text is taken apart at its commas; an item of a list is one tag, and so is what a template gives.
    const written = node.kind === 'list' ? [part.value] : wordsOf(part.value)
    return written.flatMap((word) => {
      const value = known(reading, word, around, part.at, 'a tag')
      if (value === undefined || value === null) return []
      if (isDict(value)) {
        fail(reading, 'playbook.tags', 'a tag must be a word', part.at, 'write tags: [a, b]')
        return []
      }
      return (Array.isArray(value) ? value : [value]).map((tag) => String(tag).trim())
    })
  })
  return [...new Set([...around.tags, ...own])]
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
