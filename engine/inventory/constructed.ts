import { Failure, type Position } from '../failure.ts'
import { emptyScope, layer, type Scope } from '../vars/scope.ts'
import type { Templar } from '../vars/templar.ts'
import { type Dict, isDict, Template, toPlain, Undefined, type Value } from '../vars/value.ts'
import type { YamlMap } from '../yaml/node.ts'
import { addChild, ensureGroup, ensureHost, reconcile } from './build.ts'
import { magicGroups } from './groups.ts'
import { identityNames, identityOf } from './identity.ts'
import type { Inventory } from './inventory.ts'
import { hostLayers } from './variables.ts'

/** Names of the plugin that makes variables and groups of what other sources have told. */
export const constructedNames: readonly string[] = ['constructed', 'ansible.builtin.constructed']

type Configuration = {
  readonly values: Dict
  readonly at: Position
  readonly source: string
  readonly templar: Templar
  readonly extraVars: Dict
}

const isYes = (value: Value | undefined, fallback: boolean): boolean =>
  value === undefined ? fallback : value === true || /^(?:yes|true|on|1)$/i.test(String(value))

/** What a host's expressions may speak of: its variables, of the sources alone or of group_vars and host_vars too. */
const scopeOf = (inventory: Inventory, host: string, { values, extraVars }: Configuration): Scope => {
  const withFiles = isYes(values.get('use_vars_plugins'), false)
  const own: Dict = new Map()
  for (const { level, values: layered } of hostLayers(inventory, host)) {
    if (!withFiles && level !== 3 && level !== 8) continue
    for (const [key, value] of layered) own.set(key, value)
  }
  const magic: Dict = new Map<string, Value>([
    ...identityNames.flatMap((name) => {
      const value = identityOf(inventory, host, name)
      return value === undefined ? [] : [[name, value] as const]
    }),
    ['groups', magicGroups(inventory)],
  ])
  const extra = isYes(values.get('use_extra_vars'), false) ? extraVars : new Map()
  return layer(extra, layer(magic, layer(own, emptyScope)))
}

/** The text of an expression; a YAML text with braces is one too. */
const sourceOf = (value: Value): string => (value instanceof Template ? value.source : String(toPlain(value)))

const problem = (what: string, host: string, { at }: Configuration, cause: unknown): Failure =>
  new Failure('inventory.constructed', `${what} cannot be evaluated for ${host}`, {
    at,
    cause,
    hint: 'a host that lacks what it speaks of is left out with strict: false',
  })

/** An expression's value; undefined when it fails and the configuration is not strict. */
const evaluate = (
  value: Value,
  what: string,
  host: string,
  configuration: Configuration,
  scope: Scope,
): Value | undefined => {
  try {
    const found = configuration.templar.expression(sourceOf(value), configuration.at, scope)
    if (!(found instanceof Undefined)) return found
    throw new Failure('template.undefined', `${found.what} is undefined`)
  } catch (thrown) {
    if (!(thrown instanceof Failure)) throw thrown
    if (isYes(configuration.values.get('strict'), false)) throw problem(what, host, configuration, thrown)
    return undefined
  }
}

const addVariables = (inventory: Inventory, host: string, variables: Dict, source: string): void => {
  if (variables.size === 0) return
  ensureHost(inventory, host).layers.push({ source, values: variables, positions: new Map(), level: 8, order: 0 })
}

const compose = (inventory: Inventory, host: string, configuration: Configuration): void => {
  const wanted = configuration.values.get('compose')
  for (const [name, expression] of isDict(wanted) ? wanted : []) {
    // one may speak of those before it
    const scope = scopeOf(inventory, host, configuration)
    const value = evaluate(expression, `compose: ${String(name)}`, host, configuration, scope)
    if (value !== undefined) addVariables(inventory, host, new Map([[name, value]]), configuration.source)
  }
}

/** A name that a group may have. */
const safe = (name: string): string => name.replace(/[^A-Za-z0-9_]/g, '_').replace(/^(?=\d)/, '_')

const isTrue = (value: Value | undefined): boolean =>
  isDict(value) || Array.isArray(value)
    ? (isDict(value) ? value.size : value.length) > 0
    : Boolean(toPlain(value ?? null))

const group = (inventory: Inventory, host: string, configuration: Configuration): void => {
  const wanted = configuration.values.get('groups')
  const scope = scopeOf(inventory, host, configuration)
  for (const [name, expression] of isDict(wanted) ? wanted : []) {
    const value = evaluate(expression, `groups: ${String(name)}`, host, configuration, scope)
    if (isTrue(value)) ensureHost(inventory, host, safe(String(name)))
  }
}

/** The parts of the names of the groups that a key's value stands for. */
const partsOf = (value: Value, entry: Dict, separator: string): string[] => {
  const fallback = entry.get('default_value')
  const isTrailing = isYes(entry.get('trailing_separator'), true)
  const textOf = (part: Value): string =>
    (part === '' || part === null) && fallback !== undefined
      ? String(fallback)
      : part === null
        ? ''
        : String(toPlain(part))
  if (Array.isArray(value)) return value.map(textOf)
  if (isDict(value)) {
    return [...value].map(([key, part]) => {
      const text = textOf(part)
      return text === '' && !isTrailing ? String(key) : `${String(key)}${separator}${text}`
    })
  }
  const text = textOf(value)
  return text === '' ? [] : [text]
}

const keyed = (inventory: Inventory, host: string, configuration: Configuration): void => {
  const entries = configuration.values.get('keyed_groups')
  const scope = scopeOf(inventory, host, configuration)
  for (const entry of Array.isArray(entries) ? entries : []) {
    if (!isDict(entry) || entry.get('key') === undefined) {
      throw new Failure('inventory.constructed', 'an entry of keyed_groups lacks its key', {
        at: configuration.at,
        hint: 'write - key: EXPRESSION',
      })
    }
    const value = evaluate(entry.get('key') as Value, 'keyed_groups', host, configuration, scope)
    if (value === undefined) continue
    const prefix = sourceOf(entry.get('prefix') ?? '')
    const separator = sourceOf(entry.get('separator') ?? '_')
    const isLed = prefix !== '' || isYes(configuration.values.get('leading_separator'), true)
    const given = entry.get('parent_group')
    const parent = given === undefined || given === null ? undefined : parentOf(given, configuration, scope)
    for (const part of partsOf(value, entry, separator)) {
      const name = safe(`${prefix}${isLed ? separator : ''}${part}`)
      ensureHost(inventory, host, name)
      if (parent === undefined) continue
      ensureGroup(inventory, parent)
      addChild(inventory, parent, name)
    }
  }
}

const parentOf = (given: Value, { templar }: Configuration, scope: Scope): string =>
  safe(String(given instanceof Template ? templar.evaluate(given, scope) : given))

/**
 * Carries out a configuration of the plugin `constructed`: `compose` makes variables, `groups` and `keyed_groups` groups,
 * for every host that the sources before it have told. @throws Failure when it is strict and an expression fails
 */
export const readConstructed = (
  inventory: Inventory,
  map: YamlMap,
  source: string,
  templar: Templar,
  extraVars: Dict,
): void => {
  reconcile(inventory)
  const configuration: Configuration = { values: map.value, at: map.at, source, templar, extraVars }
  for (const host of [...inventory.hosts.keys()]) {
    compose(inventory, host, configuration)
    group(inventory, host, configuration)
    keyed(inventory, host, configuration)
  }
}
