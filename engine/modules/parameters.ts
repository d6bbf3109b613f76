import { Failure, type Position, throwAll } from '../failure.ts'
import { suggest } from '../nearest.ts'
import { type Dict, Omit, type Value } from '../vars/value.ts'
import { convert } from './convert.ts'
import type { ModuleSchema, ParameterSchema } from './module.ts'

type Given = Dict | Readonly<Record<string, unknown>>

const entries = (given: Given): [string, unknown][] =>
  given instanceof Map ? [...given].map(([key, value]) => [String(key), value]) : Object.entries(given)

/** The names under which each parameter may be given, its own first. */
const namesOf = (schema: ParameterSchema): Map<string, string> => {
  const names = new Map<string, string>()
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    names.set(name, name)
    for (const alias of property.aliases ?? []) names.set(alias, name)
  }
  return names
}

const list = (names: readonly string[]): string => names.map((name) => `'${name}'`).join(', ')

const unknownParameter = (name: string, where: string, schema: ParameterSchema, at: Position): Failure =>
  new Failure('module.parameter', `${where} has no parameter '${name}'`, {
    at,
    hint: suggest(name, [...namesOf(schema).keys()]),
  })

/** A default that a module may change without changing it for others. */
const own = (value: unknown): unknown => (typeof value === 'object' ? structuredClone(value) : value)

/** The parameters of one level, converted; problems are added to `failures`. */
const readLevel = (
  schema: ParameterSchema,
  given: Given,
  where: string,
  at: Position,
  failures: Failure[],
): Record<string, unknown> => {
  const names = namesOf(schema)
  const read: Record<string, unknown> = {}
  const answered = new Set<string>()
  const fail = (message: string, hint?: string) => failures.push(new Failure('module.parameter', message, { at, hint }))

  for (const [key, value] of entries(given)) {
    if (value instanceof Omit) continue
    const name = names.get(key)
    if (name === undefined) {
      if (!schema.additionalProperties) failures.push(unknownParameter(key, where, schema, at))
      else read[key] = value
      continue
    }
    // No value is the same as not given, as `mode: {{ none }}` and an empty YAML value mean it.
    if (value === null || value === undefined) continue
    answered.add(name)
    const property = schema.properties?.[name] ?? {}
    const converted = convert(property, value as Value)
    if ('problem' in converted) fail(`${where}: '${key}' ${converted.problem}`, converted.hint)
    else read[name] = nested(property, converted.value, `${where}.${name}`, at, failures)
  }
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    if (!(name in read) && property.default !== undefined) read[name] = own(property.default)
  }
  for (const name of schema.required ?? []) {
    if (name in read || answered.has(name)) continue
    fail(`${where} needs '${name}'`, schema.properties?.[name]?.description)
  }
  return read
}

const nested = (schema: ParameterSchema, value: unknown, where: string, at: Position, failures: Failure[]): unknown => {
  if (schema.properties && value !== null && typeof value === 'object' && !Array.isArray(value)) {
    return readLevel(schema, value as Record<string, unknown>, where, at, failures)
  }
  const { items } = schema
  if (items?.properties && Array.isArray(value)) {
    return value.map((item, index) => nested(items, item, `${where}[${index}]`, at, failures))
  }
  return value
}

/**
 * A task's parameters as its module takes them: aliases resolved, values converted by Ansible's rules, defaults
 * filled in, `omit` left out. Throws one Failure 'module.parameter' that carries all problems.
 */
export const readParameters = <P>(schema: ModuleSchema, given: Given, at: Position, moduleName: string): P => {
  const failures: Failure[] = []
  const { freeForm } = schema
  const named: [string, unknown][] = entries(given).map(([key, value]) =>
    key === '_raw_params' && freeForm !== undefined ? [freeForm, value] : [key, value],
  )
  const read = readLevel(schema, Object.fromEntries(named), moduleName, at, failures)
  const isGiven = namesGiven(schema, named)
  for (const group of schema.mutuallyExclusive ?? []) {
    const both = group.filter((name) => isGiven.has(name))
    if (both.length < 2) continue
    failures.push(new Failure('module.parameter', `${moduleName} takes only one of ${list(both)}`, { at }))
  }
  for (const group of schema.requiredOneOf ?? []) {
    if (group.some((name) => isGiven.has(name))) continue
    failures.push(new Failure('module.parameter', `${moduleName} needs one of ${list(group)}`, { at }))
  }
  throwAll(failures)
  return read as P
}

const namesGiven = (schema: ModuleSchema, named: readonly [string, unknown][]): Set<string> => {
  const names = namesOf(schema)
  const given = named.filter(([, value]) => value !== null && value !== undefined && !(value instanceof Omit))
  return new Set(given.map(([key]) => names.get(key) ?? key))
}
