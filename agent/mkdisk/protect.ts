import { Failure } from '../../engine/failure.ts'
import { contentText, type Disk, diskText, type Machine, partitionsIn, readOnly } from './machine.ts'
import { isChosenByName, isNamed } from './select.ts'
import type { DiskSet } from './settings.ts'

const busy = (message: string, hint: string): never => {
  throw new Failure('disk.busy', message, { hint })
}

/** Every device that goes when a disk goes: itself and its partitions. */
export const devicesOn = (disk: Disk): readonly string[] => [
  disk.device,
  ...partitionsIn(disk.content).map(({ device }) => device),
]

/** Refuses a disk that the machine sees a second time, over another cable: whichever set has it there. Throws 'disk.busy'. */
export const checkPaths = (disks: readonly Disk[], { disks: all }: Pick<Machine, 'disks'>): void => {
  for (const disk of disks) {
    const twin = all.find((other) => other !== disk && other.wwid !== '' && other.wwid === disk.wwid)
    if (twin)
      busy(
        `${diskText(disk)} and ${twin.device} are one disk, seen over two paths (${disk.wwid})`,
        'mkdisk makes nothing of multipath disks; leave them out of the profile',
      )
  }
}

/** Nothing can be made on a disk in use. */
export const checkUnused = (disk: Disk): void => {
  if (disk.content.kind === 'unreadable')
    throw new Failure('disk.unreadable', `${diskText(disk)} cannot be read: ${disk.content.reason}`, {
      hint: 'replace the disk, or take it out of the profile; `dmesg` says what it answered',
    })
  if (disk.busy)
    busy(
      `${diskText(disk)} may not be touched: ${disk.busy}`,
      disk.busy === readOnly
        ? `make it writable (blockdev --setrw ${disk.device}, or a switch on the disk), or leave it out of the profile`
        : 'unmount it, or end what uses it (swapoff, vgchange -an, dmsetup remove); is it the disk that you mean?',
    )
}

const arrayUuids = (disk: Disk): readonly string[] =>
  [disk.content, ...partitionsIn(disk.content).map(({ content }) => content)].flatMap((content) =>
    content.kind === 'member' ? content.array.uuid : [],
  )

/** Refuses to destroy what somebody may want. Throws 'disk.busy' or 'disk.unreadable'. */
export const checkWipe = (
  machine: Machine,
  set: DiskSet,
  disks: readonly Disk[],
  all: ReadonlySet<Disk>,
  expendable: readonly string[],
): void => {
  for (const disk of disks) {
    checkUnused(disk)
    if (isChosenByName(set.disks, disk) || isNamed(disk, expendable)) continue
    const name = disk.serial || disk.paths[1] || disk.device
    if (disk.content.kind === 'table' && disk.content.system)
      busy(
        `${diskText(disk)} is left alone: it holds ${contentText(disk.content)}`,
        `if it may be destroyed, name it: expendable: ["${name}"] (EXPENDABLE_DISKS=${name})`,
      )
    const uuids = arrayUuids(disk)
    const other = machine.disks.find((each) => !all.has(each) && arrayUuids(each).some((uuid) => uuids.includes(uuid)))
    if (other)
      busy(
        `${diskText(disk)} is left alone: it is ${contentText(disk.content)}, which also lies on ${diskText(other)}, and that disk is not the profile's`,
        `if the array may be destroyed, name the disk: expendable: ["${name}"] (EXPENDABLE_DISKS=${name})`,
      )
  }
}

/** The arrays that must be stopped before these disks can be cleared. Throws 'disk.busy'. */
export const arraysToStop = (machine: Machine, disks: readonly Disk[]) => {
  const devices = new Set(disks.flatMap(devicesOn))
  const arrays = machine.arrays.filter(({ members }) => members.some((member) => devices.has(member)))
  for (const { device, members, busy: use } of arrays) {
    if (use) busy(`${device} cannot be stopped: ${use}`, 'unmount it, or end what uses it, and run mkdisk again')
    const outside = members.find((member) => !devices.has(member))
    if (outside)
      busy(
        `${device} has a member on ${outside}, which the profile leaves alone`,
        `stop it yourself: mdadm --stop ${device}`,
      )
  }
  return arrays
}
