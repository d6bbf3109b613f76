import fs, { type Stats } from 'node:fs'
import { join } from 'node:path'
import { sha256 } from './archive.ts'
import { recordDirectory } from './record.ts'

// Files of the image that the runtime overlay stands in place of: they come back when it no longer does.

const directory = (root: string): string => join(recordDirectory(root), 'former')

const copy = (from: string, to: string, stats: Stats): void => {
  if (stats.isSymbolicLink()) fs.symlinkSync(fs.readlinkSync(from), to)
  else {
    fs.copyFileSync(from, to)
    fs.chmodSync(to, stats.mode & 0o7777)
    fs.utimesSync(to, stats.atime, stats.mtime)
  }
  fs.lchownSync(to, stats.uid, stats.gid)
}

/** Keeps what stands at a path under a name that this returns. Keeping it twice is once. */
export const keepFormer = (root: string, path: string, place: string, stats: Stats): string => {
  const name = sha256(Buffer.from(path)).slice(0, 32)
  const kept = join(directory(root), name)
  fs.mkdirSync(directory(root), { recursive: true, mode: 0o700 })
  if (fs.lstatSync(kept, { throwIfNoEntry: false })) return name
  try {
    fs.linkSync(place, kept)
  } catch {
    copy(place, `${kept}.new`, stats) // another file system
    fs.renameSync(`${kept}.new`, kept)
  }
  return name
}

/** Puts a kept file back. */
export const bringBack = (root: string, name: string, place: string): void => {
  const kept = join(directory(root), name)
  const stats = fs.lstatSync(kept, { throwIfNoEntry: false })
  if (!stats) {
    fs.rmSync(place, { force: true })
    return
  }
  const beside = `${place}.prelude-${name}`
  copy(kept, beside, stats)
  fs.renameSync(beside, place)
  fs.rmSync(kept)
}
