import { posix } from 'node:path'
import type { CopyParameters } from '../../../schema/types.ts'
import type { Stat } from '../../connections/connection.ts'
import { Failure } from '../../failure.ts'
import { describe, setAttributes } from '../attributes.ts'
import { listTree, statAll } from '../listing.ts'
import { makeDirectories } from '../makedirectories.ts'
import { octal } from '../mode.ts'
import type { Change, Host, Result } from '../module.ts'
import { realPath, statAfter } from '../paths.ts'
import { replaceFile } from '../replacefile.ts'

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
    makeDirectory: params.dest.endsWith('/'),
  })
  return { isChanged: true, ...told }
}

async function* copyTree(host: Host, params: CopyParameters, source: string, root: string) {
  const follow = params.local_follow
  const files = await listTree(host, [source], { follow, checksum: true })
  const placeOf = ({ path }: Stat) => posix.join(root, path.slice(source.length))
  const known = await statAll(host, files.map(placeOf), { follow: params.follow, checksum: true })
  const missing = files.filter((file) => file.type === 'directory' && !known.has(placeOf(file)))
  const { mode, directory_mode, ...ownership } = params
  const attributes = directory_mode === undefined ? ownership : { ...ownership, mode: directory_mode }
  yield* makeDirectories(host, missing.map(placeOf), attributes)
  for (const file of files.filter(({ type }) => type === 'file')) {
    const path = placeOf(file)
    yield* copyOne(host, params, file, path, known.get(path))
  }
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
    const root = src.endsWith('/') ? posix.join(params.dest, '.') : isInto ? posix.join(params.dest, name) : params.dest
    yield* copyTree(host, params, source.path, root)
    const now = await statAfter(host, root, undefined)
    return { src, dest: src.endsWith('/') ? params.dest : root, ...(now ? describe(now) : {}) }
  }
  if (params.checksum !== undefined && params.checksum !== source.checksum) {
    throw new Failure('module.checksum', `${src} does not have the checksum ${params.checksum}`)
  }
  const path = isInto ? posix.join(params.dest, name) : params.dest
  const old = isInto ? await host.stat(path, { follow: params.follow, checksum: 'sha1' }) : there
  if (old?.type === 'directory') throw new Failure('module.file', `${path} is a directory, not a file`)
  const { isChanged, ...written } = yield* copyOne(host, params, source, path, old)
  const now = isChanged ? await statAfter(host, path, old) : old
  return { src, dest: path, checksum: source.checksum, ...written, ...(now ? describe(now) : {}) }
}
