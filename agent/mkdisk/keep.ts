import { Failure } from '../../engine/failure.ts'
import {
  contentText,
  type Disk,
  diskText,
  isFree,
  labelOf,
  type Machine,
  type Place,
  partitionsIn,
  placesOf,
  plural,
  sizeText,
} from './machine.ts'
import { deviceFor, makeVolume, prepare, preparePlaces, targetOf } from './make.ts'
import { checkUnused } from './protect.ts'
import { checkCount, isChosenByName } from './select.ts'
import { type DiskSet, redundancy, type Volume } from './settings.ts'
import type { Step } from './steps.ts'

/** What was found of a volume: the members of its array, or the one place that it is on. */
export type Found = { readonly volume: Volume; readonly places: readonly Place[] }

export const wipeHint =
  'wipe (`wipe: true`, WIPE_ON_BOOT, mkdisk -r) destroys it; to empty one disk by hand: `blkdiscard --zeroout DEVICE`; or leave the disk out of the profile'

const foreign = (set: DiskSet, disks: readonly Disk[]): Failure =>
  new Failure(
    'disk.foreign',
    `${set.what}: ${disks.map((disk) => `${diskText(disk)} holds ${contentText(disk.content)}`).join('; ')}`,
    { hint: wipeHint },
  )

const isOurs = (set: DiskSet, { name, level, fs, key }: Volume, { disk, content, device }: Place): boolean => {
  if ((device === disk.device) === set.isPartitioned) return false
  if (disk.number === undefined && !isChosenByName(set.disks, disk)) return false
  if (level !== 'single') return content.kind === 'member' && content.array.name === name
  if (key !== undefined) return content.kind === 'luks' && content.label === name
  return content.kind === 'filesystem' && content.fs === fs && content.label === name
}

const uuidOf = ({ content }: Place): string => labelOf(content)?.uuid ?? ''

/**
 * What is there of each volume of a set, on whatever disks: when a disk is gone the others change their numbers. Throws
 * 'disk.foreign' when two things have the name of one volume.
 */
export const findVolumes = (set: DiskSet, machine: Machine, selected: readonly Disk[]): readonly Found[] => {
  const places = placesOf(machine.disks)
  return set.volumes.map((volume) => {
    const ours = places.filter((place) => isOurs(set, volume, place))
    const near = ours.filter(({ disk }) => selected.includes(disk))
    const best = near.length > 0 ? near : ours
    if (volume.level === 'single') {
      if (best.length > 1)
        throw new Failure(
          'disk.foreign',
          `${best.map(({ device }) => device).join(' and ')} both hold '${volume.name}'`,
          {
            hint: `take one of them out, or empty it: blkdiscard --zeroout ${best[1]!.device}`,
          },
        )
      return { volume, places: best }
    }
    const uuids = [...new Set(best.map(uuidOf))]
    if (uuids.length > 1) {
      const list = uuids.map(
        (uuid) =>
          `${uuid} on ${best
            .filter((place) => uuidOf(place) === uuid)
            .map(({ disk }) => diskText(disk))
            .join(' and ')}`,
      )
      throw new Failure(
        'disk.foreign',
        `${plural(uuids.length, 'array')} are named '${volume.name}': ${list.join('; ')}`,
        {
          hint: 'the one that came from elsewhere must go: `mdadm --examine DEVICE` tells them apart, `mdadm --zero-superblock DEVICE` and `blkdiscard --zeroout DEVICE` empty its disk',
        },
      )
    }
    // a member without a mark proves that all was made: the others' marks were about to go when the power went
    return { volume, places: uuids[0] === undefined ? [] : places.filter((place) => uuidOf(place) === uuids[0]) }
  })
}

/** A place that can stand in for a lost member of a volume. */
type Stand = { readonly disk: Disk; readonly device: string; readonly size: number; readonly isWhole: boolean }

const standFor = (set: DiskSet, volume: Volume, disk: Disk): Stand | undefined => {
  if (isFree(disk.content))
    return { disk, device: deviceFor(set, volume, disk.device), size: volume.size ?? disk.size, isWhole: true }
  const part = partitionsIn(disk.content).find(({ name, content }) => name === volume.name && isFree(content))
  return set.isPartitioned && part ? { disk, device: part.device, size: part.size, isWhole: false } : undefined
}

