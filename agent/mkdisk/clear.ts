import { setTimeout as sleep } from 'node:timers/promises'
import { Failure, messageOf } from '../../engine/failure.ts'
import { execute } from '../../engine/process.ts'
import { contentOf, partitionsOf, sizeOf } from '../system/content.ts'
import { markOffsets, markText, openAlone, writeMark } from '../system/marks.ts'
import { arrayOver, kernelName, sysText } from '../system/raid.ts'
import { settle } from '../system/udev.ts'
import { waitFor } from '../system/wait.ts'
import { contentText } from './machine.ts'
import { attemptTool, lastWords, type Machinery } from './machinery.ts'
import { partitionDevice } from './make.ts'
import type { Claim, NewPartition, StepOf } from './steps.ts'

const mib = 1024 ** 2

/** Bytes that are overwritten at the beginning (the keys of a LUKS volume end there) and at the end (RAID and ZFS labels). */
const head = 16 * mib
const tail = mib

/** Copies that btrfs keeps of its superblock, which its own tools find when the first is gone. */
const copies = [64 * mib, 256 * 1024 * mib]

/**
 * Overwrites what tools look at, both ends, the copies of superblocks and former marks, in one go: nobody can put an array together of the
 * device meanwhile. A mark comes first, so that from then on the device counts as being made, whatever is still on it.
 */
