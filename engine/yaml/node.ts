import type { Position } from '../failure.ts'
import type { Dict, Key, Value } from '../vars/value.ts'

/**
 * A YAML document as a tree in which every key and every value knows its place. `value` of each node is the whole of it
 * as a Value; an alias shares the node of its anchor.
 */
export type YamlNode = YamlScalar | YamlList | YamlMap

export type YamlScalar = {
  readonly kind: 'scalar'
  readonly value: Value
  readonly at: Position
  /** The text as written, quotes and escapes resolved. */
  readonly text: string
  /** Where the text's first character stands: behind the quote, in the first line of a block. */
  readonly textAt: Position
  /** Written without quotes and not as a block. */
  readonly plain: boolean
}

export type YamlList = {
  readonly kind: 'list'
  readonly value: Value[]
  readonly at: Position
  readonly items: readonly YamlNode[]
}

export type YamlMap = {
  readonly kind: 'map'
  readonly value: Dict
  readonly at: Position
  /** In the order of the dictionary: the first place of each key, the last value given to it. */
  readonly entries: ReadonlyMap<Key, YamlEntry>
}

export type YamlEntry = { readonly key: Key; readonly at: Position; readonly node: YamlNode }

/** The position of each top-level key of a map that has string keys. */
export const keyPositions = (map: YamlMap): Map<string, Position> =>
  new Map([...map.entries.values()].map((entry) => [String(entry.key), entry.at]))

/** A node in the reader's words: `a list`, `a dictionary`, `a string`, … */
export const kindOf = (node: YamlNode): string => {
  if (node.kind === 'list') return 'a list'
  if (node.kind === 'map') return 'a dictionary'
  if (node.value === null) return 'nothing'
  if (typeof node.value === 'boolean') return 'a boolean'
  return typeof node.value === 'string' || typeof node.value === 'object' ? 'a string' : 'a number'
}

/** True for a scalar without a value: `key:`. */
export const isNothing = (node: YamlNode): boolean => node.kind === 'scalar' && node.value === null
