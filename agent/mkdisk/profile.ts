import { Failure } from '../../engine/failure.ts'
import type { NodeMkdisk } from '../../schema/types.ts'

export const levels = { single: 1, raid0: 1, raid1: 2, raid5: 3, raid6: 4, raid10: 2 } as const
export type Level = keyof typeof levels

export const fileSystems = ['ext4', 'xfs'] as const
export type FileSystem = (typeof fileSystems)[number]

/** One line of a profile: the disks from `first` on, up to the next line's. `use` is absent where disks are left alone. */
export type ProfileEntry = {
  readonly first: number
  readonly use?: { readonly level: Level; readonly fs: FileSystem; readonly mount: string }
}

/** What mkdisk shall make, from boot manifest or mkdisk.conf and its profile. */
export type MkdiskSettings = {
  readonly entries: readonly ProfileEntry[]
  /** Destroy and make anew; otherwise nothing is formatted that holds anything. */
  readonly wipe: boolean
  readonly fscache?: string
  /** Directories of the root and where they move to. */
  readonly move: readonly { readonly from: string; readonly to: string }[]
}

const isLevel = (word: string): word is Level => Object.hasOwn(levels, word)
const isFileSystem = (word: string): word is FileSystem => (fileSystems as readonly string[]).includes(word)

/** An absolute path without a turn in it; fstab knows no blanks. */
const isPlainPath = (path: string): boolean =>
  /^\/[^\s\\]+$/.test(path) && !path.split('/').some((part) => part === '..' || part === '.')

type Where = { readonly file: string; readonly line: number } | undefined

const wrong = (where: Where, message: string, hint?: string): never => {
  const at = where && { ...where, column: 1 }
  throw new Failure('disk.profile', message, { ...(at ? { at } : {}), ...(hint ? { hint } : {}) })
}

const parseEntry = (first: number, text: string, where?: Where): ProfileEntry => {
  if (!Number.isInteger(first) || first < 1) wrong(where, `disks are counted from 1, not from ${first}`)
  if (text === '') return { first }
  const [level = '', fs = '', mount = '', ...more] = text.split(':')
  if (!isLevel(level))
    return wrong(where, `'${level}' is no level of '${text}'`, `known: ${Object.keys(levels).join(', ')}`)
  if (!isFileSystem(fs))
    return wrong(where, `'${fs}' is no file system of '${text}'`, `known: ${fileSystems.join(', ')}`)
  if (more.length > 0 || !isPlainPath(mount)) wrong(where, `'${text}' is not 'level:filesystem:mountpoint'`)
  return { first, use: { level, fs, mount } }
}

const ordered = (entries: readonly ProfileEntry[]): readonly ProfileEntry[] => {
  const sorted = [...entries].sort((one, other) => one.first - other.first)
  const mounts = sorted.flatMap(({ use }) => (use ? [use.mount] : []))
  const twice = mounts.find((mount, index) => mounts.indexOf(mount) !== index)
  if (twice !== undefined) wrong(undefined, `${twice} is the mount point of two entries`)
  return sorted
}

/** A profile file: `disk_config[N]="level:filesystem:mountpoint"` lines, comments, nothing else. */
export const parseProfile = (text: string, file: string): readonly ProfileEntry[] =>
  ordered(
    text.split('\n').flatMap((line, index) => {
      const where = { file, line: index + 1 }
      const plain = line.replace(/(^|\s)#.*$/, '').trim()
      if (plain === '' || /^declare -[aA] disk_config$/.test(plain)) return []
      const match = /^disk_config\[(\d+)\]=(?:"([^"]*)"|'([^']*)'|(\S*))$/.exec(plain)
      if (!match) return wrong(where, 'this is not disk_config[N]="level:filesystem:mountpoint"')
      return [parseEntry(Number(match[1]), match[2] ?? match[3] ?? match[4] ?? '', where)]
    }),
  )

const checkMove = (from: string, to: string, where?: Where): { from: string; to: string } => {
  for (const path of [from, to])
    if (!isPlainPath(path)) wrong(where, `'${path}' is no absolute path to move from or to`)
  return { from, to }
}

export type MkdiskConf = Omit<MkdiskSettings, 'entries'> & { readonly profile: string }

/** mkdisk.conf: WIPE_ON_BOOT, MKDISK_PROFILE, FSCACHE_DIR, MOVE_DIRS=/from:/to,/from:/to. Other settings are passed over. */
export const parseConf = (text: string, file: string): MkdiskConf => {
  const values = new Map<string, { value: string; line: number }>()
  for (const [index, line] of text.split('\n').entries()) {
    const match = /^\s*([A-Za-z_]\w*)=(?:"([^"]*)"|'([^']*)'|([^\s#]*))/.exec(line)
    if (match) values.set(match[1]!, { value: match[2] ?? match[3] ?? match[4] ?? '', line: index + 1 })
  }
  const moves = values.get('MOVE_DIRS')
  const fscache = values.get('FSCACHE_DIR')?.value
  return {
    profile: values.get('MKDISK_PROFILE')?.value || 'default',
    wipe: /^(true|yes|1)$/i.test(values.get('WIPE_ON_BOOT')?.value ?? ''),
    ...(fscache ? { fscache } : {}),
    move: (moves?.value ?? '')
      .split(',')
      .filter((pair) => pair.trim() !== '')
      .map((pair) => {
        const [from = '', to = '', ...more] = pair.trim().split(':')
        const where = { file, line: moves!.line }
        if (more.length > 0) wrong(where, `'${pair}' is not '/from:/to'`)
        return checkMove(from, to, where)
      }),
  }
}

/** The settings that the boot manifest carries; `entries` are those of its profile file when it names no disks itself. */
export const settingsOf = (mkdisk: NodeMkdisk, entries: readonly ProfileEntry[] = []): MkdiskSettings => ({
  entries: mkdisk.disks
    ? ordered(Object.entries(mkdisk.disks).map(([first, text]) => parseEntry(Number(first), text)))
    : entries,
  wipe: mkdisk.wipe === true,
  ...(mkdisk.fscache ? { fscache: mkdisk.fscache } : {}),
  move: Object.entries(mkdisk.move ?? {}).map(([from, to]) => checkMove(from, to)),
})

/** The name of an array and the label of its file system: `/system` is `system`, `/data/scratch` is `data-scratch`. */
export const nameOf = (mount: string): string =>
  mount
    .replace(/^\/+|\/+$/g, '')
    .replaceAll('/', '-')
    .slice(0, 12)
