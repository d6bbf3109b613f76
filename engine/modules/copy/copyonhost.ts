import { posix } from 'node:path'
import type { CopyParameters } from '../../../schema/types.ts'
import { sequence, sh } from '../../command.ts'
import type { Stat } from '../../connections/connection.ts'
import { Failure } from '../../failure.ts'
import { describe, setAttributes } from '../attributes.ts'
import { listTree, statAll } from '../listing.ts'
import { makeAbove, makeDirectories, missingAbove } from '../makedirectories.ts'
import { octal } from '../mode.ts'
import { type Change, change, type Host, type Result } from '../module.ts'
import { realPath, statAfter } from '../paths.ts'
import { replaceFile } from '../replacefile.ts'
import { runOrFail, tidy } from '../runorfail.ts'
import { copyLinks } from './copylinks.ts'

/** Copies one file of the host to another place of it; the content does not leave the host. Returns whether it was changed. */
async function* copyOne(
  host: Host,
  params: CopyParameters,
  source: Stat,
  path: string,
  old: Stat | undefined,
): AsyncGenerator<Change, { isChanged: boolean; backup_file?: string }, unknown> {
  const attributes = params.mode === 'preserve' ? { ...params, mode: octal(source.mode) } : params
  if (old && !params.force) return { isChanged: false }
  if (old && old.checksum === source.checksum) return { isChanged: yield* setAttributes(host, old, attributes) }
  const { told } = yield* replaceFile(host, {
    path: old && params.follow ? await realPath(host, path) : path,
    content: source,
    old: old?.type === 'file' ? old : undefined,
    attributes,
    backup: params.backup,
    validate: params.validate,
  })
  return { isChanged: true, ...told }
}

/** Gives directories that were made the permission bits of their sources, the innermost first. */
async function* copyModes(
  host: Host,
  directories: readonly { readonly path: string; readonly mode: number }[],
): AsyncGenerator<Change, void, unknown> {
  if (directories.length === 0) return
  const commands = directories.toReversed().map(({ path, mode }) => sh`chmod ${octal(mode)} -- ${path}`)
  yield* change({
    what: `give ${directories.length} directories the permission bits of their sources`,
    apply: () => runOrFail(host, sequence(...commands), tidy),
  })
}

/**
 * Copies what a directory of the host holds. New files and those whose content changes get the permission bits of their
 * sources; links are links again unless they are followed.
 */
async function* copyTree(host: Host, params: CopyParameters, source: string, root: string) {
  const files = await listTree(host, [source], { follow: params.local_follow || 'given', checksum: true })
  const placeOf = ({ path }: Stat) => posix.join(root, path.slice(source.length))
  const known = await statAll(host, files.map(placeOf), { follow: params.follow, checksum: true })
  const missing = files.filter((file) => file.type === 'directory' && !known.has(placeOf(file)))
  const { mode, directory_mode, ...ownership } = params
  const asked = (otherwise: object) => ({
    ...ownership,
    ...(directory_mode === undefined ? otherwise : { mode: directory_mode }),
  })
  yield* makeDirectories(host, known.has(root) ? [] : await missingAbove(host, root), asked({}))
  // nobody else looks in before they have what their sources have, which they get in the end
  yield* makeDirectories(host, missing.map(placeOf), asked({ mode: '0700' }))
  for (const file of files.filter(({ type }) => type === 'file')) {
    const path = placeOf(file)
    const old = known.get(path)
    const isSame = old !== undefined && old.checksum === file.checksum
    yield* copyOne(host, isSame ? ownership : { ...ownership, mode: 'preserve' }, file, path, old)
  }
  const links = files.flatMap((file) =>
    file.target === undefined ? [] : [{ path: placeOf(file), target: file.target }],
  )
  yield* copyLinks(host, params, links)
  if (directory_mode === undefined) {
    yield* copyModes(
      host,
      missing.map((file) => ({ path: placeOf(file), mode: file.mode })),
    )
  }
  const now = await statAfter(host, root, known.get(root))
  const wanted = mode === 'preserve' ? octal(files[0]?.mode ?? 0o755) : mode
  if (now) yield* setAttributes(host, now, wanted === undefined ? ownership : { ...ownership, mode: wanted })
}

/** `copy` with `remote_src`: source and destination are on the host. */
export async function* copyOnHost(
  host: Host,
  params: CopyParameters,
  src: string,
): AsyncGenerator<Change, Result, unknown> {
  const source = await host.stat(src.replace(/(.)\/+$/, '$1'), { follow: true, checksum: 'sha1' })
  if (!source) {
    throw new Failure('module.file', `${src} is not there`, {
      hint: 'with remote_src the source is a path on the host',
    })
  }
  const name = posix.basename(src)
  const there = await host.stat(params.dest.replace(/(.)\/+$/, '$1'), { follow: params.follow, checksum: 'sha1' })
  const target = there?.type === 'link' ? await host.stat(params.dest, { follow: true }) : there
  const isInto = params.dest.endsWith('/') || target?.type === 'directory'
  if (source.type === 'directory') {
    const root = (src.endsWith('/') ? params.dest : posix.join(params.dest, name)).replace(/(.)\/+$/, '$1')
    yield* copyTree(host, params, source.path, root)
    const now = await statAfter(host, root, undefined)
    return { src, dest: src.endsWith('/') || !target ? params.dest : root, ...(now ? describe(now) : {}) }
  }
  if (params.checksum !== undefined && params.checksum !== source.checksum) {
    throw new Failure('module.checksum', `${src} does not have the checksum ${params.checksum}`)
  }
  const path = isInto ? posix.join(params.dest, name) : params.dest
  const old = isInto ? await host.stat(path, { follow: params.follow, checksum: 'sha1' }) : there
  if (old?.type === 'directory') throw new Failure('module.file', `${path} is a directory, not a file`)
  if (!old && params.dest.endsWith('/')) yield* makeAbove(host, path, params, params.directory_mode)
  const { isChanged, ...written } = yield* copyOne(host, params, source, path, old)
  const now = isChanged ? await statAfter(host, path, old) : old
  return { src, dest: path, checksum: source.checksum, ...written, ...(now ? describe(now) : {}) }
}
