import type { Origin } from '../inventory.ts'

export type Scalar = string | number | boolean

/** A value under merge: every scalar and every list item knows the variable it comes from. */
export type Merged =
  | { readonly kind: 'scalar'; readonly value: Scalar; readonly origin: Origin }
  | { readonly kind: 'list'; readonly items: readonly { readonly value: unknown; readonly origin: Origin }[] }
  | { readonly kind: 'map'; readonly members: ReadonlyMap<string, Merged>; readonly origin: Origin }

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isScalar = (value: unknown): value is Scalar => ['string', 'number', 'boolean'].includes(typeof value)

/** `~x`: what it takes away. */
const removal = (text: unknown): string | undefined =>
  typeof text === 'string' && text.startsWith('~') ? text.slice(1) : undefined

/**
 * Lays a variable's plain value over what the earlier groups gave:
 * - maps merge key by key; a key `~x`, and a value null, take the key away;
 * - lists append; an item `~x` takes every earlier `x` away, and an item that an earlier group gave moves to the end;
 * - anything else replaces.
 */
export const merge = (base: Merged | undefined, value: unknown, origin: Origin): Merged | undefined => {
  if (value === null || value === undefined) return undefined
  if (Array.isArray(value)) {
    let earlier = base?.kind === 'list' ? base.items : []
    let own: (typeof earlier)[number][] = []
    for (const item of value) {
      const removed = removal(item)
      const gone = removed ?? item
      if (isScalar(gone)) earlier = earlier.filter((former) => former.value !== gone)
      // One list may say the same twice (two disks of one size); only `~x` takes its own items away.
      if (removed === undefined) own.push({ value: item, origin })
      else own = own.filter((former) => former.value !== removed)
    }
    return { kind: 'list', items: [...earlier, ...own] }
  }
  if (isObject(value)) {
    const members = new Map(base?.kind === 'map' ? base.members : [])
    for (const [key, item] of Object.entries(value)) {
      const gone = removal(key)
      const member = gone === undefined ? merge(members.get(key), item, origin) : undefined
      if (member) members.set(key, member)
      else members.delete(gone ?? key)
    }
    return { kind: 'map', members, origin: base?.kind === 'map' ? base.origin : origin }
  }
  return { kind: 'scalar', value: value as Scalar, origin }
}

/** The merged value as plain data. */
export const plain = (merged: Merged): unknown => {
  if (merged.kind === 'scalar') return merged.value
  if (merged.kind === 'list') return merged.items.map(({ value }) => value)
  return Object.fromEntries([...merged.members].map(([key, member]) => [key, plain(member)]))
}

/** One field of a record, flat: `networks.bond0.mtu`, `kernel.args[1]`. */
export type Field = { readonly path: readonly (string | number)[]; readonly value: unknown; readonly origin: Origin }

export function* fields(merged: Merged, path: readonly (string | number)[] = []): Generator<Field> {
  if (merged.kind === 'scalar') yield { path, value: merged.value, origin: merged.origin }
  else if (merged.kind === 'list') {
    for (const [index, { value, origin }] of merged.items.entries()) yield { path: [...path, index], value, origin }
  } else for (const [key, member] of merged.members) yield* fields(member, [...path, key])
}

/** Where the value at a path, or what is nearest above or below it, was written. */
export const originAt = (merged: Merged, path: readonly (string | number)[]): Origin | undefined => {
  const [key, ...rest] = path
  if (key === undefined)
    return [...fields(merged)].at(-1)?.origin ?? (merged.kind === 'map' ? merged.origin : undefined)
  if (merged.kind === 'scalar') return merged.origin
  if (merged.kind === 'list') return merged.items[Number(key)]?.origin ?? merged.items.at(-1)?.origin
  const member = merged.members.get(String(key))
  return (member && originAt(member, rest)) ?? merged.origin
}
