import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { extract, type Header } from 'tar-stream'
import { Failure } from '../../engine/failure.ts'

export type Unpacked = { readonly files: number; readonly directories: number; readonly links: number }

const { O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW, O_RDONLY, O_WRONLY } = fs.constants

/** Links of a merged /usr: whoever replaces one of them has a system without a loader. */
const mergedUsr = /^(?:bin|sbin|lib|lib32|lib64|libx32)$/

const refuse = (entry: string, why: string): never => {
  throw new Failure('overlay.entry', `overlay entry '${entry}': ${why}`, { hint: 'nothing of this entry was written' })
}

/** The parts of an entry's name. Names are relative and never go up. */
export const partsOf = (entry: string, name: string): readonly string[] => {
  if (name.startsWith('/')) refuse(entry, 'its name is absolute')
  const parts = name.split('/').filter((part) => part !== '' && part !== '.')
  if (parts.includes('..')) refuse(entry, "its name holds '..'")
  if (name.includes('\0')) refuse(entry, 'its name holds a NUL')
  return parts
}

/** A path below an open directory that no other process can turn into another place, as openat() would have it. */
const at = (directory: number, name: string): string => `/proc/self/fd/${directory}/${name}`

const lstat = (path: string): fs.Stats | undefined => fs.lstatSync(path, { throwIfNoEntry: false })

/**
 * Writes an archive's entries below one root and nowhere else. Each directory on the way is opened without following
 * links; a link that the image has is resolved as it will be on the running system, with the root as `/`; a link that the
 * archive itself brought is never passed. Files appear at once and complete, with mode, owner and time; a directory that
 * exists keeps its own.
 */
export class Unpacker {
  readonly #root: number
  readonly #isLive: boolean
  readonly #made = new Set<string>()
  files = 0
  directories = 0
  links = 0

  /** `isLive`: users are at work in the root, so a link is passed only where it is root's own. */
  constructor(root: string, isLive = false) {
    this.#root = fs.openSync(root, O_RDONLY | O_DIRECTORY)
    this.#isLive = isLive
  }

