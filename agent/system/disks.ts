import { open, readdir, readFile, realpath } from 'node:fs/promises'
import { execute } from '../../engine/process.ts'
import type { ArrayLabel, Content, Disk, Machine, RunningArray } from '../mkdisk/plan.ts'
import { listMounts } from './mounts.ts'

const text = async (path: string): Promise<string> =>
  readFile(path, 'utf8').then(
    (content) => content.trim(),
    () => '',
  )
const names = async (path: string): Promise<readonly string[]> =>
  readdir(path).then(
    (found) => found.sort(),
    () => [],
  )

/** Compares texts with the numbers in them as numbers, so that disk 10 comes after disk 2. */
const natural = new Intl.Collator('en', { numeric: true }).compare

/** Block devices that are no disks of the node, and disks that may be gone at the next boot (USB, removable). */
const isFixedDisk = async (name: string, path: string): Promise<boolean> => {
  if (/^(?:loop|ram|zram|md|dm-|sr|fd|nbd|mtdblock)\d*/.test(name)) return false
  if (path.includes('/usb')) return false
  const [size, removable, hidden] = await Promise.all(
    ['size', 'removable', 'hidden'].map((file) => text(`${path}/${file}`)),
  )
  return size !== '' && size !== '0' && removable !== '1' && hidden !== '1'
}

const orderKey = (path: string): readonly [string, string] => {
  const parts = path.split('/')
  const pci = parts.filter((part) => /^[0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-9a-f]$/.test(part))
  return [pci.join('/'), parts.slice(parts.indexOf(pci.at(-1) ?? '') + 1).join('/')]
}

/**
 * The stable order of two disks, by where they are plugged in (paths of sysfs): PCI addresses decide before anything that
 * depends on which driver was first (host4, nvme0). They are hexadecimal and of one length, so they compare as texts.
 */
export const compareSlots = (one: string, other: string): number => {
  const [[pciOne, restOne], [pciOther, restOther]] = [orderKey(one), orderKey(other)]
  if (pciOne !== pciOther) return pciOne < pciOther ? -1 : 1
  return natural(restOne, restOther)
}

/** Values of `blkid -o export` and `mdadm --examine --export`: KEY=value lines. */
export const parseExport = (output: string): ReadonlyMap<string, string> =>
  new Map(
    output.split('\n').flatMap((line) => {
      const equals = line.indexOf('=')
      return equals > 0 ? [[line.slice(0, equals), line.slice(equals + 1)] as const] : []
    }),
  )

const edge = 1024 ** 2

/** Whether the first and the last MiB hold nothing but zeros: what no tool recognises may be data all the same. */
const isZero = async (device: string, size: number): Promise<boolean> => {
  const file = await open(device, 'r')
  try {
    for (const position of [0, Math.max(0, size - edge)]) {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(edge), 0, edge, position)
      if (bytesRead === 0 || !buffer.subarray(0, bytesRead).every((byte) => byte === 0)) return false
    }
    return true
  } finally {
    await file.close()
  }
}

/** The array that a superblock tells of; undefined where there is none. */
export const parseExamine = (output: string): ArrayLabel | undefined => {
  const values = parseExport(output)
  const [uuid, level, devices] = ['MD_UUID', 'MD_LEVEL', 'MD_DEVICES'].map((key) => values.get(key))
  if (uuid === undefined || level === undefined || devices === undefined) return undefined
  // an array made elsewhere has its home host before its name
  const name = (values.get('MD_NAME') ?? '').replace(/^.*:/, '')
  return { uuid, level, devices: Number(devices), name }
}

/** What lies on a block device. Tools are asked for words; an exit code of theirs is never taken for an answer. */
export const contentOf = async (device: string, size: number): Promise<Content> => {
  const { stdout } = await execute('blkid', ['-p', '-o', 'export', device])
  const found = parseExport(stdout)
  const type = found.get('TYPE')
  if (type === 'linux_raid_member') {
    const array = parseExamine((await execute('mdadm', ['--examine', '--export', device])).stdout)
    return array ? { kind: 'member', array } : { kind: 'other', what: 'a damaged RAID superblock' }
  }
  if (found.has('PTTYPE')) return { kind: 'other', what: `a ${found.get('PTTYPE')} partition table` }
  if (type !== undefined && found.get('USAGE') === 'filesystem')
    return { kind: 'filesystem', fs: type, label: found.get('LABEL') ?? '' }
  if (type !== undefined) return { kind: 'other', what: type }
  // several signatures at once: blkid tells of ambivalence, and of no type
  if (found.size > 0 || stdout.trim() !== '') return { kind: 'other', what: 'several signatures' }
  return (await isZero(device, size)) ? { kind: 'blank' } : { kind: 'other', what: 'unknown data' }
}

