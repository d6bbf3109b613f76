import { Failure, throwAll } from '../../engine/failure.ts'
import { groupsOf } from '../../engine/inventory/groups.ts'
import type { Inventory, Origin, VariableLayer } from '../../engine/inventory/inventory.ts'
import { hostLayers } from '../../engine/inventory/variables.ts'
import { toPlain, type Value } from '../../engine/vars/value.ts'
import type { NodeRecord, SiteBoot } from '../../schema/types.ts'
import { conflictProblems, meaningProblems, type Problem, shapeProblems, toFailure } from './check.ts'
import { bootInterface, interfacesOf, speakingInterface, withoutPrefix } from './interfaces.ts'
import { type Merged, merge, originAt, plain } from './merge.ts'
import type { Node } from './node.ts'

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

const originOf = (layer: VariableLayer, variable: string): Origin => {
  const at = layer.positions.get(variable)
  return { source: layer.source, ...(at && { at }) }
}

/** The merged node variables of a host, group by group in the order of precedence; undefined when it is no node. */
export const mergedRecord = (inventory: Inventory, host: string, resolve: Resolve): Merged | undefined => {
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

type Draft = { readonly name: string; readonly merged: Merged; readonly record: NodeRecord }

/** Every node of an inventory, in its order. Throws one Failure that carries every problem of every record. */
export const loadNodes = (
  inventory: Inventory,
  resolve: Resolve,
  bootPolicy: (host: string) => SiteBoot,
): ReadonlyMap<string, Node> => {
  const drafts: Draft[] = []
  const failures: Failure[] = []
  const report = (name: string, merged: Merged, problems: readonly Problem[]) => {
    for (const problem of problems) {
      const at = originAt(merged, problem.path)?.at ?? inventory.hosts.get(name)?.at
      failures.push(toFailure(problem, name, at))
    }
  }
  for (const name of inventory.hosts.keys()) {
    let merged: Merged | undefined
    try {
      merged = mergedRecord(inventory, name, resolve)
    } catch (thrown) {
      if (!(thrown instanceof Failure)) throw thrown
      failures.push(thrown)
    }
    if (!merged) continue
    const record = { name, ...(plain(merged) as object) } as NodeRecord
    const shape = shapeProblems(record)
    report(name, merged, shape)
    if (shape.length > 0) continue
    report(name, merged, meaningProblems(record))
    drafts.push({ name, merged, record })
  }
  const conflicts = conflictProblems(drafts.map(({ record }) => record))
  for (const { name, merged } of drafts) report(name, merged, conflicts.get(name) ?? [])
  throwAll(failures)
  return new Map(drafts.map((draft) => [draft.name, toNode(draft, inventory, bootPolicy(draft.name))]))
}

const toNode = ({ name, merged, record }: Draft, inventory: Inventory, boot: SiteBoot): Node => {
  const interfaces = interfacesOf(record)
  const address = speakingInterface(interfaces)?.address
  return {
    name,
    record,
    merged,
    groups: groupsOf(inventory, name),
    interfaces,
    mac: bootInterface(interfaces)!.mac!, // meaningProblems() refused a record without it
    address: address === undefined ? undefined : withoutPrefix(address),
    boot,
  }
}
