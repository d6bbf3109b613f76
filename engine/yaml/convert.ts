import { isAlias, isMap, isScalar, isSeq, type Node, Scalar } from 'yaml'
import { Failure, type FailureCode, type Position } from '../failure.ts'
import { type Dict, Float, holdsTemplate, type Key, Template, type Value, Vaulted } from '../vars/value.ts'
import type { Locator } from './locate.ts'
import type { YamlEntry, YamlMap, YamlNode, YamlScalar } from './node.ts'
import { plainScalar } from './scalar.ts'
import { standardTag, taggedScalar } from './tag.ts'

export type ConvertOptions = {
  /** False: no string becomes a Template (module results, `from_yaml`). True unless told. */
  readonly trusted?: boolean
  /** Told of duplicate keys. */
  readonly warn?: (message: string, at: Position) => void
}

const isBlockScalar = (node: Scalar): boolean => node.type === Scalar.BLOCK_FOLDED || node.type === Scalar.BLOCK_LITERAL
const isQuoted = (node: Scalar): boolean => node.type === Scalar.QUOTE_DOUBLE || node.type === Scalar.QUOTE_SINGLE

const mapOf = (entries: ReadonlyMap<Key, YamlEntry>, at: Position): YamlMap => {
  const value: Dict = new Map()
  for (const entry of entries.values()) value.set(entry.key, entry.node.value)
  return { kind: 'map', value, at, entries }
}

/** Turns a parsed document into positioned nodes; what is wrong with it is added to `failures`. */
export const convert = (
  root: Node | null,
  text: string,
  locate: Locator,
  failures: Failure[],
  { trusted = true, warn }: ConvertOptions,
): YamlNode => {
  const anchors = new Map<string, YamlNode | 'open'>()
  const fail = (code: FailureCode, message: string, at: Position, hint: string) =>
    void failures.push(new Failure(code, message, { at, hint }))

  /** Where the first character of a scalar's text stands. */
  const textStart = (node: Scalar, start: number): number => {
    if (isQuoted(node)) return start + 1
    if (!isBlockScalar(node)) return start
    const content = text.indexOf('\n', start) + 1
    return content === 0 ? start : content + (/^ */.exec(text.slice(content))?.[0].length ?? 0)
  }

  const scalarOf = (node: Scalar, at: Position, start: number, isUnsafe: boolean): YamlScalar => {
    const source = String(node.source ?? '')
    const plain = !isQuoted(node) && !isBlockScalar(node)
    const textAt = locate.at(textStart(node, start))
    const stringOf = (string: string): Value =>
      trusted && !isUnsafe && holdsTemplate(string) ? new Template(string, textAt) : string
    const value = (): Value => {
      const { tag } = node
      if (tag !== undefined && tag !== '!' && tag !== '!unsafe') {
        const found = taggedScalar(tag, source, textAt, stringOf)
        if ('value' in found) return found.value
        fail('yaml.tag', found.problem, at, found.hint)
        return null
      }
      const meant = plain && tag !== '!' ? plainScalar(source) : source
      return typeof meant === 'string' ? stringOf(meant) : meant
    }
    return { kind: 'scalar', value: value(), at, text: source, textAt, plain }
  }

  const keyOf = (node: YamlNode): Key | undefined => {
    if (node.kind === 'scalar') {
      const { value } = node
      if (value instanceof Template) return value.source
      if (value instanceof Float) return value.value
      if (!(value instanceof Vaulted)) return value as Key
      fail('yaml.key', 'a key may not be encrypted', node.at, 'encrypt the value')
      return undefined
    }
    // {{ name }} without quotes is a dictionary whose key is a dictionary
    if (text.startsWith('{{', locate.offset(node.at) - 1)) {
      const at = { ...node.at, column: node.at.column - 1 }
      const hint = 'write "{{ …" with double quotes around the whole value'
      fail('yaml.template', "a value that begins with '{{' must be quoted", at, hint)
    } else fail('yaml.key', 'a key must be a string or a number', node.at, 'quote the key')
    return undefined
  }

  /** What a merge key (`<<`) brings; of several dictionaries the first that has a key wins. */
  const merged = (node: YamlNode): YamlEntry[] => {
    if (node.kind === 'map') return [...node.entries.values()]
    if (node.kind === 'list') return node.items.toReversed().flatMap(merged)
    fail('yaml.merge', "'<<' needs a dictionary or a list of dictionaries", node.at, 'refer to one with *name')
    return []
  }

  const dictionary = (
    pairs: readonly { key: unknown; value: unknown }[],
    at: Position,
    start: number,
    isUnsafe: boolean,
  ) => {
    const own: YamlEntry[] = []
    const entries = new Map<Key, YamlEntry>()
    for (const pair of pairs) {
      const key = nodeOf(pair.key as Node | null, start, isUnsafe)
      const value = nodeOf(pair.value as Node | null, locate.offset(key.at), isUnsafe)
      if (key.kind === 'scalar' && key.plain && key.text === '<<') {
        for (const entry of merged(value)) entries.set(entry.key, entry)
        continue
      }
      const name = keyOf(key)
      if (name !== undefined) own.push({ key: name, at: key.at, node: value })
    }
    const seen = new Set<Key>()
    for (const entry of own) {
      if (seen.has(entry.key))
        warn?.(
          `While constructing a mapping from ${at.file}, line ${at.line}, column ${at.column}, found a duplicate dict key ` +
            `(${entry.key}). Using last defined value only.`,
          entry.at,
        )
      seen.add(entry.key)
      entries.set(entry.key, entry)
    }
    return mapOf(entries, at)
  }

  const contentOf = (node: Node | null, at: Position, start: number, isUnsafe: boolean): YamlNode => {
    if (isMap(node)) return dictionary(node.items, at, start, isUnsafe)
    if (!isSeq(node)) return scalarOf(isScalar(node) ? (node as Scalar) : new Scalar(null), at, start, isUnsafe)
    const items = node.items.map((item) => nodeOf(item as Node | null, start, isUnsafe))
    if (node.tag === `${standardTag}omap`) {
      return mapOf(new Map(items.flatMap((item) => (item.kind === 'map' ? [...item.entries] : []))), at)
    }
    return { kind: 'list', value: items.map((item) => item.value), at, items }
  }

  const aliased = (name: string, at: Position): YamlNode => {
    const target = anchors.get(name)
    if (target !== undefined && target !== 'open') return target
    if (target === 'open') fail('yaml.alias', `the anchor '${name}' contains itself`, at, 'remove the alias')
    else fail('yaml.alias', `there is no anchor '&${name}' above`, at, "quote the value when '*' is a part of it")
    return { kind: 'scalar', value: null, at, text: '', textAt: at, plain: true }
  }

  const nodeOf = (node: Node | null, fallback: number, isUnsafe: boolean): YamlNode => {
    const start = node?.range?.[0] ?? fallback
    const at = locate.at(start)
    if (isAlias(node)) return aliased(node.source, at)
    const anchor = node !== null && 'anchor' in node ? node.anchor : undefined
    if (anchor !== undefined) anchors.set(anchor, 'open')
    const made = contentOf(node, at, start, isUnsafe || node?.tag === '!unsafe')
    if (anchor !== undefined) anchors.set(anchor, made)
    return made
  }

  return nodeOf(root, 0, false)
}
