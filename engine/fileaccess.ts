import {
  type BigIntStats,
  close,
  closeSync,
  fchmod,
  fchmodSync,
  fchown,
  fchownSync,
  fstat,
  fstatSync,
  lstat,
  lstatSync,
  mkdir,
  mkdirSync,
  open,
  openSync,
  type PathLike,
  readFile,
  readFileSync,
  rename,
  renameSync,
  rm,
  rmSync,
  write,
  writeSync,
} from 'node:fs'
import { statfs, stat as statPooled } from 'node:fs/promises'
import { promisify } from 'node:util'

/** More bytes than this are read and written a piece at a time, or by the thread pool. */
export const atOnce = 1 << 20

type Soon<T> = T | Promise<T>

/** Operations on files of one file system; files are open by number. */
export type FileAccess = {
  open(path: string, flags: string | number, mode?: number): Soon<number>
  close(file: number): Soon<void>
  /** The number of bytes written, which may be less than there are. */
  write(file: number, data: Uint8Array, offset: number): Soon<number>
  chmod(file: number, mode: number): Soon<void>
  chown(file: number, uid: number, gid: number): Soon<void>
  stat(file: number): Soon<{ uid: number; gid: number }>
  lstat(path: string): Soon<BigIntStats>
  mkdir(path: string, mode: number): Soon<void>
  rename(from: string, to: string): Soon<void>
  remove(path: string): Soon<void>
  readFile(path: string): Soon<Buffer>
}

const bigint = { bigint: true } as const
const lstatPooled = promisify(lstat) as (path: PathLike, options: typeof bigint) => Promise<BigIntStats>
const mkdirPooled = promisify(mkdir) as (path: string, options: { mode: number }) => Promise<void>
const writePooled = promisify(write)
const rmPooled = promisify(rm) as (path: string, options: { force: true }) => Promise<void>

/** By the thread pool: a file server that does not answer holds nobody else, and a time limit ends the waiting. */
export const pooled: FileAccess = {
  open: promisify(open),
  close: promisify(close),
  write: async (file, data, offset) => (await writePooled(file, data, offset)).bytesWritten,
  chmod: promisify(fchmod),
  chown: promisify(fchown),
  stat: promisify(fstat),
  lstat: (path) => lstatPooled(path, bigint),
  mkdir: (path, mode) => mkdirPooled(path, { mode }),
  rename: promisify(rename),
  remove: (path) => rmPooled(path, { force: true }),
  readFile: promisify(readFile) as (path: string) => Promise<Buffer>,
}

/** At once: what takes microseconds, while a trip to the thread pool takes a hundred. */
const direct: FileAccess = {
  open: openSync,
  close: closeSync,
  write: writeSync,
  chmod: fchmodSync,
  chown: fchownSync,
  stat: (file) => fstatSync(file),
  lstat: (path) => lstatSync(path, bigint),
  mkdir: (path, mode) => void mkdirSync(path, { mode }),
  rename: renameSync,
  remove: (path) => rmSync(path, { force: true }),
  readFile: (path) => readFileSync(path),
}

/** The numbers by which statfs(2) names file systems that ask no server and no program: their disk is this machine's. */
const ownDisk: ReadonlySet<number> = new Set([
  0xef53, // ext2, ext3, ext4
  0x58465342, // xfs
  0x9123683e, // btrfs
  0xf2f52010, // f2fs
  0x01021994, // tmpfs
  0x858458f6, // ramfs
  0x794c7630, // overlay
])

/** Chooses how the files of a file system are worked on: by its number (`st_dev`) and a path on it. */
export const createFileAccess = (): ((path: string, device: bigint) => Promise<FileAccess>) => {
  const known = new Map<bigint, FileAccess>()
  return async (path, device) => {
    const chosen = known.get(device)
    if (chosen) return chosen
    const found = await statfs(path).catch(() => undefined)
    if (!found) return pooled
    const access = ownDisk.has(found.type) ? direct : pooled
    known.set(device, access)
    return access
  }
}

/** Reads whole files: small ones on a disk of this machine at once. Rejects as `readFile` does. */
export const createReader = (): ((path: string) => Promise<Buffer>) => {
  const accessTo = createFileAccess()
  return async (path) => {
    const found = await statPooled(path, bigint)
    const isSmall = found.isFile() && found.size <= atOnce
    return (isSmall ? await accessTo(path, found.dev) : pooled).readFile(path)
  }
}