export const sizeOf = async (device: string): Promise<number> => {
  const name = device.replace(/^\/dev\//, '')
  return Number(await text(`/sys/class/block/${name}/size`)) * 512
}

/** The array that runs over a device, after sysfs. */
export const arrayOver = async (device: string): Promise<string | undefined> => {
  const holders = await names(`/sys/class/block/${device.replace(/^\/dev\//, '')}/holders`)
  const name = holders.find((holder) => /^md/.test(holder))
  return name === undefined ? undefined : `/dev/${name}`
}

export type ArrayState = {
  readonly level: string
  readonly devices: number
  readonly degraded: number
  readonly state: string
}

export const arrayState = async (device: string): Promise<ArrayState> => {
  const md = `/sys/class/block/${device.replace(/^\/dev\//, '')}/md`
  const [level = '', devices, degraded, state = ''] = await Promise.all(
    ['level', 'raid_disks', 'degraded', 'array_state'].map((file) => text(`${md}/${file}`)),
  )
  return { level, devices: Number(devices), degraded: Number(degraded || '0'), state }
}

/** The partitions of a disk that the kernel knows. */
export const partitionsOf = async (device: string): Promise<readonly string[]> => {
  const name = device.replace(/^\/dev\//, '')
  return (await names(`/sys/class/block/${name}`))
    .filter((entry) => entry.startsWith(name))
    .map((entry) => `/dev/${entry}`)
}

/** What keeps a device from being touched: where it is mounted, swap, another device on it. Its partitions count too. */
const busyWith = async (name: string): Promise<string | undefined> => {
  const [mounts, swaps] = [await listMounts(), await text('/proc/swaps')]
  const partitions = (await partitionsOf(`/dev/${name}`)).map((part) => part.slice('/dev/'.length))
  for (const part of [name, ...partitions]) {
    const number = await text(`/sys/class/block/${part}/dev`)
    const mounted = mounts.find(({ device }) => device === number)
    if (mounted) return `it is mounted at ${mounted.target}`
    if (swaps.includes(`/dev/${part} `)) return 'it is swap space'
    const holder = (await names(`/sys/class/block/${part}/holders`)).find((device) => !/^md/.test(device))
    if (holder) return `${holder} uses it`
  }
  if ((await text(`/sys/class/block/${name}/ro`)) === '1') return 'it is read-only'
  return undefined
}

const listArrays = async (): Promise<readonly RunningArray[]> => {
  const arrays = (await names('/sys/class/block')).filter((name) => /^md\d+$/.test(name))
  const running = await Promise.all(
    arrays.map(async (name): Promise<RunningArray> => {
      const members = (await names(`/sys/class/block/${name}/slaves`)).map((member) => `/dev/${member}`)
      const busy = await busyWith(name)
      return { device: `/dev/${name}`, members, ...(busy === undefined || busy === 'it is read-only' ? {} : { busy }) }
    }),
  )
  return running.filter(({ members }) => members.length > 0)
}

/** The node's fixed disks in their stable order, and the arrays that run. */
export const inspectMachine = async (): Promise<Machine> => {
  const found = await Promise.all(
    (await names('/sys/block')).map(async (name) => ({ name, path: await realpath(`/sys/block/${name}`) })),
  )
  const fixed = []
  for (const each of found) if (await isFixedDisk(each.name, each.path)) fixed.push(each)
  fixed.sort((one, other) => compareSlots(one.path, other.path))
  const disks: Disk[] = []
  for (const { name } of fixed) {
    const device = `/dev/${name}`
    const size = await sizeOf(device)
    const busy = await busyWith(name)
    const content = await contentOf(device, size)
    disks.push({ device, size, content, ...(busy === undefined ? {} : { busy }) })
  }
  return { disks, arrays: await listArrays() }
}
