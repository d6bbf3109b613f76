import { constants } from 'node:fs'
import { access, readdir, readFile, stat } from 'node:fs/promises'
import { basename, dirname, extname, join, relative, resolve } from 'node:path'
import { Failure, type Position } from '../failure.ts'
import { type Problems, problemList } from '../problems.ts'
import type { Templar } from '../vars/templar.ts'
import type { Dict } from '../vars/value.ts'
import { loadYaml } from '../yaml/load.ts'
import { emptyInventory, ensureHost, reconcile } from './build.ts'
import { constructedNames, readConstructed } from './constructed.ts'
import { hostEntry } from './expand.ts'
import { type Beside, variableFiles } from './files.ts'
import { readIni } from './ini.ts'
import type { Inventory } from './inventory.ts'
import { readScript } from './script.ts'
import { readTomlInventory } from './toml.ts'
import { readYamlInventory } from './yaml.ts'

export type InventoryOptions = {
  /** Directory of the playbook, whose group_vars and host_vars count too. */
  readonly playbookDirectory?: string | undefined
  /** Decrypts what ansible-vault has encrypted; throws a Failure when no secret fits. */
  readonly decrypt: (ciphertext: string, at: Position) => string
  readonly warn: (message: string, at?: Position) => void
  /** Evaluates what the plugin `constructed` is told to make; without it such a source is an error. */
  readonly templar?: Templar | undefined
  /** Variables of the command line, of which such a source may speak. */
  readonly extraVars?: Dict
  /** `hash_behaviour = merge` */
  readonly mergesDicts?: boolean | undefined
  /** What becomes of a source that does not exist: an error, unless it is only warned of. */
  readonly missing?: 'fail' | 'warn' | undefined
  /** What becomes of names of groups that are none of variables. */
  readonly groupNames?: GroupNames | undefined
}

/** `force_valid_group_names`: such names stay, with or without a warning, or get `_` for what no variable has in its name. */
export type GroupNames = 'never' | 'ignore' | 'always' | 'silently'

/** What a variable may not have in its name becomes `_`. V8 takes long to read the classes of Unicode: few names need them. */
const validName = (name: string): string =>
  /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? name : name.replace(/^[^\p{L}_]|[^\p{L}\p{N}_]/gu, '_')

const ignoredNames = /^\.|^(?:group_vars|host_vars|vars_plugins)$/
const ignoredExtensions = /(?:~|\.(?:pyc|pyo|swp|bak|rpm|md|txt|rst|orig|cfg|retry))$/

type Kind = 'list' | 'directory' | 'file' | 'missing'

const kindOfSource = async (source: string, { missing, warn }: InventoryOptions): Promise<Kind> => {
  const found = await stat(source).catch(() => undefined)
  if (found) return found.isDirectory() ? 'directory' : 'file'
  if (source.includes(',')) return 'list'
  if (missing === 'warn') {
    warn(
      `Unable to parse ${source} as an inventory source\n  hint: there is no such file or directory; a list of hosts ends with a comma`,
    )
    return 'missing'
  }
  throw new Failure('inventory.missing', `there is no inventory ${source}`, {
    hint: "give a file, a directory, or a list of hosts that ends with a comma: -i 'a,b,'",
  })
}

const isExecutable = (file: string): Promise<boolean> =>
  access(file, constants.X_OK).then(
    () => true,
    () => false,
  )

type Reading = {
  readonly inventory: Inventory
  readonly problems: Problems
  readonly options: InventoryOptions
}

const readList = ({ inventory, problems }: Reading, list: string): void => {
  for (const entry of list.split(',').map((part) => part.trim())) {
    if (entry === '') continue
    problems.attempt(() => {
      const { names, port } = hostEntry(entry)
      for (const name of names) {
        const host = ensureHost(inventory, name, 'ungrouped')
        if (port === undefined) continue
        const values = new Map([['ansible_port', port]])
        host.layers.push({ source: list, values, positions: new Map(), level: 8, order: 0 })
      }
    })
  }
}

const readDirectory = async (reading: Reading, directory: string, root: string): Promise<void> => {
  for (const name of (await readdir(directory)).sort()) {
    if (ignoredNames.test(name) || ignoredExtensions.test(name)) continue
    if (name === 'overlays' && directory === root) continue // the site's overlays, which are no inventory
    const path = join(directory, name)
    if ((await stat(path)).isDirectory()) await readDirectory(reading, path, root)
    else await reading.problems.attemptAsync(() => readInventoryFile(reading, path, relative(root, path)))
  }
}

