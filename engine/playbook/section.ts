import { type Dict, isDict, Template, type Value } from '../vars/value.ts'
import { isNothing, kindOf, type YamlEntry, type YamlMap } from '../yaml/node.ts'
import { failUnknown, textOfKeyword, valueOfKeyword } from './keywords.ts'
import type { Play, Text } from './play.ts'
import { asMap, fail, type Reading } from './reading.ts'

export const orders = ['inventory', 'sorted', 'reverse_sorted', 'reverse_inventory', 'shuffle']
export const strategies = ['linear', 'free', 'host_pinned', 'debug']
const promptKeys = ['name', 'prompt', 'default', 'private', 'confirm', 'encrypt', 'salt', 'salt_size', 'unsafe']

/** `vars_files`: names, and lists of names of which the first that exists counts. */
export const readVarsFiles = (reading: Reading, entry: YamlEntry | undefined): Play['varsFiles'] => {
  if (!entry || isNothing(entry.node)) return []
  const parts = entry.node.kind === 'list' ? entry.node.items : [entry.node]
  return parts.flatMap((part) => {
    const names = (part.kind === 'list' ? part.items : [part]).flatMap((node): Text[] => {
      const text = textOfKeyword(reading, { key: entry.key, at: node.at, node })
      return text === undefined ? [] : [text]
    })
    return names.length > 0 ? [{ names, at: part.at }] : []
  })
}

/** `vars_prompt`: a list of dictionaries, each with a name. */
export const readVarsPrompt = (reading: Reading, entry: YamlEntry | undefined): readonly Dict[] => {
  if (!entry || isNothing(entry.node)) return []
  if (entry.node.kind !== 'list') {
    fail(reading, 'playbook.type', `'vars_prompt' must be a list, and this is ${kindOf(entry.node)}`, entry.node.at)
    return []
  }
  return entry.node.items.flatMap((item) => {
    const map = asMap(reading, item, 'a prompt', "write '- name: variable' and 'prompt: text' below it")
    if (!map) return []
    for (const { key, at } of map.entries.values()) {
      if (!promptKeys.includes(String(key))) failUnknown(reading, String(key), at, 'a prompt', promptKeys)
    }
    if (map.entries.has('name')) return [map.value]
    fail(reading, 'playbook.prompt', 'this prompt does not say which variable it fills', map.at, "add 'name: variable'")
    return []
  })
}

/** `serial`: one size or a list of them, numbers or percentages. */
export const readSerial = (reading: Reading, entry: YamlEntry | undefined): readonly Value[] => {
  if (!entry || isNothing(entry.node)) return []
  const parts = entry.node.kind === 'list' ? entry.node.items : [entry.node]
  return parts.flatMap((node) => {
    const value = valueOfKeyword(reading, { ...entry, node }, 'percent')
    return value === undefined ? [] : [value]
  })
}

/** A word out of a fixed list, or a template for one. */
const readWord = (reading: Reading, entry: YamlEntry | undefined, words: readonly string[]): Text | undefined => {
  if (!entry || isNothing(entry.node)) return undefined
  if (entry.node.value instanceof Template) return textOfKeyword(reading, entry)
  const word = entry.node.kind === 'scalar' ? entry.node.text.replace(/^ansible\.builtin\./, '') : ''
  if (words.includes(word)) return word
  fail(reading, 'playbook.type', `'${entry.key}' cannot be '${word}'`, entry.node.at, `known: ${words.join(', ')}`)
  return undefined
}

export const readOrder = (reading: Reading, map: YamlMap): Text | undefined =>
  readWord(reading, map.entries.get('order'), orders)

export const readStrategy = (reading: Reading, map: YamlMap): Text | undefined =>
  readWord(reading, map.entries.get('strategy'), strategies)

/** `hosts`: a pattern or a list of them, which must not be empty. */
export const readHosts = (reading: Reading, map: YamlMap): Value | undefined => {
  const entry = map.entries.get('hosts')
  if (!entry) {
    const hint =
      map.entries.has('import_tasks') || map.entries.has('include_tasks') ? 'tasks stand below a play' : undefined
    fail(
      reading,
      'playbook.hosts',
      "this play does not say which hosts it is for: 'hosts' is missing",
      map.at,
      hint ?? "add 'hosts: all'",
    )
    return undefined
  }
  const { node } = entry
  const parts = node.kind === 'list' ? node.items : [node]
  for (const part of parts) {
    const isEmpty = part.value === null || part.value === ''
    if (isEmpty || part.kind !== 'scalar' || isDict(part.value)) {
      const what = isEmpty ? 'nothing' : kindOf(part)
      fail(
        reading,
        'playbook.hosts',
        `'hosts' must be a host pattern, and this is ${what}`,
        part.at,
        "write 'hosts: all'",
      )
      return undefined
    }
  }
  if (parts.length === 0) {
    fail(reading, 'playbook.hosts', "the list of 'hosts' is empty", node.at, "write 'hosts: all'")
    return undefined
  }
  return node.kind === 'scalar' && !(node.value instanceof Template) ? node.text : node.value
}

/** The name of a play: its own, or its hosts. */
export const readPlayName = (reading: Reading, map: YamlMap, hosts: Value): Text => {
  const entry = map.entries.get('name')
  const own = entry && textOfKeyword(reading, entry)
  if (own !== undefined) return own
  if (hosts instanceof Template) return hosts
  return Array.isArray(hosts)
    ? hosts.map((part) => (part instanceof Template ? part.source : String(part))).join(',')
    : String(hosts)
}
