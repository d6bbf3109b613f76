import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { Failure } from '../../engine/failure.ts'
import type { Play } from '../../engine/playbook/play.ts'
import { deserialise, type Json, type Tagged } from '../../engine/playbook/serialise.ts'
import { type Dict, fromPlain } from '../../engine/vars/value.ts'
import type { Bundle } from '../../schema/types.ts'

/** Fields of compiled plays that hold a path of the machine that made the bundle. */
const pathFields = new Set(['file', 'directory', 'path', 'searchPath', 'program'])

const moved = (root: string, value: Json): Json => {
  if (typeof value === 'string') return value.startsWith('/') ? join(root, value) : value
  return Array.isArray(value) ? value.map((item) => moved(root, item)) : value
}

/**
 * Compiled plays whose files lie below `root` instead of `/`. What a user wrote (dicts, tagged as maps) keeps every string
 * that it has; paths of the program's own structures are moved.
 */
export const movePaths = (value: Json, root: string): Json => {
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map((item) => movePaths(item, root))
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      pathFields.has(key) && !('$' in value) ? moved(root, item) : movePaths(item, root),
    ]),
  )
}

const isTagged = (value: unknown): value is Tagged =>
  typeof value === 'object' && value !== null && 'shared' in value && 'root' in value

const read = <T>(value: unknown, what: string, root: string): T => {
  if (!isTagged(value)) throw new Failure('bundle.format', `the bundle's ${what} are not what serialise.ts writes`)
  return deserialise<T>({
    shared: value.shared.map((each) => movePaths(each, root)),
    root: movePaths(value.root, root),
  })
}

export type NodePlays = {
  readonly plays: readonly Play[]
  readonly variables: Dict
  /** The node's merged record. */
  readonly record: Dict
}

/** The plays, the variables and the record of a bundle, for a node that has the bundle's files below `root`. */
export const readBundle = (bundle: Bundle, root: string): NodePlays => ({
  plays: bundle.plays.map((play) => read<Play>(play, 'plays', root)),
  variables: read<Dict>(bundle.variables, 'variables', root),
  record: fromPlain(bundle.record) as Dict,
})

/** Puts the bundle's files below `root`, under the paths they had where the bundle was made; each is what its digest says. */
export const placeFiles = async (
  bundle: Bundle,
  root: string,
  fetch: (digest: string) => Promise<Buffer>,
): Promise<void> => {
  for (const { path, digest } of bundle.files) {
    const content = await fetch(digest)
    const found = `sha256:${createHash('sha256').update(content).digest('hex')}`
    if (found !== digest) throw new Failure('bundle.file', `${path} of the bundle is ${found}, not ${digest}`)
    const place = join(root, resolve(bundle.directory, path))
    await mkdir(dirname(place), { recursive: true })
    await writeFile(place, content)
  }
}
