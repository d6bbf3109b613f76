import { text } from '../../vars/python/text.ts'
import { typeName } from '../../vars/python/type.ts'
import { type Dict, isDict, type Value } from '../../vars/value.ts'
import { convert } from '../convert.ts'
import type { ParameterSchema } from '../module.ts'

/** The types of an argument specification as those of our own parameters; other types take any value. */
const types: Readonly<Record<string, ParameterSchema>> = {
  str: { type: 'string' },
  path: { type: 'string' },
  int: { type: 'integer' },
  float: { type: 'number' },
  bool: { type: 'boolean' },
  list: { type: 'array' },
  dict: { type: 'object' },
}

const units: Readonly<Record<string, RegExp>> = {
  bytes: /^\s*\d*\.?\d+\s*(?:[KMGTPEZY]?B?|[KMGTPEZY]ibibytes?)?\s*$/i,
  bits: /^\s*\d*\.?\d+\s*(?:[KMGTPEZY]?b?)?\s*$/i,
}

const isOfType = (type: string, value: Value): boolean => {
  if (type === 'str') return true // everything has a text
  const unit = units[type]
  if (unit) return unit.test(text(value))
  const schema = types[type]
  return schema === undefined || !('problem' in convert(schema, value))
}

const mismatch = (what: string, type: string, value: Value): string => {
  const is = `<class '${typeName(value)}'>`
  return `${what} is of type ${is} and we were unable to convert to ${type}: ${is} cannot be converted to ${type === 'int' ? 'an' : 'a'} ${type}`
}

const listOf = (value: Value | undefined): Value[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [value]
const namesOf = (value: Value | undefined): string[] => listOf(value).map(text)
const groupsOf = (value: Value | undefined): string[][] => listOf(value).map((group) => namesOf(group))

/** What must not, or must, be given together. */
const relations = (rules: Dict, given: Dict, found: (text: string) => string): string[] => {
  const has = (name: string) => given.has(name)
  const missing = (names: string[]) => names.filter((name) => !has(name)).join(', ')
  const problems: string[] = []
  for (const group of groupsOf(rules.get('mutually_exclusive'))) {
    if (group.filter(has).length > 1) problems.push(found(`parameters are mutually exclusive: ${group.join('|')}`))
  }
  for (const group of groupsOf(rules.get('required_together'))) {
    if (group.some(has) && !group.every(has))
      problems.push(found(`parameters are required together: ${group.join(', ')}`))
  }
  for (const group of groupsOf(rules.get('required_one_of'))) {
    if (!group.some(has)) problems.push(found(`one of the following is required: ${group.join(', ')}`))
  }
  for (const rule of listOf(rules.get('required_if'))) {
    const [name, value, required, any] = listOf(rule)
    if (name === undefined || !has(text(name)) || text(given.get(text(name)) ?? null) !== text(value ?? null)) continue
    const names = namesOf(required)
    const isMet = any === true ? names.some(has) : names.every(has)
    const how = any === true ? 'any' : 'all'
    const lacking = any === true ? names.join(', ') : missing(names)
    if (!isMet)
      problems.push(
        found(`${text(name)} is ${text(value ?? null)} but ${how} of the following are missing: ${lacking}`),
      )
  }
  const by = rules.get('required_by')
  for (const [name, required] of isDict(by) ? by : []) {
    const names = namesOf(required)
    if (has(text(name)) && !names.every(has)) {
      problems.push(found(`missing parameter(s) required by '${text(name)}': ${missing(names)}`))
    }
  }
  return problems
}

/** What is wrong with a value by its option: its type, its choices, what is in it. */
const valueProblems = (name: string, option: Dict, value: Value, path: readonly string[]): string[] => {
  const type = text(option.get('type') ?? 'str')
  const found = (problem: string) => (path.length > 0 ? `${problem} found in ${path.join(' -> ')}` : problem)
  if (!isOfType(type, value)) return [mismatch(`argument '${name}'`, type, value)].map(found)
  const elements = option.get('elements')
  const items =
    type === 'list' ? (Array.isArray(value) ? value : typeof value === 'string' ? value.split(',') : [value]) : []
  const problems: string[] = []
  const choices = option.get('choices')
  const isChoice = (item: Value) => listOf(choices).some((choice) => text(choice) === text(item))
  const wrong = choices === undefined ? [] : (type === 'list' ? items : [value]).filter((item) => !isChoice(item))
  if (wrong.length > 0) {
    const some = type === 'list' ? 'one or more of' : 'one of'
    problems.push(
      found(
        `value of ${name} must be ${some}: ${namesOf(choices).join(', ')}, got: ${(type === 'list' ? wrong : [value]).map(text).join(', ')}`,
      ),
    )
  }
  const inner = option.get('options')
  const inside = [...path, name]
  if (elements !== undefined && elements !== 'dict') {
    const odd = items.find((item) => !isOfType(text(elements), item))
    if (odd !== undefined) problems.push(found(mismatch(`Elements value for option '${name}'`, text(elements), odd)))
  }
  if (!isDict(inner)) return problems
  const parts = type === 'list' ? items : [value]
  for (const part of parts) {
    if (isDict(part)) problems.push(...problemsOf(inner, part, option, inside))
    else problems.push(found(`value of '${name}' must be of type dict or list of dicts`))
  }
  return problems
}

/**
 * What is wrong with arguments by a specification: options by name. `rules` holds what concerns several of them,
 * `path` the options that lead to these.
 */
export const problemsOf = (
  spec: Dict,
  arguments_: Dict,
  rules: Dict = new Map(),
  path: readonly string[] = [],
): string[] => {
  const found = (problem: string) => (path.length > 0 ? `${problem} found in ${path.join(' -> ')}` : problem)
  const given: Dict = new Map()
  const known = new Map<string, string>()
  for (const [name, option] of spec) {
    for (const each of [text(name), ...namesOf(isDict(option) ? option.get('aliases') : undefined)])
      known.set(each, text(name))
  }
  const unknown: string[] = []
  for (const [name, value] of arguments_) {
    const meant = known.get(text(name))
    if (meant === undefined) unknown.push([...path, text(name)].join('.'))
    else if (value !== null) given.set(meant, value)
  }
  const problems: string[] = []
  if (unknown.length > 0) {
    problems.push(
      `${unknown.sort().join(', ')}. Supported parameters include: ${[...known.values()].sort().join(', ')}.`,
    )
  }
  problems.push(...relations(rules, given, found))
  const isMissing = (name: string, option: Value) =>
    isDict(option) && convertsToTrue(option.get('required')) && option.get('default') === undefined && !given.has(name)
  const missing = [...spec].filter(([name, option]) => isMissing(text(name), option)).map(([name]) => text(name))
  if (missing.length > 0) problems.push(found(`missing required arguments: ${missing.sort().join(', ')}`))
  for (const [name, value] of given) {
    const option = spec.get(name)
    problems.push(...valueProblems(text(name), isDict(option) ? option : new Map(), value, path))
  }
  return problems
}

const convertsToTrue = (value: Value | undefined): boolean => {
  if (value === undefined || value === null) return false
  const converted = convert({ type: 'boolean' }, value)
  return 'value' in converted && converted.value === true
}
