import { open } from 'node:fs/promises'
import { messageOf } from '../../engine/failure.ts'
import { execute } from '../../engine/process.ts'
import type { Content, Partition } from '../mkdisk/machine.ts'
import { type Mark, readMark } from './marks.ts'
import { kernelName, parseExamine, sysNames, sysText } from './raid.ts'

/** Values of `blkid -o export`: KEY=value lines. */
export const parseExport = (output: string): ReadonlyMap<string, string> =>
  new Map(
    output.split('\n').flatMap((line) => {
      const equals = line.indexOf('=')
      return equals > 0 ? [[line.slice(0, equals), line.slice(equals + 1).replaceAll('\\ ', ' ')] as const] : []
    }),
  )

/** What blkid reads on a device itself, past every cache. */
export const probe = async (device: string): Promise<ReadonlyMap<string, string>> =>
  parseExport((await execute('blkid', ['-p', '-o', 'export', device])).stdout)

const edge = 1024 ** 2
const zeros = Buffer.alloc(256 * 1024)

/** Whether the first and the last MiB hold nothing but zeros: what no tool recognises may be data all the same. */
const isZero = async (device: string, size: number): Promise<boolean> => {
  const file = await open(device, 'r')
  try {
    const part = Buffer.alloc(zeros.length)
    for (const start of [0, Math.max(0, size - edge)])
      for (let position = start; position < Math.min(start + edge, size); ) {
        const { bytesRead } = await file.read(part, 0, part.length, position)
        if (bytesRead === 0 || !part.subarray(0, bytesRead).equals(zeros.subarray(0, bytesRead))) return false
        position += bytesRead
      }
    return true
  } finally {
    await file.close()
  }
}

export const sizeOf = async (device: string): Promise<number> =>
  Number(await sysText(`/sys/class/block/${kernelName(device)}/size`)) * 512

/** The partitions of a disk that the kernel knows. */
export const partitionsOf = async (device: string): Promise<readonly string[]> => {
  const name = kernelName(device)
  return (await sysNames(`/sys/class/block/${name}`))
    .filter((entry) => entry.startsWith(name))
    .toSorted((one, other) => one.length - other.length || (one < other ? -1 : 1))
    .map((entry) => `/dev/${entry}`)
}

/** Partitions that tell of an operating system, by the type in a GPT or in an old table. */
const systemTypes: Readonly<Record<string, string>> = {
  'c12a7328-f81f-11d2-ba4b-00a0c93ec93b': 'an EFI system partition',
  '21686148-6449-6e6f-744e-656564454649': 'a BIOS boot partition',
  'e3c9e316-0b5c-4db8-817d-f92df00215ae': 'a partition reserved for Windows',
  '4f68bce3-e8cd-4db1-96e7-fbcaf984b709': 'the root partition of a Linux system',
  'b921b045-1df0-41c3-af44-4c6f280d3fae': 'the root partition of a Linux system',
  '9e1a2d38-c612-4316-aa26-8b49521e5a8b': 'a PReP boot partition',
  '0xef': 'an EFI system partition',
}

const isForeignSystem = (type: string | undefined): boolean =>
  ['ntfs', 'BitLocker', 'apfs', 'hfsplus'].includes(type ?? '')

const systemOf = (found: ReadonlyMap<string, string>): string | undefined => {
  const known = systemTypes[found.get('PART_ENTRY_TYPE') ?? '']
  if (known) return known
  if (found.get('PART_ENTRY_SCHEME') === 'dos' && found.get('PART_ENTRY_FLAGS') === '0x80')
    return 'a partition to boot from'
  return isForeignSystem(found.get('TYPE')) ? `${found.get('TYPE')} of another operating system` : undefined
}

const tableContent = async (device: string, table: string): Promise<Content> => {
  const found = await Promise.all(
    (await partitionsOf(device)).map(async (part) => {
      const [values, size] = await Promise.all([probe(part), sizeOf(part)])
      const partition: Partition = {
        device: part,
        name: values.get('PART_ENTRY_NAME') ?? '',
        size,
        content: await contentOf(part, size),
      }
      return { partition, system: systemOf(values) }
    }),
  )
  const system = found.find((each) => each.system !== undefined)?.system
  return { kind: 'table', table, partitions: found.map(({ partition }) => partition), ...(system ? { system } : {}) }
}

/** What lies there, marks aside. */
const plainContent = async (device: string, size: number): Promise<Content> => {
  const { stdout, stderr } = await execute('blkid', ['-p', '-o', 'export', device])
  const found = parseExport(stdout)
  const type = found.get('TYPE')
  if (type === 'linux_raid_member') {
    const array = parseExamine((await execute('mdadm', ['--examine', device])).stdout)
    return array ? { kind: 'member', array } : { kind: 'other', what: 'a damaged RAID superblock' }
  }
  if (found.has('PTTYPE')) return tableContent(device, found.get('PTTYPE')!)
  if (isForeignSystem(type)) return { kind: 'other', what: `${type} of another operating system` }
  if (type === 'crypto_LUKS') return { kind: 'luks', label: found.get('LABEL') ?? '' }
  if (type !== undefined && (found.get('USAGE') === 'filesystem' || type === 'swap'))
    return { kind: 'filesystem', fs: type, label: found.get('LABEL') ?? '' }
  if (type !== undefined) return { kind: 'other', what: type }
  // several signatures at once: blkid tells of ambivalence, and of no type
  if (found.has('USAGE') || found.has('UUID') || /ambivalent/.test(stderr))
    return { kind: 'other', what: 'several signatures' }
  return (await isZero(device, size)) ? { kind: 'blank' } : { kind: 'other', what: 'unknown data' }
}

/**
 * Whether a mark counts: what is there may be nothing, something half done, or what carries the marked name. Anything else was
 * put there by somebody else since, on a disk that kept an old mark.
 */
const isOurs = (content: Content, { kind, name }: Mark): boolean => {
  switch (content.kind) {
    case 'blank':
      return true
    case 'other':
      return content.what === 'unknown data' || content.what === 'a damaged RAID superblock'
    case 'member':
      return content.array.name === name
    case 'filesystem':
    case 'luks':
      return content.label === name
    case 'table':
      return kind === 'table' && content.partitions.map((part) => part.name).join(' ') === name
    default:
      return false
  }
}

/** A broken disk, one that is gone, has no node or no medium, or that a container may not look at. */
const unreadable = ['EIO', 'ENXIO', 'ENODEV', 'ENOENT', 'ENOMEDIUM', 'EPERM', 'EACCES']

/** What lies on a block device. Tools are asked for words; an exit code of theirs is never taken for an answer. */
export const contentOf = async (device: string, size: number): Promise<Content> => {
  try {
    const mark = await readMark(device, size)
    const content = await plainContent(device, size)
    if (!mark || !isOurs(content, mark)) return content
    const array = content.kind === 'member' ? { array: content.array } : {}
    return { kind: 'unfinished', name: mark.name, ...array }
  } catch (thrown) {
    if (!unreadable.includes((thrown as NodeJS.ErrnoException).code ?? '')) throw thrown
    return { kind: 'unreadable', reason: messageOf(thrown) }
  }
}
