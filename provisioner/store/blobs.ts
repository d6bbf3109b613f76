import { createHash, randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { Failure } from '../../engine/failure.ts'
import type { Blob } from '../../schema/types.ts'
import { isDigest } from './digest.ts'

/** Inclusive byte positions, as in a Range header. */
export type ByteRange = { readonly start: number; readonly end: number }

/** Immutable content under its digest. Every implementation passes test/provisioner/store/blobs.contract.ts. */
export type BlobStore = {
  /** Stores content; content that is there already is stored once. */
  put(content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<Blob>
  /** undefined when there is no such content. */
  stat(digest: string): Promise<Blob | undefined>
  /** The content, or the part of it in the range. Throws a Failure 'server.blob' when there is none. */
  open(digest: string, range?: ByteRange): Promise<Readable>
  /** Whether the stored bytes still have their digest. */
  verify(digest: string): Promise<boolean>
  list(): Promise<readonly Blob[]>
  remove(digest: string): Promise<void>
}

const chunk = 1 << 20
/** What one of many transfers holds in memory, a few times over. */
const sent = 1 << 18

/** Blobs as files: `sha256/ab/ab12…` below a directory. */
export const fileBlobs = (directory: string): BlobStore => {
  const partial = join(directory, 'partial')
  const path = (digest: string): string => {
    if (!isDigest(digest)) throw new Failure('server.blob', `'${digest}' is not a digest (sha256: and 64 hex digits)`)
    const hex = digest.slice('sha256:'.length)
    return join(directory, 'sha256', hex.slice(0, 2), hex)
  }
  const find = async (digest: string): Promise<Blob | undefined> => {
    try {
      return { digest, size: (await stat(path(digest))).size }
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw thrown
    }
  }
  const missing = (digest: string): Failure => new Failure('server.blob', `there is no content ${digest}`)

  return {
    async put(content) {
      await mkdir(partial, { recursive: true, mode: 0o700 })
      const temporary = join(partial, randomBytes(8).toString('hex'))
      const hash = createHash('sha256')
      let size = 0
      try {
        const file = await open(temporary, 'wx', 0o444)
        try {
          for await (const part of content) {
            hash.update(part)
            size += part.length
            await file.writeFile(part)
          }
          await file.sync()
        } finally {
          await file.close()
        }
        const digest = `sha256:${hash.digest('hex')}`
        const target = path(digest)
        await mkdir(dirname(target), { recursive: true })
        await rename(temporary, target)
        return { digest, size }
      } catch (thrown) {
        await rm(temporary, { force: true })
        throw thrown
      }
    },
    stat: find,
    async open(digest, range) {
      if (!(await find(digest))) throw missing(digest)
      return createReadStream(path(digest), { highWaterMark: sent, ...range })
    },
    async verify(digest) {
      if (!(await find(digest))) throw missing(digest)
      const hash = createHash('sha256')
      for await (const part of createReadStream(path(digest), { highWaterMark: chunk })) hash.update(part)
      return `sha256:${hash.digest('hex')}` === digest
    },
    async list() {
      const blobs: Blob[] = []
      const below = (name: string) => readdir(join(directory, name)).catch(() => [])
      for (const prefix of (await below('sha256')).sort()) {
        for (const hex of (await below(join('sha256', prefix))).sort()) {
          const blob = await find(`sha256:${hex}`)
          if (blob) blobs.push(blob)
        }
      }
      return blobs
    },
    remove: (digest) => rm(path(digest), { force: true }),
  }
}
