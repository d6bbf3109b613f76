import { contentText, type Disk, isFree, type Place } from './machine.ts'
import type { DiskSet, Volume } from './settings.ts'
import type { Claim, NewPartition, Step, Target } from './steps.ts'

/** The device of a disk's partition: /dev/sda1, /dev/nvme0n1p1. */
export const partitionDevice = (disk: string, number: number): string =>
  `${disk}${/\d$/.test(disk) ? 'p' : ''}${number}`

/** Where a volume lies on a disk of its set that is partitioned as the set says. */
export const deviceFor = (set: DiskSet, volume: Volume, disk: string): string =>
  set.isPartitioned ? partitionDevice(disk, set.volumes.indexOf(volume) + 1) : disk

export const targetOf = ({ name, level, key }: Volume, members: readonly string[]): Target => ({
  name,
  members,
  isArray: level !== 'single',
  ...(key === undefined ? {} : { key }),
})

/** The words in the mark of a disk: the names of its partitions, or of its volume. */
const markName = (set: DiskSet): string => set.volumes.map(({ name }) => name).join(' ')

const claimOf = (set: DiskSet, { device, content }: Disk): Claim => ({
  device,
  mark: set.isPartitioned ? 'table' : 'member',
  name: markName(set),
  holds: contentText(content),
})

const partitionsFor = (set: DiskSet): readonly NewPartition[] =>
  set.volumes.map(({ name, size, level }) => ({
    name,
    ...(size === undefined ? {} : { size }),
    isMember: level !== 'single',
  }))

/** Destroys what is on whole disks, or claims them where they are blank, and partitions them. */
export const prepare = (set: DiskSet, disks: readonly Disk[], isWipe: boolean): Step[] => {
  const volumes = set.volumes.map(({ name }) => name)
  const toClear = disks.filter(({ content }) => isWipe || content.kind === 'unfinished')
  const blank = disks.filter((disk) => !toClear.includes(disk))
  const steps: Step[] = [
    ...(toClear.length > 0 ? [{ kind: 'clear' as const, disks: toClear.map((disk) => claimOf(set, disk)) }] : []),
    ...(blank.length > 0 ? [{ kind: 'claim' as const, disks: blank.map((disk) => claimOf(set, disk)) }] : []),
    ...(set.isPartitioned ? disks : []).map(
      ({ device }): Step => ({ kind: 'partition', device, partitions: partitionsFor(set) }),
    ),
  ]
  return steps.map((step) => ({ ...step, volumes }))
}

/** The same for partitions that are there and free. */
export const preparePlaces = (volume: Volume, places: readonly Place[]): Step[] => {
  const claims = (kind: 'blank' | 'unfinished'): readonly Claim[] =>
    places
      .filter(({ content }) => content.kind === kind && isFree(content))
      .map(({ device, content }) => ({ device, mark: 'member', name: volume.name, holds: contentText(content) }))
  const steps: Step[] = [
    ...(claims('unfinished').length > 0 ? [{ kind: 'clear' as const, disks: claims('unfinished') }] : []),
    ...(claims('blank').length > 0 ? [{ kind: 'claim' as const, disks: claims('blank') }] : []),
  ]
  return steps.map((step) => ({ ...step, volumes: [volume.name] }))
}

/** What makes a volume of devices that are prepared: the last ones are hot spares. */
export const makeVolume = (volume: Volume, devices: readonly string[], spares: number): Step[] => {
  const { name, level, fs, mkfs, key } = volume
  const members = devices.slice(0, devices.length - spares)
  const target = targetOf(volume, members)
  const steps: Step[] = [
    ...(level === 'single'
      ? []
      : [{ kind: 'create' as const, name, level, members, spares: devices.slice(devices.length - spares) }]),
    ...(key === undefined ? [] : [{ kind: 'encrypt' as const, target }]),
    { kind: 'format', target, fs, mkfs, isFresh: true },
    { kind: 'finish', devices },
  ]
  return steps.map((step) => ({ ...step, volumes: [name] }))
}

/** Makes everything of a set on its disks. */
export const makeSet = (set: DiskSet, disks: readonly Disk[], isWipe: boolean): Step[] => [
  ...prepare(set, disks, isWipe),
  ...set.volumes.flatMap((volume) =>
    makeVolume(
      volume,
      disks.map(({ device }) => deviceFor(set, volume, device)),
      set.spares,
    ),
  ),
]

/** The members of a volume that was just planned to be made: all but the spares. */
export const madeMembers = (set: DiskSet, volume: Volume, disks: readonly Disk[]): readonly string[] =>
  disks.slice(0, disks.length - set.spares).map(({ device }) => deviceFor(set, volume, device))
