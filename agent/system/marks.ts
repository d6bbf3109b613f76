import { constants, type FileHandle, open } from 'node:fs/promises'
import { Failure, messageOf } from '../../engine/failure.ts'

/**
 * Marks say that mkdisk began to make something on a device and has not finished: until they are gone nobody has stored
 * anything there, and it may be made anew even where nothing else may be destroyed. They are written before the first change
 * and taken away before the first mount, so a power cut at any moment leaves either the mark or the finished thing.
 */
const magic = 'PRELUDE-MKDISK-UNFINISHED '
const sector = 512

/**
 * Where marks stand: `member` below the superblock of an array at 4 KiB, `table` between a partition table and the first
 * partition, `inside` far from what mkfs writes, in three places as one of them may be hit.
 */
export type MarkKind = 'member' | 'table' | 'inside'

export const markOffsets = (kind: MarkKind, size: number): readonly number[] => {
  if (kind === 'member') return [2048]
  if (kind === 'table') return [256 * 1024]
  return [3, 5, 7].map((eighth) => Math.floor(size / 8 / 4096) * eighth * 4096)
}

const kinds: readonly MarkKind[] = ['member', 'table', 'inside']

export const markText = (name: string): Buffer => {
  const block = Buffer.alloc(sector)
  block.write(`${magic}${name}\n`, 0, 'utf8')
  return block
}

const nameAt = async (file: FileHandle, offset: number): Promise<string | undefined> => {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(sector), 0, sector, offset)
  const text = buffer.toString('utf8', 0, bytesRead)
  return text.startsWith(magic) ? text.slice(magic.length, text.indexOf('\n')) : undefined
}

export type Mark = { readonly kind: MarkKind; readonly name: string }

/** The mark on a device. Those inside count when two of the three are there. */
export const readMark = async (device: string, size: number): Promise<Mark | undefined> => {
  const file = await open(device, 'r')
  try {
    for (const kind of kinds) {
      const names = await Promise.all(markOffsets(kind, size).map((offset) => nameAt(file, offset)))
      const [name, ...others] = names.filter((each) => each !== undefined)
      if (name !== undefined && (kind !== 'inside' || others.length > 0)) return { kind, name }
    }
    return undefined
  } finally {
    await file.close()
  }
}

/** Opens a block device to write; the kernel refuses while it is mounted or part of anything that runs. */
export const openAlone = (device: string): Promise<FileHandle> => open(device, constants.O_RDWR | constants.O_EXCL)

/** Says which disk it was that failed. */
const nameDisk = (device: string, thrown: unknown): never => {
  if ((thrown as NodeJS.ErrnoException).code !== 'EIO') throw thrown
  throw new Failure('disk.broken', `${device} fails: ${messageOf(thrown)}`, {
    cause: thrown,
    hint: 'dmesg says what the disk answered; replace it, or take it out of the profile',
  })
}

/** `isShared`: a member of a running array, below whose data the mark lies. */
export const writeMark = async (
  device: string,
  size: number,
  kind: MarkKind,
  name: string,
  isShared = false,
): Promise<void> => {
  const file = await (isShared ? open(device, 'r+') : openAlone(device))
  try {
    for (const offset of markOffsets(kind, size)) await file.write(markText(name), 0, sector, offset)
    await file.sync()
  } catch (thrown) {
    nameDisk(device, thrown)
  } finally {
    await file.close()
  }
}

/** Takes every mark of a device away. What is written is what no file system and no array uses. */
export const removeMarks = async (device: string, size: number): Promise<void> => {
  const file = await open(device, 'r+')
  try {
    for (const offset of kinds.flatMap((kind) => markOffsets(kind, size)))
      if ((await nameAt(file, offset)) !== undefined) await file.write(Buffer.alloc(sector), 0, sector, offset)
    await file.sync()
  } catch (thrown) {
    nameDisk(device, thrown)
  } finally {
    await file.close()
  }
}