/** Takes an array that is there, whole or degraded, and gives it the disks that it lacks. */
const takeArray = (
  set: DiskSet,
  { volume, places }: Found,
  machine: Machine,
  others: readonly Disk[],
  warnings: string[],
): { steps: Step[]; members: readonly string[]; joined: readonly Disk[] } => {
  const { name, level } = volume
  const labels = places.flatMap(({ content }) => labelOf(content) ?? [])
  const { uuid, devices, level: found } = labels[0]!
  if (found !== level)
    throw new Failure(
      'disk.foreign',
      `the array '${name}' is ${found} of ${plural(devices)}, the profile says ${level}`,
      { hint: wipeHint },
    )
  const active = places.filter(({ content }) => labelOf(content)?.role === 'active')
  const missing = Math.max(0, devices - active.length)
  const present = places.map(({ device }) => device)
  if (missing > redundancy(level, devices))
    throw new Failure(
      'disk.members',
      `the array '${name}' (${level}) lacks ${missing} of its ${plural(devices)}; there ${active.length === 1 ? 'is' : 'are'} ${places.map(({ disk }) => diskText(disk)).join(', ')}`,
      {
        hint: `plug the missing disk in; what was on it is lost otherwise: wipe makes '${name}' anew of the rest, and without it the node boots when the volume is optional (required: false, OPTIONAL_MOUNTS)`,
      },
    )
  const need = Math.max(...labels.map((label) => label.need ?? 0))
  const stands = others.flatMap((disk) => standFor(set, volume, disk) ?? [])
  const small = stands.filter(({ size }) => size < need)
  const fitting = stands.filter((stand) => !small.includes(stand))
  const spares = Math.max(0, set.spares - (places.length - active.length))
  const joining = redundancy(level, devices) > 0 ? fitting.slice(0, missing + spares) : []
  for (const { disk } of joining) checkUnused(disk)
  if (missing > 0) {
    const repair = joining.length > 0 ? `; ${joining.map(({ disk }) => diskText(disk)).join(' and ')} joins it` : ''
    warnings.push(`the array '${name}' (${level}) has ${active.length} of its ${plural(devices)}${repair}`)
    for (const { disk, size } of small)
      warnings.push(
        `${diskText(disk)} is too small for '${name}': it has ${sizeText(size)}, ${sizeText(need)} are needed`,
      )
    for (const disk of others.filter((each) => standFor(set, volume, each) === undefined))
      warnings.push(
        `${diskText(disk)} does not join '${name}', as it holds ${contentText(disk.content)}: empty it with 'blkdiscard --zeroout ${disk.device}'`,
      )
  } else if (fitting.length > joining.length) {
    const idle = fitting.filter((stand) => !joining.includes(stand)).map(({ disk }) => diskText(disk))
    warnings.push(
      `${idle.join(' and ')} ${idle.length === 1 ? 'is' : 'are'} not used: '${name}' was made of ${plural(devices)}, wipe makes it of all`,
    )
  }
  const running = machine.arrays.find(({ members }) => members.some((member) => present.includes(member)))
  const isUp = running?.isActive === true
  const left = isUp ? present.filter((device) => !running.members.includes(device)) : []
  const steps: Step[] = [
    ...(running && !isUp ? [{ kind: 'stop' as const, array: running.device }] : []),
    ...(isUp ? [] : [{ kind: 'assemble' as const, name, uuid, members: present, devices }]),
    ...[...left, ...joining.map(({ device }) => device)].map(
      (device): Step => ({ kind: 'add', name, members: present.filter((member) => member !== device), device }),
    ),
  ]
  const members = present.filter((device) => !left.includes(device))
  return {
    steps: steps.map((step) => ({ ...step, volumes: [name] })),
    members,
    joined: joining.filter(({ isWhole }) => isWhole).map(({ disk }) => disk),
  }
}