  close(): void {
    fs.closeSync(this.#root)
  }

  /** Calls `use` with the open directory that the parts lead to; missing ones are made, unless `missing` has an answer for them. */
  #within<T>(entry: string, parts: readonly string[], use: (directory: number) => T, missing?: () => T): T {
    const open: number[] = []
    const here = () => open.at(-1) ?? this.#root
    const close = (count: number) => {
      for (const directory of open.splice(open.length - count)) fs.closeSync(directory)
    }
    try {
      const queue = [...parts]
      for (let steps = 0; queue.length > 0; steps++) {
        if (steps > 1000) refuse(entry, 'its links go in a circle')
        const part = queue.shift()!
        if (part === '..') {
          if (open.length > 0) close(1)
          continue
        }
        const path = at(here(), part)
        const there = lstat(path)
        if (!there && missing) return missing()
        if (!there) fs.mkdirSync(path, 0o755)
        if (there?.isSymbolicLink()) {
          if (this.#made.has(`${there.dev}:${there.ino}`))
            refuse(entry, `it passes the link '${part}' of the same overlay`)
          if (this.#isLive && there.uid !== 0) refuse(entry, `it passes the link '${part}', which is not root's`)
          const target = fs.readlinkSync(path)
          if (target.startsWith('/')) close(open.length)
          queue.unshift(...target.split('/').filter((word) => word !== '' && word !== '.'))
          continue
        }
        if (there && !there.isDirectory()) refuse(entry, `'${part}' on its way is no directory`)
        open.push(fs.openSync(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW))
      }
      return use(here())
    } finally {
      close(open.length)
    }
  }

  #parent<T>(entry: string, parts: readonly string[], use: (directory: number, name: string) => T): T {
    return this.#within(entry, parts.slice(0, -1), (directory) => use(directory, parts.at(-1)!))
  }

  /** Puts what `make` makes under a name of its own in place of `name`, at once. */
  #replace(entry: string, parts: readonly string[], make: (temporary: string) => void): void {
    this.#parent(entry, parts, (directory, name) => {
      const there = lstat(at(directory, name))
      if (there?.isDirectory()) refuse(entry, 'a directory stands there')
      if (parts.length === 1 && mergedUsr.test(name) && there?.isSymbolicLink())
        refuse(entry, 'it would replace a link of the merged /usr')
      const temporary = at(directory, `.prelude-${randomBytes(6).toString('hex')}`)
      try {
        make(temporary)
        fs.renameSync(temporary, at(directory, name))
      } catch (thrown) {
        fs.rmSync(temporary, { force: true })
        throw thrown
      }
    })
  }

  /** What stands at a path, itself and no link's target: its state, and a path to read it by within `use`. */
  look<T>(entry: string, use: (stats: fs.Stats | undefined, path: string) => T): T {
    const parts = partsOf(entry, entry)
    const name = parts.at(-1) ?? '.'
    return this.#within(
      entry,
      parts.slice(0, -1),
      (directory) => use(lstat(at(directory, name)), at(directory, name)),
      () => use(undefined, ''),
    )
  }

  directory(header: Header, parts: readonly string[]): void {
    const place = { isNew: false }
    if (parts.length === 0) return
    this.#parent(header.name, parts, (directory, name) => {
      if (lstat(at(directory, name))) return
      fs.mkdirSync(at(directory, name), 0o700)
      place.isNew = true
    })
    this.#within(header.name, parts, (directory) => {
      if (!place.isNew) return
      fs.fchownSync(directory, header.uid ?? 0, header.gid ?? 0)
      fs.fchmodSync(directory, (header.mode ?? 0o755) & 0o7777)
    })
    this.directories++
  }

  file(header: Header, parts: readonly string[], content: readonly Buffer[]): void {
    this.#replace(header.name, parts, (temporary) => {
      const file = fs.openSync(temporary, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW, 0o600)
      try {
        for (const chunk of content) {
          for (let from = 0; from < chunk.length; ) from += fs.writeSync(file, chunk, from)
        }
        fs.fchownSync(file, header.uid ?? 0, header.gid ?? 0)
        fs.fchmodSync(file, (header.mode ?? 0o644) & 0o7777)
        if (header.mtime) fs.futimesSync(file, header.mtime, header.mtime)
      } finally {
        fs.closeSync(file)
      }
    })
    this.files++
  }

  symlink(header: Header, parts: readonly string[]): void {
    const target = header.linkname ?? ''
    const kept = this.#parent(header.name, parts, (directory, name) => {
      const path = at(directory, name)
      return lstat(path)?.isSymbolicLink() === true && fs.readlinkSync(path) === target
    })
    if (kept) return
    this.#replace(header.name, parts, (temporary) => {
      fs.symlinkSync(target, temporary)
      fs.lchownSync(temporary, header.uid ?? 0, header.gid ?? 0)
      const { dev, ino } = fs.lstatSync(temporary)
      this.#made.add(`${dev}:${ino}`)
    })
    this.links++
  }

  hardlink(header: Header, parts: readonly string[]): void {
    this.#parent(header.name, partsOf(header.name, header.linkname ?? ''), (directory, name) => {
      const source = lstat(at(directory, name))
      if (!source?.isFile())
        refuse(header.name, `it is a hard link to '${header.linkname}', which is no file of the root`)
      this.#replace(header.name, parts, (temporary) => fs.linkSync(at(directory, name), temporary))
    })
    this.links++
  }
}

/** Lays a tar archive over a root. Throws a Failure 'overlay.entry' for an entry that may not be, and writes nothing of it. */
export const unpack = async (root: string, archive: Readable): Promise<Unpacked> => {
  const unpacker = new Unpacker(root)
  const tar = extract()
  const source = pipeline(archive, tar)
  source.catch(() => {}) // the loop below sees the same error
  try {
    for await (const entry of tar) {
      const { header } = entry
      const parts = partsOf(header.name, header.name)
      // read before anything is written: a transfer that breaks off leaves no half of a file
      const content: Buffer[] = []
      for await (const chunk of entry as AsyncIterable<Buffer>) content.push(chunk)
      if (header.type === 'directory') unpacker.directory(header, parts)
      else if (parts.length === 0) refuse(header.name, 'it has no name')
      else if (header.type === 'file' || header.type === 'contiguous-file') unpacker.file(header, parts, content)
      else if (header.type === 'symlink') unpacker.symlink(header, parts)
      else if (header.type === 'link') unpacker.hardlink(header, parts)
      else refuse(header.name, `an overlay holds no ${header.type}`)
    }
    await source
  } finally {
    tar.destroy()
    unpacker.close()
  }
  return { files: unpacker.files, directories: unpacker.directories, links: unpacker.links }
}
