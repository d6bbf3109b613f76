import { Failure } from '../../engine/failure.ts'
import { leastOf } from './layout.ts'
import { type Disk, diskText, plural, sizeText } from './machine.ts'
import type { DiskSet, Selection } from './settings.ts'

const patternOf = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
    'i',
  )

/** Whether one of the patterns (`*`, `?`) is one of the words; case does not count. */
const matches = (patterns: readonly string[], words: readonly string[]): boolean =>
  patterns.map(patternOf).some((pattern) => words.some((word) => pattern.test(word)))

/** Whether an admin named this very disk. */
export const isNamed = (disk: Disk, names: readonly string[]): boolean =>
  matches(
    names,
    [disk.serial, ...disk.paths].filter((word) => word !== ''),
  )

/** Whether a selection chose the disk by what is printed on it or where it is plugged in. */
export const isChosenByName = ({ serial = [], path = [] }: Selection, disk: Disk): boolean =>
  isNamed(disk, [...serial, ...path])

const fits = (disk: Disk, selection: Selection): boolean => {
  const { first, last, type, least, most, model, serial, path } = selection
  // a disk that may be unplugged counts only where it is named
  if (disk.number === undefined && !isChosenByName(selection, disk)) return false
  if (first !== undefined && (disk.number ?? 0) < first) return false
  if (last !== undefined && (disk.number ?? Infinity) > last) return false
  return (
    (type === undefined || type.includes(disk.type)) &&
    (least === undefined || disk.size >= least) &&
    (most === undefined || disk.size <= most) &&
    (model === undefined || matches(model, [disk.model])) &&
    (serial === undefined || matches(serial, [disk.serial])) &&
    (path === undefined || matches(path, disk.paths))
  )
}

/** The disks of a set among those that are left, in the stable order. */
export const select = (set: DiskSet, left: readonly Disk[]): readonly Disk[] =>
  left.filter((disk) => fits(disk, set.disks)).slice(0, set.disks.count)

/** Refuses a set that has too few disks, or too many. Throws 'disk.count'. */
export const checkCount = (set: DiskSet, own: readonly Disk[], all: readonly Disk[]): void => {
  const least = Math.max(leastOf(set), set.disks.count ?? 0)
  const fixed = all.filter(({ number }) => number !== undefined).length
  if (own.length < least)
    throw new Failure(
      'disk.count',
      `${set.what} needs at least ${plural(least)}, the node has ${plural(fixed)} in all and ${own.length} for it`,
      { hint: '`mkdisk --plan` numbers the disks; is one of them broken or not plugged in?' },
    )
  const single = set.volumes.find(({ level }) => level === 'single')
  if (single && own.length > 1)
    throw new Failure('disk.count', `${set.what} covers ${plural(own.length)}, single takes one`, {
      hint:
        set.disks.first !== undefined && set.spares === 0
          ? `add 'disk_config[${set.disks.first + 1}]=""', or 'count: 1' to its set`
          : "add 'count: 1' to its set",
    })
  const wanted = set.volumes.reduce((sum, volume) => sum + (volume.size ?? 0), 0)
  // a table and a gap at each end
  const small = own.filter(({ size }) => set.isPartitioned && wanted + 4 * 1024 ** 2 > size)
  if (small.length > 0)
    throw new Failure(
      'disk.count',
      `${set.what} needs ${sizeText(wanted)} on each disk, too much for ${small.map(diskText).join(' and ')}`,
      { hint: 'make its volumes smaller, or leave such disks out of its set: least, most' },
    )
}
