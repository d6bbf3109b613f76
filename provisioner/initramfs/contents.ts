import { lstat, readdir, readFile, readlink } from 'node:fs/promises'
import { join, posix } from 'node:path'
import type { Member } from '../boot/cpio.ts'

/** What a file is there for; each part is an archive of its own, and a line of the report. */
export type Part = 'base' | 'programs' | 'modules' | 'firmware' | 'agent'

export type Contents = {
  /** Puts something at a path, with the directories above it. */
  put(part: Part, member: Member): void
  /**
   * Takes a file of the root as it is there, with every link on its way. Returns its place behind the links and its
   * content; undefined when the root has no such file, or one that does not fit. Links never lead out of the root.
   */
  take(
    part: Part,
    path: string,
    fits?: (content: Buffer) => boolean,
  ): Promise<{ readonly path: string; readonly content: Buffer } | undefined>
  /** Where a path of the root lies behind its links; nothing is taken. */
  resolve(path: string): Promise<string | undefined>
  /** Target of a path of the root that is a link itself. */
  link(path: string): Promise<string | undefined>
  /** Names in a directory of the root, sorted; none where it is not there. */
  list(path: string): Promise<readonly string[]>
  /** Members of a part by their paths; directories and links all belong to the base. */
  members(part: Part): readonly Member[]
}

const split = (path: string): string[] => path.split('/').filter((name) => name !== '' && name !== '.')

type Trace = { readonly path: string; readonly links: readonly (Member & { readonly link: string })[] }

/** Follows a path of a root, and remembers the links on its way. */
const trace = async (root: string, path: string): Promise<Trace | undefined> => {
  const done: string[] = []
  const links: (Member & { readonly link: string })[] = []
  const queue = split(path)
  while (queue.length > 0) {
    const name = queue.shift()!
    if (name === '..') {
      done.pop()
      continue
    }
    const at = [...done, name].join('/')
    const stats = await lstat(join(root, at)).catch(() => undefined)
    if (!stats) return undefined
    if (!stats.isSymbolicLink()) {
      done.push(name)
      continue
    }
    if (links.length > 40) return undefined // they go in a circle
    const link = await readlink(join(root, at))
    links.push({ path: at, link })
    if (link.startsWith('/')) done.length = 0
    queue.unshift(...split(link))
  }
  return { path: done.join('/'), links }
}

/** What an initramfs is going to hold, from the tree of an installed system. */
export const createContents = (root: string): Contents => {
  const base = new Map<string, Member>()
  const parts = new Map<Part, Map<string, Member>>()
  const addParents = (path: string) => {
    const parent = posix.dirname(path)
    if (parent === '.' || base.has(parent)) return
    addParents(parent)
    base.set(parent, { path: parent, mode: 0o755 })
  }
  const put = (part: Part, member: Member) => {
    addParents(member.path)
    const isFile = 'content' in member || 'device' in member
    if (!isFile || part === 'base') base.set(member.path, member)
    else parts.set(part, (parts.get(part) ?? new Map()).set(member.path, member))
  }
  const resolve = async (path: string) => (await trace(root, path))?.path
  return {
    put,
    async take(part, path, fits = () => true) {
      const traced = await trace(root, path)
      const stats = traced && (await lstat(join(root, traced.path)))
      if (!traced || !stats?.isFile()) return undefined
      const content = await readFile(join(root, traced.path))
      if (!fits(content)) return undefined
      for (const link of traced.links) put('base', link)
      put(part, { path: traced.path, mode: stats.mode & 0o755, content })
      return { path: traced.path, content }
    },
    resolve,
    link: (path) => readlink(join(root, path)).catch(() => undefined),
    async list(path) {
      const place = await resolve(path)
      const names = place === undefined ? [] : await readdir(join(root, place)).catch((): string[] => [])
      return names.sort()
    },
    members: (part) =>
      [...((part === 'base' ? base : parts.get(part)) ?? new Map<string, Member>()).values()].sort((one, other) =>
        one.path < other.path ? -1 : 1,
      ),
  }
}
