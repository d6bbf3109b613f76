import { sequence, sh } from '../command.ts'
import { type Attributes, propertyDiff, resolveOwnership } from './attributes.ts'
import { modeFor, octal } from './mode.ts'
import { type Change, change, type Host } from './module.ts'
import { runOrFail, tidy } from './runorfail.ts'

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
