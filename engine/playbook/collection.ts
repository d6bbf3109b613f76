import { globSync } from 'node:fs'
import { join } from 'node:path'
import { isDict, type Value } from '../vars/value.ts'
import { isDirectory, isFile, type Reading, readYaml, type Surroundings } from './reading.ts'

type Candidate = { readonly collection: string; readonly rest: string }

const qualified = /^([A-Za-z_]\w*\.[A-Za-z_]\w*)\.([A-Za-z_][\w.]*)$/

/** The collection that a path is in: `…/ansible_collections/NAMESPACE/NAME/…`. */
export const collectionOf = (path: string): string | undefined => {
  const found = /\/ansible_collections\/(\w+)\/(\w+)\//.exec(path)
  return found ? `${found[1]}.${found[2]}` : undefined
}

const rootsOf = ({ options }: Reading, { directory, file, role }: Surroundings): string[] => {
  // A role of a collection may name others of the same tree.
  const own = /^(.*)\/ansible_collections\//.exec(role?.path ?? file)?.[1]
  return [join(directory, 'collections'), ...(own === undefined ? [] : [own]), ...(options.collectionsPath ?? [])]
}

const directoryOf = (root: string, collection: string): string =>
  join(root, 'ansible_collections', ...collection.split('.'))

/** The collection that a name belongs to, and its name in there; for a name without one, each that may be meant. */
const candidates = (name: string, around: Surroundings): Candidate[] => {
  const found = qualified.exec(name)
  if (found) return [{ collection: found[1] as string, rest: found[2] as string }]
  if (name.includes('/') || name.includes('.')) return []
  // Playbooks and roles of a collection may leave out its name.
  const own = around.role?.collection ?? collectionOf(around.file)
  const implied = [...(own ? [own] : []), ...(around.collections ?? [])]
  return implied.map((collection) => ({ collection, rest: name }))
}

const playbookAt = (place: string): string | undefined => [`${place}.yml`, `${place}.yaml`, place].find(isFile)

/** The playbook of a qualified name in the collections of some roots. */
export const playbookNamed = (name: string, roots: readonly string[]): string | undefined => {
  const [, collection, rest] = qualified.exec(name) ?? []
  if (collection === undefined || rest === undefined) return undefined
  return roots
    .map((root) => playbookAt(join(directoryOf(root, collection), 'playbooks', ...rest.split('.'))))
    .find((path) => path !== undefined)
}

/** Where a collection's role or playbook is, by its qualified name, or by its short one in the collections that are implied. */
export const findInCollections = (
  reading: Reading,
  around: Surroundings,
  kind: 'roles' | 'playbooks',
  name: string,
): { path: string } | undefined => {
  for (const { collection, rest } of candidates(name, around)) {
    for (const root of rootsOf(reading, around)) {
      const place = join(directoryOf(root, collection), kind, ...rest.split('.'))
      if (kind === 'roles' && isDirectory(place)) return { path: place }
      const path = kind === 'playbooks' ? playbookAt(place) : undefined
      if (path !== undefined) return { path }
    }
  }
  return undefined
}

/** What to do about a role of a collection that is not there; undefined when the name is none of a collection. */
export const collectionHint = (reading: Reading, around: Surroundings, name: string): string | undefined => {
  const found = qualified.exec(name)
  if (!found) return undefined
  const places = rootsOf(reading, around).map((root) => directoryOf(root, found[1] as string))
  const installed = places.find(isDirectory)
  if (installed) return `the collection is in ${installed}, and has no such role`
  return `install the collection: looked for ${places.join(', ')}`
}

/** The collections that are installed, once for all that is read. */
const installed = (reading: Reading, around: Surroundings): string[] =>
  rootsOf(reading, around).flatMap((root) => {
    const { collections } = reading.cache
    const known = collections.get(root) ?? globSync('ansible_collections/*/*', { cwd: root }).sort()
    collections.set(root, known)
    return known.map((path) => path.split('/').slice(-2).join('.'))
  })

/** What a collection calls a module that it had before. */
const redirected = (reading: Reading, directory: string, name: string): string | undefined => {
  const file = join(directory, 'meta/runtime.yml')
  if (!isFile(file)) return undefined
  const at = ['plugin_routing', 'modules', name, 'redirect']
  const found = at.reduce<Value | undefined>(
    (value, key) => (isDict(value) ? value.get(key) : undefined),
    readYaml(reading, file).value,
  )
  return typeof found === 'string' ? found : undefined
}

/** A file of a name in a directory of plugins, whatever it is written in. */
const programIn = (directory: string, name: string): string | undefined =>
  programEndings.map((ending) => join(directory, `${name}${ending}`)).find(isFile)

const programEndings = ['.ts', '.py', '', '.sh', '.pl', '.rb', '.ps1']

const pluginOf = (
  reading: Reading,
  around: Surroundings,
  { collection, rest }: Candidate,
  trail: readonly string[] = [],
): string | undefined => {
  for (const root of rootsOf(reading, around)) {
    const directory = directoryOf(root, collection)
    const found = ['modules', 'action']
      .map((kind) => programIn(join(directory, 'plugins', kind), rest.replaceAll('.', '/')))
      .find((path) => path !== undefined)
    if (found !== undefined) return found
    const other = redirected(reading, directory, rest)
    if (other === undefined || trail.includes(other)) continue
    const [next] = candidates(other, around)
    const there = next && pluginOf(reading, around, next, [...trail, other])
    if (there !== undefined) return there
  }
  return undefined
}

/**
 * The program that is the module of a name: a collection's, or of `library` beside the playbook, in a role, or
 * named by the site. Until 2.9 Ansible had thousands of modules that are in collections since and still called by
 * their old names: a name without a collection may be a module of any that is installed.
 */
export const findPlugin = (reading: Reading, around: Surroundings, name: string): string | undefined => {
  for (const candidate of candidates(name, around)) {
    const found = pluginOf(reading, around, candidate)
    if (found !== undefined) return found
  }
  if (name.includes('.')) return undefined
  const libraries = [
    join(around.directory, 'library'),
    ...reading.cache.libraries,
    ...(reading.options.libraries ?? []),
  ]
  const own = libraries.map((library) => programIn(library, name)).find((path) => path !== undefined)
  if (own !== undefined) return own
  for (const collection of installed(reading, around)) {
    const found = pluginOf(reading, around, { collection, rest: name })
    if (found !== undefined) return found
  }
  return undefined
}
