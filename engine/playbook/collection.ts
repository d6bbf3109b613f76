import { join } from 'node:path'
import { isDirectory, isFile, type Reading, type Surroundings } from './reading.ts'

const qualified = /^([A-Za-z_]\w*\.[A-Za-z_]\w*)\.([A-Za-z_][\w.]*)$/

/** The collection that a path is in: `…/ansible_collections/NAMESPACE/NAME/…`. */
export const collectionOf = (path: string): string | undefined => {
  const found = /\/ansible_collections\/(\w+)\/(\w+)\//.exec(path)
  return found ? `${found[1]}.${found[2]}` : undefined
}

const rootsOf = ({ options }: Reading, { directory, role }: Surroundings): string[] => {
  // A role of a collection may name others of the same tree.
  const own = role ? /^(.*)\/ansible_collections\//.exec(role.path)?.[1] : undefined
  return [join(directory, 'collections'), ...(own === undefined ? [] : [own]), ...(options.collectionsPath ?? [])]
}

const directoryOf = (root: string, collection: string): string =>
  join(root, 'ansible_collections', ...collection.split('.'))

/** The collection that a name belongs to, and its name in there; for a name without one, each that may be meant. */
const candidates = (name: string, around: Surroundings): { collection: string; rest: string }[] => {
  const found = qualified.exec(name)
  if (found) return [{ collection: found[1] as string, rest: found[2] as string }]
  if (name.includes('/') || name.includes('.')) return []
  const implied = [...(around.role?.collection ? [around.role.collection] : []), ...(around.collections ?? [])]
  return implied.map((collection) => ({ collection, rest: name }))
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
      const file = [`${place}.yml`, `${place}.yaml`, place].find(isFile)
      if (kind === 'playbooks' && file !== undefined) return { path: file }
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

/** The Python file that is the module of a name: a collection's, or of `library` beside the playbook, in a role, or named by the site. */
export const findPlugin = (reading: Reading, around: Surroundings, name: string): string | undefined => {
  const places = candidates(name, around).flatMap(({ collection, rest }) =>
    rootsOf(reading, around).flatMap((root) =>
      ['modules', 'action'].map((kind) =>
        join(directoryOf(root, collection), 'plugins', kind, `${rest.replaceAll('.', '/')}.py`),
      ),
    ),
  )
  const libraries = [
    join(around.directory, 'library'),
    ...reading.cache.libraries,
    ...(reading.options.libraries ?? []),
  ]
  if (!name.includes('.')) places.push(...libraries.map((library) => join(library, `${name}.py`)))
  return places.find(isFile)
}
