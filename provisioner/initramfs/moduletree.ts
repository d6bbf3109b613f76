import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { Failure } from '../../engine/failure.ts'
import { nearest } from '../../engine/nearest.ts'

/** The modules of one kernel in a root, after the indexes that depmod made there. */
export type ModuleTree = {
  readonly version: string
  /** Where it lies in the root: `usr/lib/modules/VERSION`. */
  readonly path: string
  /** Path of each module below that, to the paths of those it depends on. */
  readonly depends: ReadonlyMap<string, readonly string[]>
  /** Name of each module to its path. */
  readonly byName: ReadonlyMap<string, string>
  /** Names that are built into the kernel. */
  readonly builtin: ReadonlySet<string>
  /** Plain aliases (without patterns) to the names of the modules that have them. */
  readonly aliases: ReadonlyMap<string, readonly string[]>
  /** Modules that a module wants loaded with it. */
  readonly soft: ReadonlyMap<string, readonly string[]>
}

/** A module's name in the kernel: of its file or as a user writes it. */
export const moduleName = (text: string): string =>
  basename(text)
    .replace(/\.ko(\.\w+)?$/, '')
    .replaceAll('-', '_')

const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))

const append = (map: Map<string, string[]>, key: string, ...values: string[]) =>
  map.set(key, [...(map.get(key) ?? []), ...values])

export const parseDepends = (text: string): ReadonlyMap<string, readonly string[]> =>
  new Map(
    lines(text).map((line) => {
      const [path = '', needed = ''] = line.split(':')
      return [path, needed.split(' ').filter((name) => name !== '')]
    }),
  )

export const parseAliases = (text: string): ReadonlyMap<string, readonly string[]> => {
  const aliases = new Map<string, string[]>()
  for (const line of lines(text)) {
    const [, alias = '', module = ''] = line.split(' ')
    if (!/[*?[]/.test(alias)) append(aliases, alias, module)
  }
  return aliases
}

/** `softdep ext4 pre: crypto-crc32c post: …`: what stands there may not exist, and nothing fails for it. */
export const parseSoft = (text: string): ReadonlyMap<string, readonly string[]> => {
  const soft = new Map<string, string[]>()
  for (const line of lines(text)) {
    const [, module = '', ...wanted] = line.split(/\s+/)
    append(soft, moduleName(module), ...wanted.filter((word) => word !== 'pre:' && word !== 'post:'))
  }
  return soft
}

const newestFirst = new Intl.Collator('en', { numeric: true })

/** The modules of a kernel of a root: the newest kernel's when none is named. Throws a Failure 'image.modules'. */
export const readModuleTree = async (root: string, wanted?: string): Promise<ModuleTree> => {
  const found: [version: string, path: string][] = []
  for (const directory of ['usr/lib/modules', 'lib/modules'])
    for (const version of await readdir(join(root, directory)).catch((): string[] => []))
      if (!found.some(([known]) => known === version)) found.push([version, `${directory}/${version}`])
  found.sort(([one], [other]) => newestFirst.compare(other, one))
  const known = found.map(([version]) => version)
  const [version, path] = found.find(([each]) => wanted === undefined || each === wanted) ?? []
  if (version === undefined || path === undefined)
    throw new Failure('image.modules', `${root} has no modules${wanted === undefined ? '' : ` of kernel ${wanted}`}`, {
      hint: known.length > 0 ? `it has those of ${known.join(', ')}` : 'install a kernel in it',
    })
  const read = (name: string) => readFile(join(root, path, name), 'utf8').catch(() => '')
  const dependsText = await read('modules.dep')
  if (dependsText === '')
    throw new Failure('image.modules', `${join(root, path)} has no modules.dep`, {
      hint: `run depmod for the kernel ${version} in that root`,
    })
  const depends = parseDepends(dependsText)
  return {
    version,
    path,
    depends,
    byName: new Map([...depends.keys()].map((file) => [moduleName(file), file])),
    builtin: new Set(lines(await read('modules.builtin')).map(moduleName)),
    aliases: parseAliases(await read('modules.alias')),
    soft: parseSoft(await read('modules.softdep')),
  }
}

export type ModuleChoice = {
  /** Directories below `kernel/` of which every module is taken. */
  readonly drivers: readonly string[]
  /** Modules that are taken where the kernel has them. */
  readonly modules: readonly string[]
  /** Modules that somebody asked for. Throws a Failure 'image.module' for one that the kernel does not know. */
  readonly asked: readonly string[]
}

/** Paths of the chosen modules and of all that they depend on, sorted. */
export const chooseModules = (tree: ModuleTree, { drivers, modules, asked }: ModuleChoice): readonly string[] => {
  const chosen = new Set<string>()
  const add = (path: string) => {
    if (chosen.has(path)) return
    chosen.add(path)
    for (const needed of tree.depends.get(path) ?? []) add(needed)
    for (const wanted of tree.soft.get(moduleName(path)) ?? []) addName(wanted)
  }
  const addName = (name: string): boolean => {
    const plain = moduleName(name)
    const path = tree.byName.get(plain)
    if (path !== undefined) add(path)
    const aliases = tree.aliases.get(name) ?? []
    for (const each of aliases) if (tree.byName.has(each)) add(tree.byName.get(each)!)
    return path !== undefined || aliases.length > 0 || tree.builtin.has(plain)
  }
  for (const path of tree.depends.keys())
    if (drivers.some((directory) => path.startsWith(`kernel/${directory}/`))) add(path)
  for (const name of modules) addName(name)
  for (const name of asked) {
    if (addName(name)) continue
    const near = nearest(moduleName(name), tree.byName.keys())
    throw new Failure('image.module', `the kernel ${tree.version} has no module '${name}'`, {
      hint: near === undefined ? `modules.dep of ${tree.path} lists them` : `did you mean '${near}'?`,
    })
  }
  return [...chosen].sort()
}
