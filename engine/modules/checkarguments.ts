import { Failure, type Position } from '../failure.ts'
import { suggest } from '../nearest.ts'
import { type Dict, holdsTemplate, Template, type Value } from '../vars/value.ts'
import { convert } from './convert.ts'
import { findModule } from './registry.ts'

const holdsUnknown = (value: Value): boolean => {
  if (value === null || typeof value !== 'object') return false
  if (Array.isArray(value)) return value.some(holdsUnknown)
  if (value instanceof Map) return [...value.values()].some(holdsUnknown)
  return true
}

/** Stands for parameters that only the running task has: `args: "{{ all }}"`, or a name that is a template. */
const isOpen = (written: string): boolean => written === '_variable_params' || holdsTemplate(written)

/**
 * What is wrong with a task's arguments as far as it can be known before the task runs: unknown names, missing ones,
 * literal values of the wrong kind. Each failure stands at its argument.
 */
export const checkArguments = (
  action: string,
  args: Dict,
  places: ReadonlyMap<string, Position>,
  at: Position,
): readonly Failure[] => {
  const { schema } = findModule(action, at)
  const failures: Failure[] = []
  const names = new Map<string, string>()
  for (const [name, property] of Object.entries(schema.properties)) {
    for (const each of [name, ...(property.aliases ?? [])]) names.set(each, name)
  }
  const given = new Set<string>()
  for (const [key, value] of args) {
    const written = String(key)
    if (isOpen(written)) continue
    const name = names.get(written) ?? (written === '_raw_params' ? schema.freeForm : undefined)
    if (name === undefined) {
      if (schema.additionalProperties || written === '_raw_params') continue
      const hint = suggest(written, [...names.keys()])
      failures.push(
        new Failure('module.parameter', `${action} has no parameter '${written}'`, {
          at: places.get(written) ?? at,
          hint,
        }),
      )
      continue
    }
    given.add(name)
    const property = schema.properties[name]
    if (!property || value === null || value instanceof Template || holdsUnknown(value)) continue
    const converted = convert(property, value)
    if ('problem' in converted) {
      const place = places.get(written) ?? at
      failures.push(
        new Failure('module.parameter', `${action}: '${written}' ${converted.problem}`, {
          at: place,
          hint: converted.hint,
        }),
      )
    }
  }
  for (const group of schema.mutuallyExclusive ?? []) {
    const both = [...args]
      .filter(
        ([key, value]) =>
          value !== null && !(value instanceof Template) && group.includes(names.get(String(key)) ?? ''),
      )
      .map(([key]) => String(key))
    const [first, second] = both
    if (first === undefined || second === undefined) continue
    failures.push(
      new Failure('module.parameter', `${action} takes only one of '${first}' and '${second}'`, {
        at: places.get(second) ?? at,
        hint: 'remove one of them',
      }),
    )
  }
  if ([...args.keys()].some((key) => isOpen(String(key)))) return failures
  for (const name of schema.required ?? []) {
    if (!given.has(name))
      failures.push(
        new Failure('module.parameter', `${action} needs '${name}'`, {
          at,
          hint: schema.properties[name]?.description,
        }),
      )
  }
  return failures
}
