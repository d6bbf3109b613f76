import { sizesFrom } from '../../facts/mounts.ts'
import { unescapeField } from '../mount/fstab.ts'

/** A mount as a source tells it. */
export type Entry = {
  readonly source: string
  /** The line of the source. */
  readonly line: string
  readonly device: string
  readonly mount: string
  readonly fstype: string
  readonly options: string
  readonly dump?: number
  readonly passno?: number
}

const integer = (text: string): number | undefined => (/^-?\d+$/.test(text) ? Number(text) : undefined)

/** Entries of a file in the form of fstab(5); none when a line has another form, as /etc/filesystems has. */
export const parseTable = (text: string, source: string): Entry[] => {
  const entries: Entry[] = []
  for (const raw of text.split('\n')) {
    const line = raw.trim()
    if (line === '' || line.startsWith('#')) continue
    const [device = '', mount = '', fstype = '', options, ...numbers] = line.split(/\s+/).map(unescapeField)
    const [dump, passno] = numbers.map(integer)
    if (options === undefined || numbers.slice(0, 2).some((number) => integer(number) === undefined)) return []
    entries.push({
      source,
      line,
      device,
      mount,
      fstype,
      options,
      ...(dump === undefined ? {} : { dump }),
      ...(passno === undefined ? {} : { passno }),
    })
  }
  return entries
}

/** Entries of what the program mount prints; none when a line has another form. */
export const parseListing = (text: string, source: string): Entry[] => {
  const entries: Entry[] = []
  for (const line of text.split('\n').filter((one) => one !== '')) {
    const [, device, mount, fstype, options] = /^(\S+) on (\S+) type (\S+) \((.+)\)$/.exec(line) ?? []
    if (device === undefined || mount === undefined || fstype === undefined || options === undefined) return []
    entries.push({ source, line, device, mount, fstype, options })
  }
  return entries
}

/** UUIDs of file systems by their devices, from `lsblk` and the links in /dev/disk/by-uuid (`UUID DEVICE` a line). */
export const parseUuids = (listing: string): Map<string, string> => {
  const uuids = new Map<string, string>()
  for (const [, device = '', uuid = ''] of listing.matchAll(/^(\/\S+) +(\S+)$/gm)) uuids.set(device, uuid)
  return uuids
}

/** Sizes of a mounted file system: bytes, blocks and inodes. */
export type Size = ReturnType<typeof sizesFrom>

/** The format of `stat -f` that `parseSize` reads. */
export const sizeFormat = '%S %s %b %a %c %d'

/** What statvfs tells; undefined when the text is something else. */
export const parseSize = (text: string): Size | undefined => {
  const [, ...numbers] = /^(\d+) (\d+) (\d+) (\d+) (\d+) (\d+)$/.exec(text) ?? []
  const [unit, block, total, available, inodes, free] = numbers.map(Number)
  if (unit === undefined || block === undefined || total === undefined || available === undefined) return undefined
  if (inodes === undefined || free === undefined) return undefined
  return sizesFrom({ unit, block, total, available, inodes, free })
}
