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

/** Copies one file of the host to another place of it; the content does not leave the host. */
async function* copyOne(
  host: Host,
  params: CopyParameters,
  source: Stat,
  path: string,
  old: Stat | undefined,
): AsyncGenerator<Change, Record<string, unknown>, unknown> {
  const attributes = params.mode === 'preserve' ? { ...params, mode: octal(source.mode) } : params
  if (old && !params.force) return {}
  if (old && old.checksum === source.checksum) {
    yield* setAttributes(host, old, attributes)
    return {}
  }
  return yield* replaceFile(host, {
    path: old && params.follow ? await realPath(host, path) : path,
    content: source,
    old: old?.type === 'file' ? old : undefined,
    attributes,
    backup: params.backup,
    validate: params.validate,
    makeDirectory: params.dest.endsWith('/'),
  })
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
  const intoDirectory = async (dest: string): Promise<string> =>
    dest.endsWith('/') || (await host.stat(dest, { follow: true }))?.type === 'directory'
      ? posix.join(dest, name)
      : dest
  if (source.type === 'directory') {
    const root = src.endsWith('/') ? posix.join(params.dest, '.') : await intoDirectory(params.dest)
    yield* copyTree(host, params, source.path, root)
    return { src, dest: params.dest, ...(await told(host, root)) }
  }
  if (params.checksum !== undefined && params.checksum !== source.checksum) {
    throw new Failure('module.checksum', `${src} does not have the checksum ${params.checksum}`)
  }
  const path = await intoDirectory(params.dest)
  const old = await host.stat(path, { follow: params.follow, checksum: 'sha1' })
  if (old?.type === 'directory') throw new Failure('module.file', `${path} is a directory, not a file`)
  const written = yield* copyOne(host, params, source, path, old)
  return { src, dest: path, checksum: source.checksum, ...written, ...(await told(host, path)) }
}

const told = async (host: Host, path: string): Promise<Record<string, unknown>> => {
  const now = await statAfter(host, path, undefined)
  return now ? describe(now) : {}
}
