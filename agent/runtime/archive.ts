import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { extract, type Header } from 'tar-stream'
import { Failure } from '../../engine/failure.ts'
import { partsOf } from '../system/unpack.ts'
import type { Laid } from './record.ts'

/** What an archive wants at a path. */
export type Wanted = {
  readonly header: Header
  readonly path: string
  readonly type: Laid['type']
  readonly mode: number
  /** sha256 of a file's content, or a link's target. */
  readonly content: string
  readonly body: Buffer
  readonly units: readonly string[]
}

/** A runtime overlay is small, and read whole before anything is written. */
const most = 64 * 1024 ** 2

export const sha256 = (data: Uint8Array): string => createHash('sha256').update(data).digest('hex')

const wantedOf = (header: Header, body: Buffer): Wanted => {
  const { name, type, linkname = '', mode = 0o644 } = header
  const pax = (header.pax ?? {}) as Readonly<Record<string, string>>
  if (type !== 'file' && type !== 'directory' && type !== 'symlink')
    throw new Failure('overlay.entry', `overlay entry '${name}': a runtime overlay holds no ${type}`)
  return {
    header,
    path: partsOf(name, name).join('/'),
    type,
    mode: mode & 0o7777,
    content: type === 'symlink' ? linkname : type === 'file' ? sha256(body) : '',
    body,
    units: (pax['PRELUDE.units'] ?? '').split(' ').filter((unit) => unit !== ''),
  }
}

/** Reads an overlay's archive to its end; nothing of it is used when it breaks off. */
export const readArchive = async (archive: Readable): Promise<readonly Wanted[]> => {
  const tar = extract()
  const source = pipeline(archive, tar)
  source.catch(() => {}) // the loop below sees the same error
  const entries: Wanted[] = []
  let size = 0
  try {
    for await (const entry of tar) {
      const chunks: Buffer[] = []
      for await (const chunk of entry as AsyncIterable<Buffer>) {
        size += chunk.length
        if (size > most) throw new Failure('overlay.size', `the runtime overlay has more than ${most} bytes`)
        chunks.push(chunk)
      }
      entries.push(wantedOf(entry.header, Buffer.concat(chunks)))
    }
    await source
  } finally {
    tar.destroy()
  }
  return entries.filter(({ path }) => path !== '')
}
