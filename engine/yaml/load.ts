import { readFile } from 'node:fs/promises'
import { isAlias, isMap, isScalar, isSeq, type Node, Scalar } from 'yaml'
import { Failure, type Position, throwAll } from '../failure.ts'
import { type Dict, Float, holdsTemplate, type Key, Template, type Value, Vaulted } from '../vars/value.ts'
import { locator } from './locate.ts'
import type { YamlEntry, YamlList, YamlMap, YamlNode, YamlScalar } from './node.ts'
import { parse } from './parse.ts'
import { problems } from './problems.ts'
import { booleanOf, floatOf, integerOf, plainScalar } from './scalar.ts'

export type YamlOptions = {
  /** False: no string becomes a Template (module results, `from_yaml`). True unless told. */
  readonly trusted?: boolean
  /** Told of duplicate keys. */
  readonly warn?: (message: string, at: Position) => void
}

const standard = 'tag:yaml.org,2002:'

/** Turns the parsed document into positioned nodes; every problem is added to `failures`. */
const converter = (
  text: string,
  locate: (offset: number) => Position,
  failures: Failure[],
  { trusted = true, warn }: YamlOptions,
) => {
  const anchors = new Map<string, YamlNode | 'open'>()
  const fail = (code: `yaml.${string}`, message: string, at: Position, hint: string) =>
    void failures.push(new Failure(code, message, { at, hint }))

  const textStart = (node: Scalar, start: number): number => {
    if (node.type === Scalar.QUOTE_DOUBLE || node.type === Scalar.QUOTE_SINGLE) return start + 1
    if (node.type !== Scalar.BLOCK_FOLDED && node.type !== Scalar.BLOCK_LITERAL) return start
    const next = text.indexOf('\n', start) + 1
    const content = next === 0 ? start : next
    return content + (/^ */.exec(text.slice(content, content + 200))?.[0].length ?? 0)
  }

  const stringOf = (source: string, at: Position, unsafe: boolean): Value =>
    trusted && !unsafe && holdsTemplate(source) ? new Template(source, at) : source

  const tagged = (tag: string, source: string, at: Position): Value => {
    const kind = tag.startsWith(standard) ? tag.slice(standard.length) : tag
    const wrong = (): Value => {
      fail('yaml.tag', `'${source}' is no value of the type !!${kind}`, at, 'correct the value or remove the tag')
      return null
    }
    switch (kind) {
      case 'str':
        return stringOf(source, at, false)
      case 'int':
        return integerOf(source) ?? wrong()
      case 'float': {
        const whole = integerOf(source)
        return floatOf(source) ?? (whole === undefined ? wrong() : new Float(Number(whole)))
      }
      case 'bool':
        return booleanOf(source.toLowerCase()) ?? wrong()
      case 'null':
        return null
      case 'binary':
        return Buffer.from(source, 'base64').toString('latin1')
      case 'timestamp':
        return source
      case '!vault':
      case '!vault-encrypted':
        return new Vaulted(source, at)
      default:
        fail('yaml.tag', `the tag ${kind} is unknown`, at, 'known: !vault, !unsafe and the standard tags such as !!str')
        return source
    }
  }

  const scalar = (node: Scalar, at: Position, start: number, unsafe: boolean): YamlScalar => {
    const source = String(node.source ?? node.value ?? '')
    const plain = node.type === Scalar.PLAIN || node.type === undefined
    const textAt = locate(textStart(node, start))
    const tag = node.tag === '!unsafe' ? undefined : node.tag
    const isUnsafe = unsafe || node.tag === '!unsafe'
    const value = (): Value => {
      if (tag !== undefined && tag !== '!') return tagged(tag, source, textAt)
      if (!plain || tag === '!') return stringOf(source, textAt, isUnsafe)
      const meant = plainScalar(source)
      return typeof meant === 'string' ? stringOf(meant, textAt, isUnsafe) : meant
    }
    return { kind: 'scalar', value: value(), at, text: source, textAt, plain }
  }

  const keyOf = (node: YamlNode): Key | undefined => {
    if (node.kind !== 'scalar') {
      const bare = text.slice(offsetOf(node.at)).startsWith('{') && text.slice(offsetOf(node.at) - 1).startsWith('{{')
      if (bare) {
        fail(
          'yaml.template',
          "a value that begins with '{{' must be quoted",
          { ...node.at, column: node.at.column - 1 },
          'write "{{ …" with double quotes around the whole value',
        )
      } else fail('yaml.key', 'a key must be a string or a number', node.at, 'quote the key')
      return undefined
    }
    const { value } = node
    if (value instanceof Template) return value.source
    if (value instanceof Float) return value.value
    if (value instanceof Vaulted) {
      fail('yaml.key', 'a key may not be encrypted', node.at, 'encrypt the value')
      return undefined
    }
    return value as Key
  }

  const lineOffsets: number[] = [0]
  for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', end + 1)) lineOffsets.push(end + 1)
  const offsetOf = (at: Position): number => lineOffsets[at.line - 1]! + at.column - 1

  const merged = (node: YamlNode): YamlEntry[] => {
    if (node.kind === 'map') return [...node.entries.values()]
    if (node.kind === 'list') return node.items.toReversed().flatMap(merged)
    fail('yaml.merge', "'<<' needs a dictionary or a list of dictionaries", node.at, 'refer to one with *name')
    return []
  }

  const mapOf = (entries: ReadonlyMap<Key, YamlEntry>, at: Position): YamlMap => {
    const value: Dict = new Map()
    for (const entry of entries.values()) value.set(entry.key, entry.node.value)
    return { kind: 'map', value, at, entries }
  }

  const convert = (node: Node | null, fallback: number, unsafe: boolean): YamlNode => {
    const start = node?.range?.[0] ?? fallback
    const at = locate(start)
    if (isAlias(node)) {
      const target = anchors.get(node.source)
      if (target !== undefined && target !== 'open') return target
      if (target === 'open') fail('yaml.alias', `the anchor '${node.source}' contains itself`, at, 'remove the alias')
      else
        fail('yaml.alias', `there is no anchor '&${node.source}' above`, at, `quote the value when '*' is a part of it`)
      return { kind: 'scalar', value: null, at, text: '', textAt: at, plain: true }
    }
    const anchor = node !== null && 'anchor' in node ? node.anchor : undefined
    if (anchor !== undefined) anchors.set(anchor, 'open')
    const made = collection(node, at, start, unsafe)
    if (anchor !== undefined) anchors.set(anchor, made)
    return made
  }

  const collection = (node: Node | null, at: Position, start: number, unsafe: boolean): YamlNode => {
    const tag = node?.tag
    const isUnsafe = unsafe || tag === '!unsafe'
    if (isSeq(node)) {
      const items = node.items.map((item) => convert(item as Node | null, start, isUnsafe))
      if (tag === `${standard}omap`) {
        const entries = new Map(items.flatMap((item) => (item.kind === 'map' ? [...item.entries] : [])))
        return mapOf(entries, at)
      }
      return { kind: 'list', value: items.map((item) => item.value), at, items } satisfies YamlList
    }
    if (!isMap(node)) return scalar(isScalar(node) ? (node as Scalar) : new Scalar(null), at, start, isUnsafe)
    const own: YamlEntry[] = []
    const inherited: YamlEntry[] = []
    for (const pair of node.items) {
      const key = convert(pair.key as Node | null, start, isUnsafe)
      const value = convert(pair.value as Node | null, offsetOf(key.at), isUnsafe)
      if (key.kind === 'scalar' && key.plain && key.text === '<<') inherited.push(...merged(value))
      else {
        const name = keyOf(key)
        if (name !== undefined) own.push({ key: name, at: key.at, node: value })
      }
    }
    const entries = new Map<Key, YamlEntry>()
    for (const entry of inherited) entries.set(entry.key, entry)
    const seen = new Set<Key>()
    for (const entry of own) {
      if (seen.has(entry.key))
        warn?.(`the key '${entry.key}' stands twice in this dictionary; the last one counts`, entry.at)
      seen.add(entry.key)
      entries.set(entry.key, entry)
    }
    return mapOf(entries, at)
  }

  return convert
}

