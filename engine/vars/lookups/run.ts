import { Failure } from '../../failure.ts'
import { nearest } from '../../nearest.ts'
import { undefinedFailure } from '../python/failing.ts'
import type { Scope } from '../scope.ts'
import type { Templar, TemplarSurroundings } from '../templar.ts'
import { Template, Undefined, type Value, Vaulted } from '../value.ts'
import { fileLookups } from './files.ts'
import { filetree } from './filetree.ts'
import { listLookups } from './lists.ts'
import type { Lookup, LookupContext } from './lookup.ts'
import { machineLookups } from './machine.ts'
import { csvfile, ini } from './tables.ts'

/** Every lookup. */
export const lookups: ReadonlyMap<string, Lookup> = new Map(
  Object.entries({ ...fileLookups, ...listLookups, ...machineLookups, csvfile, filetree, ini }),
)

const shortName = (name: string): string => name.replace(/^(?:ansible\.(?:builtin|legacy)|community\.general)\./, '')

export const lookupNames: readonly string[] = [...lookups.keys()]

export const isLookup = (name: string): boolean => lookups.has(shortName(name))

/** Runs a lookup inside an evaluation. Throws a Failure for an unknown one. */
export const applyLookup = (
  name: string,
  terms: Value[],
  named: ReadonlyMap<string, Value>,
  context: LookupContext,
): Value[] => {
  const lookup = lookups.get(shortName(name))
  if (lookup === undefined) {
    const near = nearest(shortName(name), lookups.keys())
    throw new Failure('template.lookup', `unknown lookup '${name}'`, {
      hint: near ? `did you mean '${near}'?` : `the lookups are ${[...lookups.keys()].sort().join(', ')}`,
    })
  }
  const isTolerant = shortName(name) === 'first_found'
  const resolved = terms.flatMap((term) => {
    if (!(term instanceof Undefined)) return [context.resolve(term)]
    if (isTolerant) return []
    throw undefinedFailure(term)
  })
  return lookup(resolved, new Map([...named].map(([key, value]) => [key, context.resolve(value)])), context)
}

/**
 * Runs a lookup by name as `with_<name>` does: `terms` is a list or a single value, evaluated in `scope`.
 * Throws a Failure when the lookup fails or is unknown.
 */
export const runLookup = (
  name: string,
  terms: Value,
  named: ReadonlyMap<string, Value>,
  scope: Scope,
  surroundings: TemplarSurroundings,
  templar: Templar,
): Value[] => {
  const resolve = (value: Value): Value => templar.resolve(value, scope)
  const settle = (value: Value): Value =>
    value instanceof Template || value instanceof Vaulted ? resolve(value) : value
  const base = terms instanceof Template ? terms.at : { file: '', line: 1, column: 1 }
  const outer = settle(terms)
  return applyLookup(name, Array.isArray(outer) ? outer : [outer], named, {
    scope,
    surroundings,
    templar,
    base,
    settle,
    resolve,
  })
}
