import { lstat, readdir, readFile, readlink, stat } from 'node:fs/promises'
import { join } from 'node:path'
import picomatch from 'picomatch'
import { Failure, type Position } from '../../engine/failure.ts'
import { suggest } from '../../engine/nearest.ts'
import { loadYaml } from '../../engine/yaml/load.ts'

/** The overlays that Prelude brings. */
export const stockDirectory = join(import.meta.dirname, 'stock')

/** A file, directory or link of an overlay as it lies on the provisioner; `path` is where it goes, templates and all. */
export type SourceEntry = {
  readonly type: 'file' | 'directory' | 'link'
  /** Relative, as in the overlay's directory, without the ending `.mustache` or `.j2`. */
  readonly path: string
  /** Absolute path of the source. */
  readonly file: string
  readonly template: 'mustache' | 'jinja' | undefined
  readonly mode: number
  /** Milliseconds since 1970. */
  readonly modified: number
  readonly content: Buffer
  readonly target?: string
  /** Units of the running node that are told when it changes. */
  readonly units?: readonly string[]
}

export type OverlaySource = {
  readonly name: string
  readonly directory: string
  /** `site`: beside the inventory; `stock`: Prelude's own. */
  readonly from: 'site' | 'stock'
  readonly description: string
  readonly entries: readonly SourceEntry[]
}

/**
 * Describes an overlay at its top: `description`, `modes` of what git cannot keep (`etc/ssh/*_key: '0600'`), and `units` that the
 * running node reloads, or restarts, when a file changed (`etc/chrony/*: [chrony.service]`).
 */
const describing = 'overlay.yml'

export const isOverlayName = (name: string): boolean => /^[a-zA-Z0-9][a-zA-Z0-9._-]*$/.test(name)

const isDirectory = (path: string): Promise<boolean> =>
  stat(path).then(
    (each) => each.isDirectory(),
    () => false,
  )

/** Directories that hold overlays, the one that wins first. */
const placesOf = (site: string): readonly { from: OverlaySource['from']; directory: string }[] => [
  { from: 'site', directory: join(site, 'overlays') },
  { from: 'stock', directory: stockDirectory },
]

/** Names of all overlays of a site; one of the site hides a stock one of the same name. */
export const overlayNames = async (site: string): Promise<readonly string[]> => {
  const names = await Promise.all(
    placesOf(site).map(async ({ directory }) => {
      const all = await readdir(directory).catch(() => [] as string[])
      const kept = await Promise.all(all.map((name) => isDirectory(join(directory, name))))
      return all.filter((name, index) => isOverlayName(name) && kept[index])
    }),
  )
  return [...new Set(names.flat())].sort()
}

type Matcher = (path: string) => boolean

type Description = {
  readonly text: string
  readonly modes: readonly { matches: Matcher; mode: number }[]
  readonly units: readonly { matches: Matcher; units: readonly string[] }[]
}

const isUnit = (name: string): boolean => /^[\w.@:\\-]+\.(?:service|socket|timer|target|path|mount|slice)$/.test(name)

const describe = async (directory: string): Promise<Description> => {
  const file = join(directory, describing)
  if (!(await stat(file).catch(() => undefined))) return { text: '', modes: [], units: [] }
  const node = loadYaml(await readFile(file, 'utf8'), file)
  const wrong = (what: string, at: Position): never => {
    throw new Failure('overlay.description', what, {
      at,
      hint: `an overlay.yml has 'description: text', 'modes: {etc/ssh/*_key: "0600"}' and 'units: {etc/chrony/*: [chrony.service]}'`,
    })
  }
  if (node.kind !== 'map') return wrong('this describes no overlay', node.at)
  let text = ''
  const modes: { matches: Matcher; mode: number }[] = []
  const units: { matches: Matcher; units: readonly string[] }[] = []
  const matcher = (key: unknown): Matcher => picomatch(String(key), { dot: true })
  for (const entry of node.entries.values()) {
    if (entry.key === 'description' && entry.node.kind === 'scalar') text = String(entry.node.value)
    else if (entry.key === 'modes' && entry.node.kind === 'map') {
      for (const { key, node: value } of entry.node.entries.values()) {
        const mode = value.kind === 'scalar' ? String(value.value) : ''
        if (!/^0?[0-7]{3,4}$/.test(mode)) wrong(`'${mode}' is no mode`, value.at)
        modes.push({ matches: matcher(key), mode: Number.parseInt(mode, 8) })
      }
    } else if (entry.key === 'units' && entry.node.kind === 'map') {
      for (const { key, node: value } of entry.node.entries.values()) {
        const items = value.kind === 'list' ? value.items : [value]
        for (const item of items)
          if (item.kind !== 'scalar' || !isUnit(String(item.value)))
            wrong(
              item.kind === 'scalar' ? `'${item.value}' is no name of a unit` : 'this is no name of a unit',
              item.at,
            )
        units.push({ matches: matcher(key), units: items.map((item) => String((item as { value: unknown }).value)) })
      }
    } else wrong(`'${entry.key}' has no place here`, entry.at)
  }
  return { text, modes, units }
}

const templateOf = (name: string): SourceEntry['template'] =>
  name.endsWith('.mustache') ? 'mustache' : name.endsWith('.j2') ? 'jinja' : undefined

async function* walk(directory: string, below: string): AsyncGenerator<SourceEntry> {
  for (const name of (await readdir(join(directory, below))).sort()) {
    if (below === '' && name === describing) continue
    const path = below ? `${below}/${name}` : name
    const file = join(directory, path)
    const stats = await lstat(file)
    const common = {
      path,
      file,
      mode: stats.mode & 0o7777,
      modified: stats.mtimeMs,
      template: undefined,
      content: Buffer.alloc(0),
    }
    if (stats.isDirectory()) {
      yield { ...common, type: 'directory' }
      yield* walk(directory, path)
    } else if (stats.isSymbolicLink()) yield { ...common, type: 'link', target: await readlink(file) }
    else if (stats.isFile()) {
      const template = templateOf(name)
      yield {
        ...common,
        type: 'file',
        path: path.replace(/\.(mustache|j2)$/, ''),
        template,
        content: await readFile(file),
      }
    } else
      throw new Failure('overlay.entry', `${file} is no file, directory or link`, {
        hint: 'an overlay holds nothing else',
      })
  }
}

/** Reads an overlay. Throws a Failure 'overlay.unknown' at `at` when there is none of that name. */
export const readOverlay = async (site: string, name: string, at?: Position): Promise<OverlaySource> => {
  for (const { from, directory: place } of placesOf(site)) {
    const directory = join(place, name)
    if (!isOverlayName(name) || !(await isDirectory(directory))) continue
    const { text, modes, units } = await describe(directory)
    const entries: SourceEntry[] = []
    for await (const entry of walk(directory, '')) {
      const mode = modes.findLast(({ matches }) => matches(entry.path))?.mode
      const told = units.flatMap((each) => (each.matches(entry.path) ? each.units : []))
      entries.push({ ...entry, ...(mode === undefined ? {} : { mode }), ...(told.length > 0 ? { units: told } : {}) })
    }
    return { name, directory, from, description: text, entries }
  }
  throw new Failure('overlay.unknown', `there is no overlay '${name}'`, {
    at,
    hint: suggest(name, await overlayNames(site)),
  })
}