/** A file without an ending may be either: it is YAML when it reads as a dictionary. */
const isYaml = (file: string, text: string): boolean => {
  if (['.yml', '.yaml', '.json'].includes(extname(file))) return true
  if (extname(file) !== '') return false
  try {
    return loadYaml(text, file).kind === 'map'
  } catch (thrown) {
    if (thrown instanceof Failure) return /^---\s*$/m.test(text) || /^all:\s*$/m.test(text)
    throw thrown
  }
}

const readInventoryFile = async (
  { inventory, problems, options }: Reading,
  file: string,
  source: string,
): Promise<void> => {
  inventory.reading = file
  let text = await readFile(file, 'utf8')
  const isProgram = text.startsWith('#!') || text.startsWith('\x7fELF')
  if (isProgram && (await isExecutable(file))) return readScript(inventory, file, source)
  if (text.startsWith('$ANSIBLE_VAULT;')) text = options.decrypt(text, { file, line: 1, column: 1 })
  if (extname(file) === '.toml') return readTomlInventory(inventory, text, file, source)
  const root = isYaml(file, text) ? loadYaml(text, file, options) : undefined
  if (root?.kind === 'map' && constructedNames.includes(String(root.value.get('plugin'))) && options.templar) {
    return readConstructed(inventory, root, source, options.templar, options.extraVars ?? new Map())
  }
  const found = root ? readYamlInventory(inventory, root, source, options.warn) : readIni(inventory, text, file, source)
  for (const failure of found) problems.add(failure)
}

/** The directories whose group_vars and host_vars count: one per source, then the playbook's. */
const placesOf = (sources: ReadonlyMap<string, Kind>, playbookDirectory: string | undefined): Beside[] => {
  const places: Beside[] = []
  for (const [source, kind] of sources) {
    if (kind === 'file' || kind === 'directory')
      places.push({ directory: kind === 'directory' ? source : dirname(source), kind: 'inventory' })
  }
  if (playbookDirectory !== undefined) places.push({ directory: playbookDirectory, kind: 'playbook' })
  return places
}

/**
 * Reads inventory sources in their order: files in INI, YAML or TOML, executable scripts, configurations of the plugin
 * `constructed`, directories of these, host lists (`a,b,`). Variables of group_vars and host_vars are read when a host first needs them (see checkVariables).
 * @throws Failure `inventory.…` or `yaml.…` that carries every problem of all sources.
 */
export const loadInventory = async (sources: readonly string[], options: InventoryOptions): Promise<Inventory> => {
  const paths = sources.map((source) => (source.includes(',') ? source : resolve(source)))
  const kinds = new Map<string, Kind>()
  for (const path of paths) kinds.set(path, await kindOfSource(path, options))
  const places = placesOf(kinds, options.playbookDirectory && resolve(options.playbookDirectory))
  const first = places.find((place) => place.kind === 'inventory')
  const mode = options.groupNames ?? 'ignore'
  const isReplaced = mode === 'always' || mode === 'silently'
  let hasInvalid = false
  const groupName = (name: string): string => {
    const valid = validName(name)
    hasInvalid ||= valid !== name
    return isReplaced ? valid : name
  }
  const inventory = emptyInventory({
    groupName,
    sources: paths,
    directory: first?.directory ?? process.cwd(),
    files: variableFiles(places, options),
    mergesDicts: options.mergesDicts ?? false,
  })
  const problems = problemList()
  const reading: Reading = { inventory, problems, options }
  for (const path of paths) {
    const kind = kinds.get(path)
    if (kind === 'missing') continue
    inventory.reading = path
    if (kind === 'list') readList(reading, path)
    else if (kind === 'directory') await readDirectory(reading, path, path)
    else await problems.attemptAsync(() => readInventoryFile(reading, path, basename(path)))
  }
  inventory.reading = undefined
  problems.attempt(() => reconcile(inventory))
  problems.throwAll()
  if (hasInvalid && (mode === 'never' || mode === 'always')) {
    const outcome = isReplaced ? 'and automatically replaced' : 'but not replaced'
    options.warn(`Invalid characters were found in group names ${outcome}, use -vvvv to see details`)
  }
  for (const name of inventory.hosts.keys()) {
    if (inventory.groups.has(name)) options.warn(`Found both group and host with same name: ${name}`)
  }
  return inventory
}
