import { createHash, randomBytes } from 'node:crypto'
import { type BigIntStats, constants, createReadStream } from 'node:fs'
import { access, lstat, readFile, readlink, realpath, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { getSystemErrorMessage } from 'node:util'
import { sh } from '../command.ts'
import { Failure } from '../failure.ts'
import { atOnce, createFileAccess, type FileAccess, pooled } from '../fileaccess.ts'
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

/** Hex digest of a file, which is not held in memory when it is large. */
const digestOf = async (
  by: FileAccess,
  path: string,
  size: bigint,
  kind: NonNullable<StatOptions['checksum']>,
): Promise<string> => {
  const hash = createHash(kind)
  if (size <= atOnce) hash.update(await by.readFile(path))
  else await pipeline(createReadStream(path, { highWaterMark: atOnce }), hash)
  return hash.digest('hex')
}

const writeAll = async (by: FileAccess, file: number, data: Uint8Array): Promise<void> => {
  for (let at = 0; at < data.length; ) at += await by.write(file, data, at)
}

/** Writes a content to a file; throws when it is not what its digest says. */
const fill = async (by: FileAccess, file: number, content: Uint8Array | LargeContent): Promise<void> => {
  if (!('sha1' in content)) return writeAll(content.length <= atOnce ? by : pooled, file, content)
  const hash = createHash('sha1')
  for await (const chunk of content.open()) {
    hash.update(chunk)
    await writeAll(pooled, file, chunk)
  }
  if (hash.digest('hex') !== content.sha1) throw new Error('it arrived changed')
}

/** A directory that was not there; its mode, which the umask or the kernel may have lessened, is set on it and nothing else. */
const makeDirectory = async (by: FileAccess, path: string, mode: number | undefined): Promise<void> => {
  await by.mkdir(path, mode ?? 0o777)
  if (mode === undefined) return
  const made = await by.open(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW)
  try {
    await by.chmod(made, mode)
  } finally {
    await by.close(made)
  }
}

/** The owner of a file that is replaced is kept as far as we may set it. */
const keepOwner = async (by: FileAccess, file: number, old: BigIntStats): Promise<void> => {
  const [uid, gid] = [Number(old.uid), Number(old.gid)]
  const own = await by.stat(file)
  if (own.uid !== uid || own.gid !== gid) await quietly(() => by.chown(file, uid, gid))
}

const quietly = async (work: () => void | Promise<void>): Promise<void> => {
  try {
    await work()
  } catch {
    // what came before it is what counts
  }
}

/** Users and groups that the files of this machine do not name (a directory service does) are the shell's business. */
class Unknown extends Error {}

/**
 * Files of this machine as the user who runs us, without a process: what the shell does in 5 to 20 ms takes a fraction
 * of one. `shell` does what needs the system's tools: accounts of a directory service, SELinux contexts.
 */
export const localFiles = (shell: Files & Pick<Connection, 'run'>): Files => {
  const accessTo = createFileAccess()
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

  const digested = async (path: string, { dev, size }: BigIntStats, kind: NonNullable<StatOptions['checksum']>) =>
    digestOf(await accessTo(path, dev), path, size, kind)

  const statHere = async (path: string, options: StatOptions = {}): Promise<Found> => {
    const { follow = false, checksum, also } = options
    const stats = await (follow ? stat(path, { bigint: true }) : lstat(path, { bigint: true }))
    const found = told(path, stats)
    const isDigested = checksum && found.type === 'file'
    const [digest, output] = await Promise.all([
      isDigested ? digested(path, stats, checksum).catch(() => undefined) : undefined,
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
    const directory = dirname(path)
    const [found, { dev }] = await Promise.all([
      lstat(path, { bigint: true }).catch(() => undefined),
      stat(directory, { bigint: true }),
    ])
    const old = found?.isFile() ? found : undefined
    const mode = options.mode ?? (old ? Number(old.mode) & 0o7777 : 0o644 & ~process.umask())
    const temporary = join(directory, `.${basename(path).slice(0, 200)}.${randomBytes(6).toString('hex')}`)
    const by = await accessTo(directory, dev)
    const file = await by.open(temporary, 'wx', 0o600)
    let isOpen = true
    try {
      await fill(by, file, content)
      if (old) await keepOwner(by, file, old)
      if (uid !== -1 || gid !== -1) await by.chown(file, uid, gid)
      await by.chmod(file, mode)
      isOpen = false
      await by.close(file) // a full file server may say so only here
      const written = await by.lstat(temporary)
      await by.rename(temporary, path)
      return written
    } catch (thrown) {
      if (isOpen) await quietly(() => by.close(file))
      await quietly(() => by.remove(temporary))
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
        if (found.type !== 'file') return { path: real, stat: found }
        const by = stats.size <= atOnce ? await accessTo(real, stats.dev) : pooled
        return { path: real, stat: found, content: await by.readFile(real) }
      } catch {
        return shell.open(path, within) // which also tells why not
      }
    },
    async makeDirectories(paths, mode, within) {
      try {
        for (const path of paths) {
          const above = dirname(path)
          const { dev } = await stat(above, { bigint: true })
          await makeDirectory(await accessTo(above, dev), path, mode)
        }
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
