import { dirname, join, resolve } from 'node:path'
import { Failure } from '../failure.ts'
import { layer } from '../vars/scope.ts'
import { type Dict, Template } from '../vars/value.ts'
import { isNothing, kindOf, type YamlEntry, type YamlMap, type YamlNode } from '../yaml/node.ts'
import { wordsOf } from './arguments.ts'
import { findInCollections } from './collection.ts'
import { importPlaybookKeywords } from './keywordnames.ts'
import { failUnknown, readConditions, readInherited, readTags, shortName } from './keywords.ts'
import type { Play } from './play.ts'
import { fail, isFile, known, type Reading, readVars, readYaml, type Surroundings } from './reading.ts'
import { type Imported, readPlay } from './readplay.ts'

const notImported: Imported = { vars: new Map(), tags: [], when: [], keywords: {} }

const importKey = (map: YamlMap): YamlEntry | undefined =>
  [...map.entries.values()].find(({ key }) => shortName(String(key)) === 'import_playbook')

const readImportPlaybook = (
  reading: Reading,
  map: YamlMap,
  entry: YamlEntry,
  file: string,
  outer: Imported,
  trail: readonly string[],
): readonly Play[] => {
  for (const { key, at } of map.entries.values()) {
    const name = shortName(String(key))
    if (!importPlaybookKeywords.includes(name))
      failUnknown(reading, name, at, 'import_playbook', importPlaybookKeywords)
  }
  const vars: Dict = new Map([...readVars(reading, map.entries.get('vars')?.node), ...outer.vars])
  const around: Surroundings = {
    directory: dirname(file),
    file,
    tags: outer.tags,
    searchPath: [],
    scope: layer(vars),
    isHandler: false,
    trail,
    bring: () => {},
  }
  const imported: Imported = {
    vars,
    tags: readTags(reading, map, around),
    when: [...outer.when, ...readConditions(reading, map.entries.get('when'))],
    keywords: { ...outer.keywords, ...readInherited(reading, map) },
  }
  const text = entry.node.value
  if (text === null || entry.node.kind !== 'scalar') {
    fail(reading, 'playbook.import', 'import_playbook does not say what to import', entry.node.at, 'give it a file')
    return []
  }
  const [written = '', ...others] = wordsOf(entry.node.text)
  for (const word of others)
    reading.options.warn(`'${word}' has no effect on import_playbook; give it variables by 'vars'`, entry.node.at)
  const first = text instanceof Template ? new Template(written, text.at) : written
  const name = known(reading, first, around, entry.node.at, 'the name that import_playbook imports')
  if (name === undefined) return []
  const ofCollection = findInCollections(reading, around, 'playbooks', String(name))
  const target = ofCollection?.path ?? resolve(dirname(file), String(name))
  const plays = reading.problems.attempt(() => {
    if (!isFile(target)) {
      throw new Failure('playbook.missing', `the playbook '${String(name)}' does not exist`, {
        at: entry.node.at,
        hint: `looked for ${target}`,
      })
    }
    if (trail.includes(target)) {
      throw new Failure('playbook.circle', `this import leads back to itself: ${[...trail, target].join(' > ')}`, {
        at: entry.node.at,
        hint: 'remove one of the imports',
      })
    }
    return readPlaybookFile(reading, target, imported, [...trail, target])
  })
  return plays ?? []
}

const readPlaybookFile = (
  reading: Reading,
  file: string,
  imported: Imported,
  trail: readonly string[],
): readonly Play[] => {
  const root = readYaml(reading, file)
  if (isNothing(root)) {
    throw new Failure('playbook.empty', 'this playbook is empty', {
      at: root.at,
      hint: "write '- hosts: all' and its tasks",
    })
  }
  if (root.kind !== 'list') {
    throw new Failure('playbook.type', `a playbook is a list of plays, and this is ${kindOf(root)}`, {
      at: root.at,
      hint: "begin each play with '- hosts: …'",
    })
  }
  return root.items.flatMap((node: YamlNode) => {
    if (node.kind !== 'map') {
      fail(
        reading,
        'playbook.type',
        `a play is a dictionary, and this is ${kindOf(node)}`,
        node.at,
        "write '- hosts: …'",
      )
      return []
    }
    const entry = importKey(node)
    if (entry) return readImportPlaybook(reading, node, entry, file, imported, trail)
    const play = readPlay(reading, node, file, imported)
    return play ? [play] : []
  })
}

/** The plays of a playbook and of those that it imports; problems are added to `reading`. */
export const readPlaybook = (reading: Reading, file: string): readonly Play[] => {
  const path = resolve(file)
  if (!isFile(path)) {
    throw new Failure('playbook.missing', `there is no playbook ${file}`, { hint: `looked for ${path}` })
  }
  reading.cache.libraries.add(join(dirname(path), 'library'))
  return readPlaybookFile(reading, path, notImported, [path])
}
