import { createHash, randomBytes } from 'node:crypto'
import {
  type BigIntStats,
  closeSync,
  constants,
  createReadStream,
  fchmodSync,
  fchownSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  type Stats,
  write,
  writeFileSync,
} from 'node:fs'
import { access, lstat, readFile, readlink, realpath, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { getSystemErrorMessage, promisify } from 'node:util'
import { sh } from '../command.ts'
import { Failure } from '../failure.ts'
import { type Accounts, accountsOf } from './accounts.ts'
import type { Connection, Found, LargeContent, StatOptions, WriteOptions } from './connection.ts'
import { withinOf } from './files.ts'
import { typeOf } from './statline.ts'

type Files = Pick<Connection, 'read' | 'write' | 'stat' | 'open' | 'makeDirectories'>

const seconds = (nanoseconds: bigint): number =>
  Number(`${nanoseconds / 1_000_000_000n}.${String(nanoseconds % 1_000_000_000n).padStart(9, '0')}`)

const isMissing = (thrown: unknown): boolean =>
  ['ENOENT', 'ENOTDIR'].includes((thrown as NodeJS.ErrnoException).code ?? '')

/** The system's words for an error: `No such file or directory`. */
const reasonOf = (thrown: unknown): string => {
  const { errno, message } = thrown as NodeJS.ErrnoException
  const text = errno === undefined ? message : getSystemErrorMessage(errno)
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** Bytes that are read at once. */
const atOnce = 1 << 20

// What asks for a path looks at it first, which may take long or for ever where a file server does not answer, and so
// waits in the thread pool. What follows there takes microseconds and is done at once: each wait would take a hundred.

/** A regular file that was just looked at. */
const readRegular = (path: string, size: bigint): Buffer | Promise<Buffer> =>
  size <= atOnce ? readFileSync(path) : readFile(path)

/** Hex digest of a file that was just looked at, which is not held in memory when it is large. */
const digestOf = async (path: string, size: bigint, kind: NonNullable<StatOptions['checksum']>): Promise<string> => {
  const hash = createHash(kind)
  if (size <= atOnce) hash.update(readFileSync(path))
  else await pipeline(createReadStream(path, { highWaterMark: atOnce }), hash)
  return hash.digest('hex')
}

const writeSome = promisify(write)

const writeAll = async (file: number, data: Uint8Array): Promise<void> => {
  for (let at = 0; at < data.length; ) at += (await writeSome(file, data, at)).bytesWritten
}

/** Writes a content to a file; throws when it is not what its digest says. */
const fill = async (file: number, content: Uint8Array | LargeContent): Promise<void> => {
  if (!('sha1' in content)) {
    if (content.length <= atOnce) writeFileSync(file, content)
    else await writeAll(file, content)
    return
  }
  const hash = createHash('sha1')
  for await (const chunk of content.open()) {
    hash.update(chunk)
    await writeAll(file, chunk)
  }
  if (hash.digest('hex') !== content.sha1) throw new Error('it arrived changed')
}

/** A directory that was not there; its mode, which the umask or the kernel may have lessened, is set on it and nothing else. */
const makeDirectory = (path: string, mode: number | undefined): void => {
  mkdirSync(path, { mode: mode ?? 0o777 })
  if (mode === undefined) return
  const made = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW)
  try {
    fchmodSync(made, mode)
  } finally {
    closeSync(made)
  }
}

/** The owner of a file that is replaced is kept as far as we may set it. */
const keepOwner = (file: number, old: Stats): void => {
  const { uid, gid } = fstatSync(file)
  if (old.uid === uid && old.gid === gid) return
  try {
    fchownSync(file, old.uid, old.gid)
  } catch {
    // the file becomes ours
  }
}

/** Users and groups that the files of this machine do not name (a directory service does) are the shell's business. */
class Unknown extends Error {}

/**
 * Files of this machine as the user who runs us, without a process: what the shell does in 5 to 20 ms takes a fraction
 * of one. `shell` does what needs the system's tools: accounts of a directory service, SELinux contexts.
 */
export const localFiles = (shell: Files & Pick<Connection, 'run'>): Files => {
  const users = accountsOf('/etc/passwd')
  const groups = accountsOf('/etc/group')
  const isLabelled = access('/sys/fs/selinux/enforce').then(
    () => true,
    () => false,
  )

  const named = ({ names }: Accounts, id: number): string => {
    const name = names.get(id)
    if (name === undefined) throw new Unknown()
    return name
  }
  const numbered = (accounts: typeof users, account: string | number): number => {
    const id = typeof account === 'number' ? account : accounts().numbers.get(account)
    if (id === undefined) throw new Unknown()
    return id
  }

  const told = (path: string, found: BigIntStats): Found => {
    const [uid, gid] = [Number(found.uid), Number(found.gid)]
    return {
      path,
      type: typeOf(Number(found.mode)),
      mode: Number(found.mode) & 0o7777,
      uid,
      gid,
      owner: named(users(), uid),
      group: named(groups(), gid),
      size: Number(found.size),
      inode: Number(found.ino),
      device: Number(found.dev),
      links: Number(found.nlink),
      modified: seconds(found.mtimeNs),
      accessed: seconds(found.atimeNs),
      changed: seconds(found.ctimeNs),
      blocks: Number(found.blocks),
      blockSize: Number(found.blksize),
      rdev: Number(found.rdev),
    }
  }

  const statHere = async (path: string, options: StatOptions = {}): Promise<Found> => {
    const { follow = false, checksum, also } = options
    const stats = await (follow ? stat(path, { bigint: true }) : lstat(path, { bigint: true }))
    const found = told(path, stats)
    const isDigested = checksum && found.type === 'file'
    const [digest, output] = await Promise.all([
      isDigested ? digestOf(path, stats.size, checksum).catch(() => undefined) : undefined,
      also ? shell.run(sh`path=${path}; ${also}`, withinOf(options)) : undefined,
    ])
    return {
      ...found,
      ...(found.type === 'link' ? { target: await readlink(path) } : {}),
      ...(digest ? { checksum: digest } : {}),
      ...(output ? { also: output.stdout } : {}),
    }
  }

  /** Returns what the file was when it got its name. */
  const writeHere = async (
    path: string,
    content: Uint8Array | LargeContent,
    options: WriteOptions,
  ): Promise<BigIntStats> => {
    const uid = options.owner === undefined ? -1 : numbered(users, options.owner)
    const gid = options.group === undefined ? -1 : numbered(groups, options.group)
    const found = await lstat(path).catch(() => undefined)
    const old = found?.isFile() ? found : undefined
    const temporary = join(dirname(path), `.${basename(path).slice(0, 200)}.${randomBytes(6).toString('hex')}`)
    let file: number | undefined = openSync(temporary, 'wx', 0o600)
    try {
      await fill(file, content)
      if (old) keepOwner(file, old)
      if (uid !== -1 || gid !== -1) fchownSync(file, uid, gid)
      fchmodSync(file, options.mode ?? (old ? old.mode & 0o7777 : 0o644 & ~process.umask()))
      const closing = file
      file = undefined
      closeSync(closing) // a full file server may say so only here
      const written = lstatSync(temporary, { bigint: true })
      renameSync(temporary, path)
      return written
    } catch (thrown) {
      if (file !== undefined) closeSync(file)
      rmSync(temporary, { force: true })
      throw thrown
    }
  }

  const statAnyhow: Files['stat'] = async (path, options) => {
    try {
      return await statHere(path, options)
    } catch (cause) {
      if (cause instanceof Unknown) return shell.stat(path, options)
      if (cause instanceof Failure) throw cause
      if (isMissing(cause)) return undefined
      throw new Failure('module.stat', `cannot stat ${path} on localhost: ${reasonOf(cause)}`, { cause })
    }
  }

  const isNamed = ({ uid, gid }: BigIntStats): boolean =>
    users().names.has(Number(uid)) && groups().names.has(Number(gid))

  const statWritten = async (path: string): Promise<Found> => {
    const written = await shell.stat(path)
    if (written) return written
    throw new Failure('module.write', `${path} on localhost was written and is gone`)
  }

  return {
    async read(path) {
      try {
        return await readFile(path)
      } catch (cause) {
        throw new Failure('module.read', `cannot read ${path} on localhost: ${reasonOf(cause)}`, { cause })
      }
    },
    stat: statAnyhow,
    async open(path, within) {
      try {
        const [real, stats] = await Promise.all([realpath(path), stat(path, { bigint: true })])
        const found = told(real, stats)
        return {
          path: real,
          stat: found,
          ...(found.type === 'file' ? { content: await readRegular(real, stats.size) } : {}),
        }
      } catch {
        return shell.open(path, within) // which also tells why not
      }
    },
    async makeDirectories(paths, mode, within) {
      try {
        for (const path of paths) makeDirectory(path, mode)
      } catch {
        await shell.makeDirectories(paths, mode, within) // which also tells why not
      }
    },
    async write(path, content, options = {}) {
      if (await isLabelled) return shell.write(path, content, options)
      try {
        const written = await writeHere(path, content, options)
        return isNamed(written) ? told(path, written) : await statWritten(path)
      } catch (cause) {
        if (cause instanceof Unknown) return shell.write(path, content, options)
        if (cause instanceof Failure) throw cause
        throw new Failure('module.write', `cannot write ${path} on localhost: ${reasonOf(cause)}`, { cause })
      }
    },
  }
}