const useVolume = (volume: Volume, members: readonly string[]): Step[] => {
  const target = targetOf(volume, members)
  const steps: Step[] = [
    ...(volume.key === undefined ? [] : [{ kind: 'unlock' as const, target }]),
    { kind: 'format', target, fs: volume.fs, mkfs: volume.mkfs, isFresh: false },
  ]
  return steps.map((step) => ({ ...step, volumes: [volume.name] }))
}

/** The partitions for a volume of a set whose other volumes are there. */
const freePlaces = (set: DiskSet, volume: Volume, disks: readonly Disk[]): readonly Place[] => {
  const places = placesOf(disks).filter(({ name, device, disk }) => name === volume.name && device !== disk.device)
  const lacking = disks.filter((disk) => !places.some((place) => place.disk === disk && isFree(place.content)))
  if (lacking.length > 0) throw foreign(set, lacking)
  return places
}

export type Kept = { readonly steps: readonly Step[]; readonly members: ReadonlyMap<Volume, readonly string[]> }

/** Runs a part of the plan for a volume; when the boot can do without the volume, what is wrong is a warning. */
export const attempt = <T>(volumes: readonly Volume[], warnings: string[], run: () => T): T | undefined => {
  try {
    return run()
  } catch (thrown) {
    if (!(thrown instanceof Failure) || volumes.some(({ required }) => required)) throw thrown
    warnings.push(
      `${volumes.map((volume) => volume.mount ?? volume.name).join(' and ')} is left out: ${thrown.message}`,
    )
    return undefined
  }
}

/** Takes what is there if it is ours, makes it where nothing is, and refuses in every other case. Nothing is formatted that holds anything. */
export const keepSet = (
  set: DiskSet,
  found: readonly Found[],
  selected: readonly Disk[],
  machine: Machine,
  warnings: string[],
): Kept => {
  const members = new Map<Volume, readonly string[]>()
  const own = new Set(found.flatMap(({ places }) => places.map(({ disk }) => disk)))
  if (own.size === 0) {
    checkCount(set, selected, machine.disks)
    const free = selected.filter(({ content }) => isFree(content))
    for (const disk of selected.filter(({ content }) => isFree(content) || content.kind === 'unreadable'))
      checkUnused(disk)
    // a partition table of ours may be there already, and nothing in it
    const tables = selected.filter((disk) => !free.includes(disk))
    if (tables.length > 0 && !set.isPartitioned) throw foreign(set, tables)
    for (const disk of tables) checkUnused(disk)
    const steps = prepare(set, free, false)
    for (const volume of set.volumes) {
      const places = freePlaces(set, volume, tables)
      const devices = selected.map(
        (disk) => places.find((place) => place.disk === disk)?.device ?? deviceFor(set, volume, disk.device),
      )
      members.set(volume, devices.slice(0, devices.length - set.spares))
      steps.push(...preparePlaces(volume, places), ...makeVolume(volume, devices, set.spares))
    }
    return { steps, members }
  }
  const others = selected.filter((disk) => !own.has(disk))
  const steps: Step[] = []
  const joined = new Set<Disk>()
  for (const each of found) {
    const { volume, places } = each
    attempt([volume], warnings, () => {
      if (places.length === 0) {
        const free = freePlaces(set, volume, [...own])
        const devices = free.map(({ device }) => device)
        members.set(volume, devices.slice(0, devices.length - set.spares))
        steps.push(...preparePlaces(volume, free), ...makeVolume(volume, devices, set.spares))
      } else if (volume.level === 'single') {
        members.set(volume, [places[0]!.device])
        steps.push(...useVolume(volume, [places[0]!.device]))
      } else {
        const taken = takeArray(set, each, machine, others, warnings)
        for (const disk of taken.joined) joined.add(disk)
        members.set(volume, taken.members)
        const marked = places.filter(({ content }) => content.kind === 'unfinished').map((place) => place.device)
        steps.push(...taken.steps, ...useVolume(volume, taken.members))
        if (marked.length > 0) steps.push({ kind: 'finish', devices: marked, volumes: [volume.name] })
      }
    })
  }
  // a whole disk that joins an array needs no mark: the array has its data elsewhere
  return { steps: set.isPartitioned ? [...prepare(set, [...joined], false), ...steps] : steps, members }
}
