import { createHash } from 'node:crypto'
import { type BigIntStats, createReadStream } from 'node:fs'
import { lstat, readdir, readFile, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import { tool } from '../../engine/process.ts'
import { digestOf } from '../store/digest.ts'
import { replaceFile } from '../store/replace.ts'
import { isExcluded } from './exclude.ts'

export type Tree = {
  readonly digest: string
  /** Bytes that it takes in memory when it is unpacked into a tmpfs. */
  readonly size: number
}

/**
 * Digest and size of a build tree. The digest is of every path's type, mode, owner, content, link target, device number
 * and extended attributes. Times do not count (a directory's changes whenever a temporary file was in it), nor do excluded paths.
 *
 * Cheap: the digest of a regular file is remembered with its inode, size, mtime and ctime, and read again only when one
 * of them differs. ctime is the kernel's own and changes with every write, so nothing that changed can be missed.
 */
export const readTree = async (tree: string, cacheFile: string): Promise<Tree> => {
  const known = await readCache(cacheFile)
  const seen: Cache = {}
  const hash = createHash('sha256')
  const sizes = new Map<bigint, number>()
  for await (const [path, stats] of walk(tree, '')) {
    sizes.set(stats.ino, memoryOf(stats))
    hash.update(`${path}\0${stats.mode.toString(8)} ${stats.uid} ${stats.gid} `)
    if (stats.isFile()) hash.update(await fileDigest(tree, path, stats, known, seen))
    else if (stats.isSymbolicLink()) hash.update(await readlink(join(tree, path)))
    else if (stats.isBlockDevice() || stats.isCharacterDevice()) hash.update(String(stats.rdev))
    hash.update('\0')
  }
  hash.update(await attributes(tree))
  await replaceFile(cacheFile, JSON.stringify(seen))
  const size = [...sizes.values()].reduce((sum, each) => sum + each, 0)
  return { digest: `sha256:${hash.digest('hex')}`, size }
}

const page = 4096

/** An inode of the kernel, and the pages of a file without its holes. */
const memoryOf = (stats: BigIntStats): number => {
  const inode = 1024
  if (!stats.isFile()) return inode
  const written = Math.min(Number(stats.size), Number(stats.blocks) * 512)
  return inode + Math.ceil(written / page) * page
}

/** Path to [identity of this state of the file, digest of its content]. */
type Cache = Record<string, [identity: string, digest: string]>

const readCache = async (file: string): Promise<Cache> => {
  try {
    return JSON.parse(await readFile(file, 'utf8'))
  } catch {
    return {} // none yet, or torn: everything is read
  }
}

async function* walk(tree: string, directory: string): AsyncGenerator<[string, BigIntStats]> {
  for (const name of (await readdir(join(tree, directory))).sort()) {
    const path = directory ? `${directory}/${name}` : name
    if (isExcluded(path)) continue
    const stats = await lstat(join(tree, path), { bigint: true })
    yield [path, stats]
    if (stats.isDirectory()) yield* walk(tree, path)
  }
}

const fileDigest = async (
  tree: string,
  path: string,
  stats: BigIntStats,
  known: Cache,
  seen: Cache,
): Promise<string> => {
  const identity = [stats.dev, stats.ino, stats.size, stats.mtimeNs, stats.ctimeNs].join(' ')
  const former = known[path]
  const digest = former?.[0] === identity ? former[1] : await contentDigest(join(tree, path), Number(stats.size))
  seen[path] = [identity, digest]
  return digest
}

const contentDigest = async (file: string, size: number): Promise<string> => {
  if (size < 1 << 20) return digestOf(await readFile(file))
  const hash = createHash('sha256')
  for await (const part of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(part)
  return `sha256:${hash.digest('hex')}`
}

/** Extended attributes (file capabilities, access lists, labels) of what is in the image, as text. */
const attributes = async (tree: string): Promise<string> => {
  const listed = await tool('getfattr', ['-R', '-h', '-P', '-d', '-m', '-', '-e', 'hex', '.'], { cwd: tree })
  const isKept = (block: string) => {
    const names = /^# file: (.*)$/m.exec(block)?.[1]?.split('/') ?? []
    return !names.some((_, index) => isExcluded(names.slice(0, index + 1).join('/')))
  }
  return listed.split('\n\n').filter(isKept).sort().join('\n\n')
}
