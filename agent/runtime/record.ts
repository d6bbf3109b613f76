import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** One thing that the agent laid down, as it was then. */
export type Laid = {
  /** Relative to the root. */
  readonly path: string
  readonly type: 'file' | 'directory' | 'symlink'
  readonly mode: number
  /** sha256 of a file's content, or a link's target. */
  readonly content: string
  /** What the kernel said of it when it was laid or last looked at; as long as that stays, nobody has touched it. */
  readonly stamp: string
  /**
   * What stood there before: nothing; a directory that stays; or a file or link of the image, which is kept below this
   * name and comes back when the overlay no longer has the path.
   */
  readonly former: 'nothing' | 'directory' | `kept:${string}`
  /** Units that are told when it changes. */
  readonly units: readonly string[]
}

/** What the agent laid down of a runtime overlay. It lies in the root that it speaks of, and is gone when that is. */
export type RuntimeRecord = { readonly version: 1; readonly etag?: string; readonly entries: readonly Laid[] }

export const noRecord: RuntimeRecord = { version: 1, entries: [] }

/** Below a root; mode 0700, as kept files may be secret. */
export const recordDirectory = (root: string): string => join(root, 'var/lib/prelude/runtime')

const recordPath = (root: string): string => join(recordDirectory(root), 'record.json')

/** The record of a root; an empty one where there is none, or none that can be read. */
export const readRecord = (root: string): RuntimeRecord => {
  try {
    const record = JSON.parse(readFileSync(recordPath(root), 'utf8')) as RuntimeRecord
    return record.version === 1 ? record : noRecord
  } catch {
    return noRecord
  }
}

export const writeRecord = (root: string, record: RuntimeRecord): void => {
  mkdirSync(recordDirectory(root), { recursive: true, mode: 0o700 })
  writeFileSync(`${recordPath(root)}.new`, JSON.stringify(record), { mode: 0o600 })
  renameSync(`${recordPath(root)}.new`, recordPath(root))
}
