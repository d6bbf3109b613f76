import type { Position } from '../../engine/failure.ts'
import {
  checkMove,
  checkVolumes,
  type DiskSet,
  fileSystems,
  isFileSystem,
  isLevel,
  isPlainPath,
  levels,
  type MkdiskSettings,
  nameOf,
  type Volume,
  wrong,
} from './settings.ts'

/** One line of a profile: the disks from `first` on, up to the next line's. `volume` is absent where disks are left alone. */
type Entry = { readonly first: number; readonly volume?: Volume }

/** Mount options of a volume that names none. */
export const usualOptions = ['noatime']

const parseEntry = (first: number, text: string, at?: Position): Entry => {
  if (!Number.isInteger(first) || first < 1) wrong(at, `disks are counted from 1, not from ${first}`)
  if (text === '') return { first }
  const [level = '', fs = '', mount = '', ...more] = text.split(':')
  if (!isLevel(level))
    return wrong(at, `'${level}' is no level of '${text}'`, `known: ${Object.keys(levels).join(', ')}`)
  if (!isFileSystem(fs))
    return wrong(at, `'${fs}' is no file system of '${text}'`, `known: ${Object.keys(fileSystems).join(', ')}`)
  const rest = { level, fs, mkfs: [], options: fs === 'swap' ? [] : usualOptions, required: true }
  if (fs === 'swap') {
    if (more.length > 0 || !['', 'none', 'swap'].includes(mount))
      wrong(at, `'${text}': swap has no mount point`, `write '${level}:swap:none'`)
    return { first, volume: { name: `swap${first}`, ...rest } }
  }
  if (more.length > 0 || !isPlainPath(mount)) wrong(at, `'${text}' is not 'level:filesystem:mountpoint'`)
  return { first, volume: { name: nameOf(mount), mount, ...rest } }
}

/** The disk sets of a profile's entries: each covers the disks up to the next entry, the last one to the end. */
const setsOf = (entries: readonly Entry[]): readonly DiskSet[] => {
  const sorted = entries.toSorted((one, other) => one.first - other.first)
  const twice = sorted.find(({ first }, index) => sorted[index + 1]?.first === first)
  if (twice) wrong(undefined, `disk_config[${twice.first}] stands twice`)
  checkVolumes(sorted.flatMap(({ volume }) => volume ?? []))
  return sorted.flatMap(({ first, volume }, index): DiskSet[] => {
    if (!volume) return []
    const next = sorted[index + 1]?.first
    return [
      {
        what: `${volume.level} at ${volume.mount ?? 'swap'} from disk ${first} on`,
        disks: { first, ...(next === undefined ? {} : { last: next - 1 }) },
        spares: 0,
        isPartitioned: false,
        volumes: [volume],
      },
    ]
  })
}

/** A profile file: `disk_config[N]="level:filesystem:mountpoint"` lines, comments, nothing else. */
export const parseProfile = (text: string, file: string): readonly DiskSet[] =>
  setsOf(
    text.split('\n').flatMap((line, index) => {
      const at = { file, line: index + 1, column: 1 }
      const plain = line.replace(/(^|\s)#.*$/, '').trim()
      if (plain === '' || /^declare -[aA] disk_config$/.test(plain)) return []
      const match = /^disk_config\[(\d+)\]=(?:"([^"]*)"|'([^']*)'|(\S*))$/.exec(plain)
      if (!match) return wrong(at, 'this is not disk_config[N]="level:filesystem:mountpoint"')
      return [parseEntry(Number(match[1]), match[2] ?? match[3] ?? match[4] ?? '', at)]
    }),
  )

/** The same as a mapping, as node_mkdisk has it. */
export const parseDisks = (disks: Readonly<Record<string, string>>): readonly DiskSet[] =>
  setsOf(Object.entries(disks).map(([first, text]) => parseEntry(Number(first), text)))

export type MkdiskConf = Omit<MkdiskSettings, 'sets'> & {
  readonly profile: string
  /** Mount points that the boot can do without. */
  readonly optional: readonly string[]
}

const listOf = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')

/**
 * mkdisk.conf: WIPE_ON_BOOT, MKDISK_PROFILE, FSCACHE_DIR, MOVE_DIRS=/from:/to,/from:/to, EXPENDABLE_DISKS=serial,serial,
 * OPTIONAL_MOUNTS=/path,/path. Other settings are passed over.
 */
export const parseConf = (text: string, file: string): MkdiskConf => {
  const values = new Map<string, { value: string; line: number }>()
  for (const [index, line] of text.split('\n').entries()) {
    const match = /^\s*([A-Za-z_]\w*)=(?:"([^"]*)"|'([^']*)'|([^\s#]*))/.exec(line)
    if (match) values.set(match[1]!, { value: match[2] ?? match[3] ?? match[4] ?? '', line: index + 1 })
  }
  const textOf = (name: string): string => values.get(name)?.value ?? ''
  const fscache = textOf('FSCACHE_DIR')
  const at = (name: string): Position => ({ file, line: values.get(name)?.line ?? 1, column: 1 })
  if (fscache && !isPlainPath(fscache)) wrong(at('FSCACHE_DIR'), `'${fscache}' is no absolute path`)
  return {
    profile: textOf('MKDISK_PROFILE') || 'default',
    wipe: /^(true|yes|1)$/i.test(textOf('WIPE_ON_BOOT')),
    ...(fscache ? { fscache } : {}),
    expendable: listOf(textOf('EXPENDABLE_DISKS')),
    optional: listOf(textOf('OPTIONAL_MOUNTS')),
    move: listOf(textOf('MOVE_DIRS')).map((pair) => {
      const [from = '', to = '', ...more] = pair.split(':')
      if (more.length > 0) wrong(at('MOVE_DIRS'), `'${pair}' is not '/from:/to'`)
      return checkMove(from, to, at('MOVE_DIRS'))
    }),
  }
}

/** Marks the volumes that the boot can do without. */
export const withOptional = (sets: readonly DiskSet[], optional: readonly string[]): readonly DiskSet[] => {
  const mounts = sets.flatMap(({ volumes }) => volumes.map(({ mount, name }) => mount ?? name))
  const unknown = optional.find((mount) => !mounts.includes(mount))
  if (unknown !== undefined)
    wrong(undefined, `optional ${unknown} is the mount point of no entry`, `there are: ${mounts.join(', ')}`)
  return sets.map((set) => ({
    ...set,
    volumes: set.volumes.map((volume) =>
      optional.includes(volume.mount ?? volume.name) ? { ...volume, required: false } : volume,
    ),
  }))
}
