import { readdirSync, readFileSync, statSync } from 'node:fs'
import { extname, join, relative } from 'node:path'
import { Failure, type Position } from '../failure.ts'
import { loadYaml } from '../yaml/load.ts'
import { isNothing, keyPositions, kindOf, type YamlMap } from '../yaml/node.ts'
import type { Inventory, VariableLayer } from './inventory.ts'

export type FileOptions = {
  /** Decrypts a file that ansible-vault has encrypted as a whole. */
  readonly decrypt: (ciphertext: string, at: Position) => string
  readonly warn: (message: string, at?: Position) => void
}

/** A directory that may hold group_vars and host_vars: an inventory source's, or the playbook's. */
export type Beside = { readonly directory: string; readonly kind: 'inventory' | 'playbook' }

const extensions = ['', '.yml', '.yaml', '.json']

/** Reads a YAML or JSON file of variables, encrypted or not; undefined when it is empty. @throws Failure */
export const readVariables = (file: string, { decrypt, warn }: FileOptions): YamlMap | undefined => {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (cause) {
    throw new Failure('inventory.unreadable', `cannot read ${file}`, { cause, hint: 'check its permissions' })
  }
  if (text.startsWith('$ANSIBLE_VAULT;')) text = decrypt(text, { file, line: 1, column: 1 })
  const root = loadYaml(text, file, { warn })
  if (isNothing(root)) return undefined
  if (root.kind === 'map') return root
  throw new Failure('inventory.variables', `a file of variables is a dictionary, and this is ${kindOf(root)}`, {
    at: root.at,
    hint: "write 'name: value' for each variable",
  })
}

/** The files of a directory and below that hold variables, in order of their names. */
const filesBelow = (directory: string): string[] =>
  readdirSync(directory)
    .sort()
    .flatMap((name) => {
      if (name.startsWith('.') || name.endsWith('~')) return []
      const path = join(directory, name)
      if (statSync(path).isDirectory()) return name.includes('.') ? [] : filesBelow(path)
      return extensions.includes(extname(name)) ? [path] : []
    })

/**
 * The variable files of a group or host in one directory: the first of `name`, `name.yml`, `name.yaml`, `name.json` that
 * exists, and all files below it when it is a directory. So `web/` hides `web.yml`.
 */
const filesFor = (directory: string, present: ReadonlySet<string>, name: string): string[] => {
  const found = extensions.map((extension) => name + extension).find((file) => present.has(file))
  if (found === undefined) return []
  const path = join(directory, found)
  return statSync(path).isDirectory() ? filesBelow(path) : [path]
}

const listing = (directory: string): ReadonlySet<string> => {
  try {
    return new Set(readdirSync(directory))
  } catch {
    return new Set()
  }
}

const levelOf = (kind: 'group' | 'host', name: string, where: Beside['kind']): VariableLayer['level'] => {
  if (kind === 'host') return where === 'inventory' ? 9 : 10
  if (name === 'all') return where === 'inventory' ? 4 : 5
  return where === 'inventory' ? 6 : 7
}

/** Finds group_vars and host_vars beside inventory sources and the playbook; each file is read once, when it is needed. */
export const variableFiles = (places: readonly Beside[], options: FileOptions): Inventory['files'] => {
  const listings = new Map<string, ReadonlySet<string>>()
  const read = new Map<string, YamlMap | undefined>()
  const known = new Map<string, readonly VariableLayer[]>()

  const layersIn = (kind: 'group' | 'host', name: string, place: Beside, order: number): VariableLayer[] => {
    const directory = join(place.directory, `${kind}_vars`)
    if (!listings.has(directory)) listings.set(directory, listing(directory))
    return filesFor(directory, listings.get(directory)!, name).flatMap((file) => {
      if (!read.has(file)) read.set(file, readVariables(file, options))
      const map = read.get(file)
      if (!map) return []
      const source = relative(place.directory, file)
      const level = levelOf(kind, name, place.kind)
      return [{ source, values: map.value, positions: keyPositions(map), level, order }]
    })
  }

  return (kind, name) => {
    const key = `${kind} ${name}`
    const layers = known.get(key)
    if (layers) return layers
    // a name that is a path must not lead out of the directory
    const found = name.includes('/') ? [] : places.flatMap((place, order) => layersIn(kind, name, place, order))
    known.set(key, found)
    return found
  }
}