const overwrite = async (device: string, size: number, mark?: Claim): Promise<void> => {
  const file = await openAlone(device)
  try {
    const first = Buffer.alloc(Math.min(head, size))
    if (mark)
      for (const offset of markOffsets(mark.mark, size)) {
        await file.write(markText(mark.name), 0, undefined, offset)
        markText(mark.name).copy(first, offset)
      }
    await file.sync()
    await file.write(first, 0, first.length, 0)
    const last = Buffer.alloc(Math.min(tail, size))
    await file.write(last, 0, last.length, size - last.length)
    for (const offset of [...copies, ...markOffsets('inside', size)])
      if (offset + 4096 <= size) await file.write(Buffer.alloc(4096), 0, 4096, offset)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Gives the blocks between the ends back to the disk, where it can take them. */
const discard = async (device: string, size: number): Promise<void> => {
  const most = await sysText(`/sys/class/block/${kernelName(device)}/queue/discard_max_bytes`)
  if (!(Number(most) > 0) || size <= head + tail) return
  const [offset, length] = [String(head), String(size - head - tail)]
  await execute('blkdiscard', ['--offset', offset, '--length', length, device])
}

/** Takes away what lies elsewhere than most. */
const wipeSignatures = async (device: string): Promise<void> => {
  await execute('wipefs', ['--all', '--force', device])
}

/** Empties a new array: what lay on its disks before shows through it. */
export const emptyDevice = async ({ log }: Machinery, device: string): Promise<void> => {
  await log.step(`emptying ${device}`, async () => {
    await overwrite(device, await sizeOf(device))
    await wipeSignatures(device)
  })
}

/** Stops what udev put together again out of a device since its array was stopped. */
const freeOf = async (device: string): Promise<void> => {
  const array = await arrayOver(device)
  if (array) await execute('mdadm', ['--stop', array])
}

const clearOnce = async (claim: Claim): Promise<void> => {
  const { device } = claim
  const size = await sizeOf(device)
  const parts = await partitionsOf(device)
  for (const each of [...parts, device]) await freeOf(each)
  if (parts.length > 0) await writeMark(device, size, claim.mark, claim.name)
  for (const part of parts) await overwrite(part, await sizeOf(part))
  await overwrite(device, size, claim)
  await wipeSignatures(device)
  await discard(device, size)
  if (parts.length > 0) await execute('blockdev', ['--rereadpt', device])
}

/** What goes away by itself: when a disk was written udev reads its table anew, and partitions are busy or gone for a moment. */
const isPassing = (thrown: unknown): boolean =>
  ['EBUSY', 'ENOENT', 'ENXIO', 'ENODEV'].includes((thrown as NodeJS.ErrnoException).code ?? '')

const clearDisk = async ({ log }: Machinery, claim: Claim): Promise<void> => {
  await log.step(`destroying ${claim.holds} on ${claim.device}`, async () => {
    let reason = ''
    for (let times = 0; times < 10; times++) {
      try {
        await clearOnce(claim)
        await settle()
        const content = await contentOf(claim.device, await sizeOf(claim.device))
        if (content.kind === 'unfinished' && (await partitionsOf(claim.device)).length === 0) return
        reason = `it still holds ${contentText(content)}`
      } catch (thrown) {
        reason = messageOf(thrown)
        if (!isPassing(thrown)) break
        await sleep(200)
      }
    }
    throw new Failure('disk.wipe', `${claim.device} could not be wiped: ${reason}`, {
      hint: 'a disk that refuses to be written is broken or write-protected: dmesg says what it answered',
    })
  })
}

export const clear = async (machinery: Machinery, { disks }: StepOf<'clear'>): Promise<void> => {
  await Promise.all(disks.map((claim) => clearDisk(machinery, claim)))
}

export const claim = async (_: Machinery, { disks }: StepOf<'claim'>): Promise<void> => {
  for (const { device, mark, name } of disks) {
    // what was blank when the plan was made must be so still
    const content = await contentOf(device, await sizeOf(device))
    if (content.kind !== 'blank' && content.kind !== 'unfinished')
      throw new Failure('disk.foreign', `${device} held nothing a moment ago and holds ${contentText(content)} now`)
    await writeMark(device, await sizeOf(device), mark, name)
  }
}

const types = {
  member: 'A19D880F-05FC-4D3B-A006-743F0F84911E',
  data: '0FC63DAF-8483-4772-8E79-3D69D8477DE4',
} as const

/** What sfdisk reads. */
export const tableScript = (partitions: readonly NewPartition[]): string =>
  [
    'label: gpt',
    ...partitions.map(
      ({ name, size, isMember }) =>
        `${size === undefined ? '' : `size=${Math.floor(size / mib)}MiB, `}type=${isMember ? types.member : types.data}, name="${name}"`,
    ),
    '',
  ].join('\n')

export const partition = async (machinery: Machinery, { device, partitions }: StepOf<'partition'>): Promise<void> => {
  const args = ['--quiet', '--wipe=always', '--wipe-partitions=always', device]
  const output = await attemptTool(machinery.log, 'sfdisk', args, { stdin: tableScript(partitions) })
  const wanted = partitions.map((_, index) => partitionDevice(device, index + 1))
  const untilThere = async () => {
    await settle()
    const found = await waitFor(10, async () => {
      const parts = await partitionsOf(device)
      return wanted.every((part) => parts.includes(part)) ? parts : undefined
    })
    if (!found)
      throw new Failure('disk.partition', `${device} has no partitions ${wanted.join(' ')}: ${lastWords(output)}`)
  }
  await untilThere()
  // what lay there before the table was made shows through: the partitions are emptied and marked before the disk's mark goes
  for (const [index, part] of wanted.entries()) {
    const name = partitions[index]!.name
    const empty = async () => {
      await freeOf(part)
      await overwrite(part, await sizeOf(part), { device: part, mark: 'member', name, holds: '' })
      return true
    }
    const isEmpty = await waitFor(5, () =>
      empty().catch((thrown) => {
        if (isPassing(thrown)) return undefined
        throw thrown
      }),
    )
    if (!isEmpty) throw new Failure('disk.partition', `${part} is busy: nothing can be made on it`)
    await wipeSignatures(part)
  }
  const file = await openAlone(device)
  try {
    const size = await sizeOf(device)
    for (const offset of markOffsets('table', size)) await file.write(Buffer.alloc(512), 0, 512, offset)
    await file.sync()
  } finally {
    await file.close()
  }
  await untilThere()
}
