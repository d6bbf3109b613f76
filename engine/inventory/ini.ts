import { Failure, type Position } from '../failure.ts'
import { suggest } from '../nearest.ts'
import { type Dict, holdsTemplate, Template, type Value } from '../vars/value.ts'
import { addChild, ensureGroup, ensureHost } from './build.ts'
import { hostEntry } from './expand.ts'
import type { Inventory, VariableLayer } from './inventory.ts'
import { pythonLiteral } from './literal.ts'
import { shellWords } from './shellwords.ts'

const literalOrTemplate = (text: string, at: Position): Value => {
  const value = pythonLiteral(text)
  return typeof value === 'string' && holdsTemplate(value) ? new Template(value, at) : value
}

/** A new layer of a section or a host line; filled while its lines are read. */
const newLayer = (source: string, level: 3 | 8): VariableLayer & { positions: Map<string, Position> } => ({
  source,
  values: new Map(),
  positions: new Map(),
  level,
  order: 0,
})

type Section = { readonly group: string; readonly kind: 'hosts' | 'children' | 'vars'; readonly at: Position }

/** Reads an INI inventory into `inventory`; returns the problems of all its lines. `source` names it in origins. */
export const readIni = (inventory: Inventory, text: string, file: string, source: string): Failure[] => {
  const failures: Failure[] = []
  /** Groups that `:vars` and `:children` speak of; each needs a section or a parent somewhere in the file. */
  const wanted = new Map<string, { at: Position; why: string }>()
  const declared = new Set(inventory.groups.keys())
  const layers = new Map<string, VariableLayer & { positions: Map<string, Position> }>()
  let section: Section = { group: 'ungrouped', kind: 'hosts', at: { file, line: 1, column: 1 } }

  const setVariable = (group: string, key: string, value: Value, at: Position) => {
    if (key === 'ansible_group_priority' && typeof value === 'number') {
      ensureGroup(inventory, group, at).priority = value
      return
    }
    let layer = layers.get(group)
    if (!layer) {
      layer = newLayer(`[${group}:vars] of ${source}`, 3)
      layers.set(group, layer)
      ensureGroup(inventory, group, at).layers.push(layer)
    }
    layer.values.set(key, value)
    layer.positions.set(key, at)
  }

  const header = (line: string, at: Position) => {
    const found = /^\[([^:\]\s]+)(?::(\w+))?\]\s*(?:#.*)?$/.exec(line)
    if (!found) {
      throw new Failure('inventory.section', 'this is not a section header', {
        at,
        hint: 'write [group], [group:children] or [group:vars]',
      })
    }
    const group = found[1]!
    const kind = found[2] ?? 'hosts'
    if (kind !== 'hosts' && kind !== 'children' && kind !== 'vars') {
      throw new Failure('inventory.section', `a section cannot be of the kind ':${kind}'`, {
        at: { ...at, column: at.column + group.length + 2 },
        hint: suggest(kind, ['children', 'vars', 'hosts']),
      })
    }
    if (kind === 'vars') {
      if (!declared.has(group) && !wanted.has(group)) wanted.set(group, { at, why: `[${group}:vars]` })
    } else {
      declared.add(group)
      ensureGroup(inventory, group, at)
    }
    section = { group, kind, at }
  }

  const hostLine = (line: string, at: Position) => {
    const words = shellWords(line)
    if (typeof words === 'number') {
      throw new Failure('inventory.quote', 'this quote is never closed', {
        at: { ...at, column: at.column + words },
        hint: 'close it on the same line',
      })
    }
    const [pattern, ...assignments] = words
    if (!pattern) return
    const { names, port } = hostEntry(pattern.text, at)
    const values: Dict = new Map()
    const positions = new Map<string, Position>()
    if (port !== undefined) values.set('ansible_port', port)
    for (const word of assignments) {
      const place = { ...at, column: at.column + word.start }
      const equals = word.text.indexOf('=')
      if (equals < 1) {
        throw new Failure('inventory.assignment', `'${word.text}' is no assignment of a host variable`, {
          at: place,
          hint: 'write key=value, without spaces around the equals sign',
        })
      }
      const key = word.text.slice(0, equals)
      values.set(key, literalOrTemplate(word.text.slice(equals + 1), { ...place, column: place.column + equals + 1 }))
      positions.set(key, place)
    }
    for (const name of names) {
      const host = ensureHost(inventory, name, section.group, at)
      if (values.size > 0) host.layers.push({ source, values, positions, level: 8, order: 0 })
    }
  }

  const childLine = (line: string, at: Position) => {
    const child = /^([^:\]\s]+)\s*(?:#.*)?$/.exec(line)?.[1]
    if (child === undefined) {
      throw new Failure('inventory.group', 'this is not the name of a group', { at, hint: 'write one group a line' })
    }
    if (!declared.has(child) && !wanted.has(child)) wanted.set(child, { at, why: `[${section.group}:children]` })
    addChild(inventory, section.group, child, at)
  }

  const variableLine = (line: string, at: Position) => {
    const equals = line.indexOf('=')
    if (equals < 1) {
      throw new Failure('inventory.assignment', `'${line}' is no assignment of a group variable`, {
        at,
        hint: 'write key=value',
      })
    }
    const key = line.slice(0, equals).trim()
    const raw = line.slice(equals + 1)
    const text = raw.trim()
    const column = at.column + equals + 1 + (raw.length - raw.trimStart().length)
    setVariable(section.group, key, literalOrTemplate(text, { ...at, column }), at)
  }

  for (const [index, whole] of text.split(/\r?\n/).entries()) {
    const line = whole.trim()
    if (line === '' || line.startsWith('#') || line.startsWith(';')) continue
    const at = { file, line: index + 1, column: whole.length - whole.trimStart().length + 1 }
    try {
      // a host line may begin with a range or an address in brackets
      if (/^\[(?:[^\]]*|[^\]]*\]\s*(?:#.*)?)$/.test(line)) header(line, at)
      else if (section.kind === 'hosts') hostLine(line, at)
      else if (section.kind === 'children') childLine(line, at)
      else variableLine(line, at)
    } catch (thrown) {
      if (!(thrown instanceof Failure)) throw thrown
      failures.push(thrown)
    }
  }
  for (const [group, { at, why }] of wanted) {
    if (declared.has(group)) continue
    failures.push(
      new Failure('inventory.group', `${why} speaks of the group '${group}', which does not exist`, {
        at,
        hint: `add a section [${group}], or: ${suggest(group, [...declared])}`,
      }),
    )
  }
  return failures
}