/** JSON with characters that YAML does not take (tabs between tokens) still is what people mean by it. */
const asJson = (text: string, file: string, options: YamlOptions): YamlNode | undefined => {
  if (!/^\s*[{[]/.test(text)) return undefined
  try {
    return loadYaml(JSON.stringify(JSON.parse(text)), file, options)
  } catch {
    return undefined
  }
}

/**
 * Reads one YAML document, as Python's loader would: YAML 1.1 scalars, dates as text. Strings with template
 * delimiters become Templates with their exact place, `!vault` a Vaulted, `!unsafe` a plain string.
 * @throws Failure `yaml.…` that carries every problem of the text.
 */
export const loadYaml = (text: string, file: string, options: YamlOptions = {}): YamlNode => {
  const source = text.startsWith('\uFEFF') ? text.slice(1) : text
  const parsed = parse(source)
  const locate = locator(source, file)
  const failures = problems(parsed, source, locate)
  if (failures.length > 0) {
    const json = asJson(source, file, options)
    if (json) return json
  }
  throwAll(failures)
  const second = parsed.documents[1]
  if (second) {
    throw new Failure('yaml.documents', 'a second document begins here', {
      at: locate(second.range[0]),
      hint: "put each document in a file of its own; remove the line '---'",
    })
  }
  const contents = parsed.documents[0]?.contents ?? null
  const node = converter(source, locate, failures, options)(contents as Node | null, 0, false)
  throwAll(failures)
  return node
}

/** Reads a YAML file. @throws Failure, also when the file cannot be read. */
export const loadYamlFile = async (file: string, options: YamlOptions = {}): Promise<YamlNode> => {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (cause) {
    throw new Failure('yaml.unreadable', `cannot read ${file}`, { cause, hint: 'check the path and its permissions' })
  }
  return loadYaml(text, file, options)
}
