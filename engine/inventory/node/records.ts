import type { NodeRecord } from '../../../schema/types.ts'
import { Failure, throwAll } from '../../failure.ts'
import { toPlain, type Value } from '../../vars/value.ts'
import type { Inventory, Origin, VariableLayer } from '../inventory.ts'
import { hostLayers } from '../variables.ts'
import { conflictProblems, meaningProblems, type Problem, shapeProblems, toFailure } from './check.ts'
import { type Merged, merge, originAt, plain } from './merge.ts'

/** The variables that make up a record, without `node_`. */
export const recordVariables = [
  'image',
  'root',
  'kernel',
  'networks',
  'overlays',
  'bmc',
  'mkdisk',
  'secrets',
  'lab',
  'tags',
] as const

/** Evaluates the templates in a variable of a host. */
export type Resolve = (value: Value, host: string) => Value

/** A node's record, and the same with each field's origin (fields(), originAt()), under its variables' names without `node_`. */
export type OriginalRecord = { readonly record: NodeRecord; readonly merged: Merged }

const originOf = (layer: VariableLayer, variable: string): Origin => {
  const at = layer.positions.get(variable)
  return { source: layer.source, ...(at && { at }) }
}

const isNode = (inventory: Inventory, host: string): boolean =>
  inventory.hosts.has(host) && hostLayers(inventory, host).some(({ values }) => values.has('node_image'))

/** The merged node variables of a host, group by group in the order of precedence; undefined when it is no node. */
const mergedRecord = (inventory: Inventory, host: string, resolve: Resolve): Merged | undefined => {
  if (!isNode(inventory, host)) return undefined
  const members = new Map<string, Merged>()
  for (const field of recordVariables) {
    const variable = `node_${field}`
    let merged: Merged | undefined
    for (const layer of hostLayers(inventory, host)) {
      const value = layer.values.get(variable)
      if (value !== undefined) merged = merge(merged, toPlain(resolve(value, host)), originOf(layer, variable))
    }
    if (merged) members.set(field, merged)
  }
  if (!members.has('image')) return undefined
  const at = inventory.hosts.get(host)?.at
  return { kind: 'map', members, origin: { source: `host ${host}`, ...(at && { at }) } }
}

/** A record with what is wrong with it. The record is there when it has the right shape. */
type Draft = { readonly read?: OriginalRecord; readonly failures: readonly Failure[] }

const failuresOf = (inventory: Inventory, host: string, merged: Merged, problems: readonly Problem[]): Failure[] =>
  problems.map((problem) =>
    toFailure(problem, host, originAt(merged, problem.path)?.at ?? inventory.hosts.get(host)?.at),
  )

const draft = (inventory: Inventory, host: string, resolve: Resolve): Draft | undefined => {
  try {
    const merged = mergedRecord(inventory, host, resolve)
    if (!merged) return undefined
    const record = { name: host, ...(plain(merged) as object) } as NodeRecord
    const shape = shapeProblems(record)
    if (shape.length > 0) return { failures: failuresOf(inventory, host, merged, shape) }
    return { read: { record, merged }, failures: failuresOf(inventory, host, merged, meaningProblems(record)) }
  } catch (thrown) {
    if (!(thrown instanceof Failure)) throw thrown
    return { failures: [thrown] }
  }
}

/** The record of one host; undefined when it is no node. Throws one Failure that carries every problem of it. */
export const readRecord = (inventory: Inventory, host: string, resolve: Resolve): OriginalRecord | undefined => {
  const made = draft(inventory, host, resolve)
  throwAll(made?.failures ?? [])
  return made?.read
}

/**
 * The record of every node of an inventory, in its order. Throws one Failure that carries every problem of every record,
 * and addresses that two of them have.
 */
export const readRecords = (inventory: Inventory, resolve: Resolve): ReadonlyMap<string, OriginalRecord> => {
  const records = new Map<string, OriginalRecord>()
  const failures: Failure[] = []
  for (const name of inventory.hosts.keys()) {
    const made = draft(inventory, name, resolve)
    failures.push(...(made?.failures ?? []))
    if (made?.read) records.set(name, made.read)
  }
  const conflicts = conflictProblems([...records.values()].map(({ record }) => record))
  for (const [name, { merged }] of records) {
    failures.push(...failuresOf(inventory, name, merged, conflicts.get(name) ?? []))
  }
  throwAll(failures)
  return records
}
