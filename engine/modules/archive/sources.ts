import type { ArchiveParameters } from '../../../schema/types.ts'
import { type Command, sh } from '../../command.ts'
import type { Stat } from '../../connections/connection.ts'
import { Failure } from '../../failure.ts'
import { fnmatch } from '../fnmatch.ts'
import { listTree } from '../listing.ts'
import type { Host } from '../module.ts'
import { runOrFail } from '../runorfail.ts'

/** What is to be packed. */
export type Sources = {
  /** The paths after patterns were expanded, and those to leave out. */
  readonly expanded: readonly string[]
  readonly excluded: readonly string[]
  /** The paths to pack, sorted. */
  readonly paths: readonly string[]
  readonly missing: readonly string[]
  /** Names in the archive are relative to it; ends with a slash. */
  readonly root: string
  readonly members: readonly Stat[]
  /** A single file is compressed, not packed. */
  readonly isSingle: boolean
}

const isPattern = (path: string): boolean => /[*?]/.test(path)

/** Prints what is there of each path; an empty name ends a path. */
const expansion = (path: string): Command =>
  isPattern(path)
    ? sh`pattern=${path}; set -- $pattern
      for name; do if [ -e "$name" ] || [ -L "$name" ]; then printf '%s\\0' "$name"; fi; done`
    : sh`printf '%s\\0' ${path}`

/** The directory that all paths have in common, as Python's commonprefix and dirname find it. */
export const commonRoot = (paths: readonly string[]): string => {
  const directories = paths.map((path) => path.slice(0, path.lastIndexOf('/') + 1))
  const [first = '/', ...others] = directories
  let length = first.length
  for (const other of others) while (!other.startsWith(first.slice(0, length))) length -= 1
  return first.slice(0, first.slice(0, length).lastIndexOf('/') + 1) || '/'
}

export const findSources = async (host: Host, params: ArchiveParameters): Promise<Sources> => {
  const { path, exclude_path, exclusion_patterns = [], format, dest, force_archive } = params
  const steps = [...path.map(expansion), sh`printf '\\0'`, ...exclude_path.map(expansion)]
  const script = steps.reduce((whole, step) => sh`${whole}; ${step}`, sh`IFS=`)
  const [found = '', left = ''] = (await runOrFail(host, script)).split(/(?<=^|\0)\0/)
  const names = (text: string) => text.split('\0').filter((name) => name !== '')
  const [expanded, excluded] = [names(found), names(left)]
  const paths = [...new Set(expanded)].filter((one) => !excluded.includes(one)).sort()
  if (paths.length === 0) {
    throw new Failure('module.file', `nothing to pack: ${path.join(', ')} is not there or left out`, { at: host.at })
  }
  const relative = paths.find((one) => !one.startsWith('/'))
  if (relative !== undefined)
    throw new Failure('module.parameter', `'path' must be absolute: ${relative}`, { at: host.at })
  const tree = await listTree(host, paths, { follow: 'given' })
  const there = new Map(tree.map((stat) => [stat.path, stat]))
  const isDirectory = (one: string) => there.get(one)?.type === 'directory'
  const root = commonRoot(paths)
  const patterns = exclusion_patterns.map(fnmatch)
  const members = tree
    .filter((stat) => !(paths.includes(stat.path) && stat.type === 'directory'))
    .filter((stat) => stat.type !== 'socket' && stat.path !== dest)
    .filter(({ path: one }) => {
      const shown = format === 'zip' ? one : one.slice(root.length)
      return !patterns.some((pattern) => pattern.test(shown))
    })
    .sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
  return {
    expanded,
    excluded,
    paths,
    missing: paths.filter((one) => !there.has(one)),
    root,
    members,
    isSingle: !force_archive && paths.length === 1 && !path.some(isPattern) && !isDirectory(paths[0]!),
  }
}
