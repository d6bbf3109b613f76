import { createHash, randomBytes } from 'node:crypto'
import { constants, createReadStream } from 'node:fs'
import {
  access,
  type FileHandle,
  lstat,
  mkdir,
  open,
  readFile,
  readlink,
  realpath,
  rename,
  rm,
  stat,
} from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { getSystemErrorMessage } from 'node:util'
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

/** Hex digest of a file, which is not held in memory when it is large. */
const digestOf = async (path: string, size: bigint, kind: NonNullable<StatOptions['checksum']>): Promise<string> => {
  const hash = createHash(kind)
  if (size <= atOnce) hash.update(await readFile(path))
  else await pipeline(createReadStream(path, { highWaterMark: atOnce }), hash)
  return hash.digest('hex')
}

/** Writes a content to a file; returns the SHA-1 of what was written. */
const copyInto = async (file: FileHandle, content: LargeContent): Promise<string> => {
  const hash = createHash('sha1')
  for await (const chunk of content.open()) {
    hash.update(chunk)
    await file.writeFile(chunk)
  }
  return hash.digest('hex')
}

/** A directory that was not there; its mode, which the umask or the kernel may have lessened, is set on it and nothing else. */
const makeDirectory = async (path: string, mode: number | undefined): Promise<void> => {
  await mkdir(path, { mode: mode ?? 0o777 })
  if (mode === undefined) return
  const made = await open(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW)
  try {
    await made.chmod(mode)
  } finally {
    await made.close()
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
  const numbered = async (accounts: typeof users, account: string | number): Promise<number> => {
    const id = typeof account === 'number' ? account : (await accounts()).numbers.get(account)
    if (id === undefined) throw new Unknown()
    return id
  }

  const statHere = async (path: string, options: StatOptions = {}): Promise<Found> => {
    const { follow = false, checksum, also } = options
    const look = follow ? stat(path, { bigint: true }) : lstat(path, { bigint: true })
    const [found, owners, owningGroups] = await Promise.all([look, users(), groups()])
    const type = typeOf(Number(found.mode))
    const [uid, gid] = [Number(found.uid), Number(found.gid)]
    const digest =
      checksum && type === 'file' ? await digestOf(path, found.size, checksum).catch(() => undefined) : undefined
    return {
      path,
      type,
      mode: Number(found.mode) & 0o7777,
      uid,
      gid,
      owner: named(owners, uid),
      group: named(owningGroups, gid),
      size: Number(found.size),
      inode: Number(found.ino),
      device: Number(found.dev),
      links: Number(found.nlink),
      modified: seconds(found.mtimeNs),
      accessed: seconds(found.atimeNs),
      changed: seconds(found.ctimeNs),
      ...(type === 'link' ? { target: await readlink(path) } : {}),
      blocks: Number(found.blocks),
      blockSize: Number(found.blksize),
      rdev: Number(found.rdev),
      ...(digest ? { checksum: digest } : {}),
      ...(also ? { also: (await shell.run(sh`path=${path}; ${also}`, withinOf(options))).stdout } : {}),
    }
  }

  const writeHere = async (path: string, content: Uint8Array | LargeContent, options: WriteOptions): Promise<void> => {
    const { mode, owner, group } = options
    const uid = owner === undefined ? -1 : await numbered(users, owner)
    const gid = group === undefined ? -1 : await numbered(groups, group)
    const found = await lstat(path).catch(() => undefined)
    const old = found?.isFile() ? found : undefined
    const temporary = join(dirname(path), `.${basename(path).slice(0, 200)}.${randomBytes(6).toString('hex')}`)
    const file = await open(temporary, 'wx', 0o600)
    try {
      if (!('sha1' in content)) await file.writeFile(content)
      else if ((await copyInto(file, content)) !== content.sha1) throw new Error('it arrived changed')
      const own = old && (await file.stat())
      // the owner of the old file is kept as far as we may set it
      if (own && (old.uid !== own.uid || old.gid !== own.gid)) await file.chown(old.uid, old.gid).catch(() => {})
      if (uid !== -1 || gid !== -1) await file.chown(uid, gid)
      await file.chmod(mode ?? (old ? old.mode & 0o7777 : 0o644 & ~process.umask()))
      await file.close()
      await rename(temporary, path)
    } catch (thrown) {
      await file.close().catch(() => {})
      await rm(temporary, { force: true })
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
        const real = await realpath(path)
        const found = await statHere(real)
        return { path: real, stat: found, ...(found.type === 'file' ? { content: await readFile(real) } : {}) }
      } catch {
        return shell.open(path, within) // which also tells why not
      }
    },
    async makeDirectories(paths, mode, within) {
      try {
        for (const path of paths) await makeDirectory(path, mode)
      } catch {
        await shell.makeDirectories(paths, mode, within) // which also tells why not
      }
    },
    async write(path, content, options = {}) {
      if (await isLabelled) return shell.write(path, content, options)
      try {
        await writeHere(path, content, options)
      } catch (cause) {
        if (cause instanceof Unknown) return shell.write(path, content, options)
        throw new Failure('module.write', `cannot write ${path} on localhost: ${reasonOf(cause)}`, { cause })
      }
      const written = await statAnyhow(path)
      if (written) return written
      throw new Failure('module.write', `${path} on localhost was written and is gone`)
    },
  }
}
