import { Failure, type Position } from '../../engine/failure.ts'

/** Levels, with the disks that each needs. */
export const levels = { single: 1, raid0: 1, raid1: 2, raid5: 3, raid6: 4, raid10: 2 } as const
export type Level = keyof typeof levels
export type ArrayLevel = Exclude<Level, 'single'>

/** How many members an array of so many can lack and still hold its data; at best, where it depends on which. */
export const redundancy = (level: Level, devices: number): number =>
  ({ single: 0, raid0: 0, raid1: devices - 1, raid5: 1, raid6: 2, raid10: Math.floor(devices / 2) })[level]

/** File systems, with the letters that a label of theirs can have. */
export const fileSystems = { ext4: 16, xfs: 12, btrfs: 255, swap: 15 } as const
export type FileSystem = keyof typeof fileSystems

export const diskTypes = ['nvme', 'ssd', 'hdd'] as const
export type DiskType = (typeof diskTypes)[number]

/** Which disks; every condition that stands must hold. */
export type Selection = {
  /** Numbers in the stable order, from 1. */
  readonly first?: number
  readonly last?: number
  readonly type?: readonly DiskType[]
  /** Bytes. */
  readonly least?: number
  readonly most?: number
  /** Patterns with `*` and `?`. */
  readonly model?: readonly string[]
  readonly serial?: readonly string[]
  readonly path?: readonly string[]
  /** So many of them, the first in the stable order; all when absent. */
  readonly count?: number
}

export type Volume = {
  /** Name of the array and the partitions, label of the file system. */
  readonly name: string
  readonly level: Level
  readonly fs: FileSystem
  /** Absent for swap. */
  readonly mount?: string
  /** Bytes of its partition on each disk; undefined: what the others leave. */
  readonly size?: number
  /** Further arguments of mkfs. */
  readonly mkfs: readonly string[]
  readonly options: readonly string[]
  /** Name or path of the file with its LUKS key. */
  readonly key?: string
  /** Without it the boot fails. */
  readonly required: boolean
}

/** Disks and what is made of them. Several volumes share the disks by partitions. */
export type DiskSet = {
  /** In a person's words: `raid1 at /system from disk 2 on`. */
  readonly what: string
  readonly disks: Selection
  readonly spares: number
  readonly isPartitioned: boolean
  readonly volumes: readonly Volume[]
}

export type Move = { readonly from: string; readonly to: string }

/** What mkdisk shall make, from the boot manifest or from mkdisk.conf and its profile. */
export type MkdiskSettings = {
  readonly sets: readonly DiskSet[]
  /** Destroy and make anew; otherwise nothing is formatted that holds anything. */
  readonly wipe: boolean
  readonly fscache?: string
  /** Directories of the root and where they move to. */
  readonly move: readonly Move[]
  /** Serials or paths of disks that may be destroyed though an operating system or a part of another array is on them. */
  readonly expendable: readonly string[]
}

export const isLevel = (word: string): word is Level => Object.hasOwn(levels, word)
export const isFileSystem = (word: string): word is FileSystem => Object.hasOwn(fileSystems, word)

/** An absolute path without a turn in it; fstab knows no blanks. */
export const isPlainPath = (path: string): boolean =>
  /^\/[^\s\\]+$/.test(path) && !path.split('/').some((part) => part === '..' || part === '.')

export const wrong = (at: Position | undefined, message: string, hint?: string): never => {
  throw new Failure('disk.profile', message, { at, hint })
}

export const checkMove = (from: string, to: string, at?: Position): Move => {
  for (const path of [from, to]) if (!isPlainPath(path)) wrong(at, `'${path}' is no absolute path to move from or to`)
  return { from, to }
}

/** The name of an array and the label of its file system: `/system` is `system`, `/data/scratch` is `data-scratch`. */
export const nameOf = (mount: string): string =>
  mount
    .replace(/^\/+|\/+$/g, '')
    .replaceAll('/', '-')
    .slice(0, 12)

/** What several volumes cannot share. */
export const checkVolumes = (volumes: readonly Volume[], at?: Position): void => {
  const twice = (values: readonly (string | undefined)[]) =>
    values.find((value, index) => value !== undefined && values.indexOf(value) !== index)
  const mount = twice(volumes.map((volume) => volume.mount?.replace(/\/+$/, '')))
  if (mount !== undefined) wrong(at, `${mount} is the mount point of two entries`)
  const name = twice(volumes.map((volume) => volume.name))
  if (name !== undefined)
    wrong(
      at,
      `two entries would both be named '${name}'`,
      'name them yourself: in a YAML profile each volume has its name',
    )
}
