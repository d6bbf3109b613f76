import { posix } from 'node:path'
import { sequence, sh } from '../command.ts'
import { type Attributes, propertyDiff, resolveOwnership } from './attributes.ts'
import { statAll } from './listing.ts'
import { modeFor, octal } from './mode.ts'
import { type Change, change, type Host } from './module.ts'
import { runOrFail, tidy } from './runorfail.ts'

const ancestors = (path: string): string[] =>
  path === '/' || path === '.' ? [] : [...ancestors(posix.dirname(path)), path]

/** The directories above a path that are not there, the uppermost first; its own is mostly there. */
export const missingAbove = async (host: Host, path: string): Promise<string[]> => {
  const directory = posix.dirname(path)
  if (await host.stat(directory, { follow: true })) return []
  const above = ancestors(directory)
  const known = await statAll(host, above, { follow: true })
  return above.filter((each) => !known.has(each))
}

/** Yields the change that makes missing directories, parents first, each with its attributes from the start. */
export async function* makeDirectories(
  host: Host,
  paths: readonly string[],
  attributes: Attributes,
): AsyncGenerator<Change, void, unknown> {
  if (paths.length === 0) return
  const { uid, gid, mode, umask } = await resolveOwnership(host, attributes)
  const bits = mode === undefined ? undefined : modeFor(mode, { mode: 0o755, directory: true }, umask)
  const owned = async (): Promise<void> => {
    const made = sh`mkdir -p ${bits === undefined ? [] : ['-m', octal(bits)]} -- ${paths}`
    await runOrFail(host, sequence(made, sh`chown ${`${uid ?? ''}:${gid ?? ''}`} -- ${paths}`), tidy)
  }
  const isOwned = uid !== undefined || gid !== undefined
  const [first, ...others] = paths
  yield* change({
    what: `make the directory ${first}${others.length > 0 ? ` and ${others.length} more` : ''}`,
    diff: propertyDiff(paths.at(-1) ?? '', { state: 'absent' }, { state: 'directory' }),
    apply: () => (isOwned ? owned() : host.makeDirectories(paths, bits)),
  })
}

/** Yields the change that makes the missing directories above a path, with the owner and group of what comes there. */
export async function* makeAbove(
  host: Host,
  path: string,
  attributes: Attributes,
  directoryMode: string | undefined,
): AsyncGenerator<Change, void, unknown> {
  const { mode: _, ...ownership } = attributes
  const missing = await missingAbove(host, path)
  yield* makeDirectories(host, missing, directoryMode === undefined ? ownership : { ...ownership, mode: directoryMode })
}
