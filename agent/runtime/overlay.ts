import fs, { type Stats } from 'node:fs'
import type { Readable } from 'node:stream'
import { Unpacker } from '../system/unpack.ts'
import { readArchive, sha256, type Wanted } from './archive.ts'
import { bringBack, keepFormer } from './former.ts'
import { type Laid, type RuntimeRecord, readRecord, writeRecord } from './record.ts'

/** What laying an overlay did; absolute paths of the root. */
export type Applied = {
  /** New, or other than the overlay had it before. */
  readonly changed: readonly string[]
  /** The overlay has them as before, the node had them otherwise. */
  readonly restored: readonly string[]
  /** No longer in the overlay. */
  readonly removed: readonly string[]
  /** Units that are to be told. */
  readonly units: readonly string[]
}

const stampOf = ({ dev, ino, size, mode, uid, gid, mtimeMs, ctimeMs }: Stats): string =>
  [dev, ino, size, mode, uid, gid, mtimeMs, ctimeMs].join(' ')

/** Whether a path holds what the overlay wants there. A directory that the agent did not make keeps its own mode. */
const holds = (stats: Stats | undefined, place: string, laid: Omit<Laid, 'stamp'>): boolean => {
  if (!stats) return false
  const { type, mode, content, former } = laid
  const isOwned = stats.uid === 0 && stats.gid === 0
  if (type === 'symlink') return stats.isSymbolicLink() && fs.readlinkSync(place) === content
  if (type === 'directory')
    return stats.isDirectory() && (former === 'directory' || (isOwned && (stats.mode & 0o7777) === mode))
  return stats.isFile() && isOwned && (stats.mode & 0o7777) === mode && sha256(fs.readFileSync(place)) === content
}

const same = (one: Laid, other: Laid): boolean =>
  one.type === other.type && one.mode === other.mode && one.content === other.content

/** Paths that are no longer as the agent laid them. What nobody touched is not read. */
export const driftOf = (root: string, record: RuntimeRecord): readonly string[] => {
  const unpacker = new Unpacker(root, true)
  try {
    return record.entries
      .filter((laid) =>
        unpacker.look(
          laid.path,
          (stats, place) => stats === undefined || (stampOf(stats) !== laid.stamp && !holds(stats, place, laid)),
        ),
      )
      .map(({ path }) => `/${path}`)
  } finally {
    unpacker.close()
  }
}

/** What there was before the agent first laid something at a path; a file is kept. */
const formerOf = (unpacker: Unpacker, root: string, { path }: Wanted): Laid['former'] =>
  unpacker.look<Laid['former']>(path, (stats, place) => {
    if (!stats) return 'nothing'
    return stats.isDirectory() ? 'directory' : `kept:${keepFormer(root, path, place, stats)}`
  })

const lay = (unpacker: Unpacker, { header, path, type, body, mode }: Wanted, { former }: Laid): void => {
  const parts = path.split('/')
  if (type === 'file') unpacker.file(header, parts, [body])
  else if (type === 'symlink') unpacker.symlink(header, parts)
  else {
    unpacker.directory(header, parts)
    if (former === 'directory') return
    unpacker.look(path, (_, place) => {
      fs.chownSync(place, 0, 0)
      fs.chmodSync(place, mode)
    })
  }
}

/** Takes away what was laid. A directory stays when somebody else has put something into it. */
const takeAway = (unpacker: Unpacker, root: string, { path, type, former }: Laid): void => {
  unpacker.look(path, (stats, place) => {
    if (former === 'directory' || (stats?.isDirectory() && type !== 'directory')) return
    if (former.startsWith('kept:')) return bringBack(root, former.slice('kept:'.length), place)
    if (!stats) return
    if (!stats.isDirectory()) return fs.rmSync(place, { force: true })
    try {
      fs.rmdirSync(place)
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code !== 'ENOTEMPTY') throw thrown
    }
  })
}

/**
 * Makes a root hold a runtime overlay: writes what is new or not as it should be, takes away what the overlay no longer
 * has, leaves everything else untouched. The record is written before and after, so that whatever a killed agent laid
 * down is known to the next one. Throws a Failure 'overlay.entry' for an entry that may not be.
 */
export const applyOverlay = async (root: string, archive: Readable, etag: string | undefined): Promise<Applied> => {
  const wanted = await readArchive(archive)
  const record = readRecord(root)
  const before = new Map(record.entries.map((laid) => [laid.path, laid]))
  const unpacker = new Unpacker(root, true)
  try {
    const planned = wanted.map((each): readonly [Wanted, Laid] => {
      const { path, type, mode, content, units } = each
      const former = before.get(path)?.former ?? formerOf(unpacker, root, each)
      return [each, { path, type, mode, content, units, former, stamp: '' }]
    })
    const paths = new Set(wanted.map(({ path }) => path))
    const leaving = record.entries.filter(({ path }) => !paths.has(path))
    writeRecord(root, { version: 1, entries: [...leaving, ...planned.map(([, laid]) => laid)] })
    const [changed, restored]: [Laid[], Laid[]] = [[], []]
    for (const [each, laid] of planned) {
      if (unpacker.look(laid.path, (stats, place) => holds(stats, place, laid))) continue
      const prior = before.get(laid.path)
      ;(prior && same(prior, laid) ? restored : changed).push(laid)
      lay(unpacker, each, laid)
    }
    for (const laid of leaving.toReversed()) takeAway(unpacker, root, laid)
    const entries = planned.map(([, laid]) => ({
      ...laid,
      stamp: unpacker.look(laid.path, (stats) => (stats ? stampOf(stats) : '')),
    }))
    writeRecord(root, { version: 1, ...(etag === undefined ? {} : { etag }), entries })
    const named = (laid: readonly Laid[]) => laid.map(({ path }) => `/${path}`)
    const units = [...changed, ...restored, ...leaving].flatMap((laid) => laid.units)
    return {
      changed: named(changed),
      restored: named(restored),
      removed: named(leaving),
      units: [...new Set(units)].sort(),
    }
  } finally {
    unpacker.close()
  }
}
