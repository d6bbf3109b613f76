import { readFile, readlink, realpath } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import {
  type Content,
  type Disk,
  type Machine,
  type Partition,
  type RunningArray,
  readOnly,
} from '../mkdisk/machine.ts'
import type { DiskType } from '../mkdisk/settings.ts'
import { contentOf, partitionsOf, sizeOf } from './content.ts'
import { listMounts, type MountInfo } from './mounts.ts'
import { arrayState, isRunning, kernelName, membersOf, sysNames, sysText } from './raid.ts'

/** Compares texts with the numbers in them as numbers, so that disk 10 comes after disk 2. */
const natural = new Intl.Collator('en', { numeric: true }).compare

/** Block devices that are no disks of a node. */
const isDisk = async (name: string): Promise<boolean> => {
  if (/^(?:loop|ram|zram|md|dm-|sr|fd|nbd|mtdblock)\d*/.test(name)) return false
  const [size, hidden] = await Promise.all(['size', 'hidden'].map((file) => sysText(`/sys/block/${name}/${file}`)))
  return size !== '' && size !== '0' && hidden !== '1'
}

/**
 * What in a path of sysfs tells that a disk is not the node's own: USB, iSCSI, Fibre Channel, NVMe over a network, and what the
 * kernel makes out of something else (rbd, drbd, ZFS volumes, null_blk).
 */
const elsewhere = /\/(?:usb\d+|session\d+|rport-[\d:-]+|nvme-fabrics|rbd|virtual\/block)\//

/** Whether a disk, by its path in sysfs, is plugged into the node itself. */
export const isLocal = (path: string): boolean => !elsewhere.test(path)

/** A disk that may be gone at the next boot, or be another node's, has no number. */
const isFixed = async (name: string, path: string): Promise<boolean> =>
  isLocal(path) && (await sysText(`/sys/block/${name}/removable`)) !== '1'

const pciOf = (path: string): readonly string[] =>
  path.split('/').filter((part) => /^[0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-9a-f]$/.test(part))

const orderKey = (path: string): readonly [string, string] => {
  const parts = path.split('/')
  const pci = pciOf(path)
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

/** An NVMe disk that may be reached by several controllers stands beside them all in sysfs: its slot is the first one's. */
const slotOf = async (path: string): Promise<string> => {
  if (!path.includes('/nvme-subsystem/')) return path
  const controllers = (await sysNames(dirname(path))).filter((name) => /^nvme\d+$/.test(name))
  const paths = await Promise.all(controllers.map((name) => realpath(join(dirname(path), name))))
  const [first] = paths.sort(compareSlots)
  return first === undefined ? path : join(first, basename(path))
}

/** The serial of a SCSI disk: page 0x80, four bytes and then the text. */
const scsiSerial = (path: string): Promise<string> =>
  readFile(path).then(
    (page) => page.subarray(4).toString('latin1').replace(/\0/g, '').trim(),
    () => '',
  )

const typeOf = async (name: string): Promise<DiskType> => {
  if (name.startsWith('nvme')) return 'nvme'
  return (await sysText(`/sys/block/${name}/queue/rotational`)) === '0' ? 'ssd' : 'hdd'
}

const firstOf = async (...paths: readonly string[]): Promise<string> =>
  (await Promise.all(paths.map(sysText))).find((text) => text !== '') ?? ''

/** Links of udev to each device, where udev runs: device to links. */
const diskLinks = async (): Promise<ReadonlyMap<string, readonly string[]>> => {
  const links = new Map<string, string[]>()
  for (const directory of ['/dev/disk/by-path', '/dev/disk/by-id'])
    for (const name of await sysNames(directory)) {
      const target = `/dev/${(await readlink(`${directory}/${name}`).catch(() => '')).replace(/^.*\//, '')}`
      links.set(target, [...(links.get(target) ?? []), `${directory}/${name}`])
    }
  return links
}

const identity = async (name: string, path: string) => {
  const sys = `/sys/block/${name}`
  const [type, model, serial, page, wwid] = await Promise.all([
    typeOf(name),
    firstOf(`${sys}/device/model`),
    firstOf(`${sys}/device/serial`, `${sys}/serial`),
    scsiSerial(`${sys}/device/vpd_pg80`),
    firstOf(`${sys}/wwid`, `${sys}/device/wwid`),
  ])
  const pci = pciOf(path).at(-1)
  const paths = [`/dev/${name}`, ...(pci === undefined ? [] : [`pci-${pci}`])]
  return { type, model: model.replace(/\s+/g, ' '), serial: serial || page, wwid, paths }
}

type State = { readonly mounts: readonly MountInfo[]; readonly swaps: string }

/** What uses a device itself. Arrays over it do not count, nor does a LUKS mapping that nothing uses: both can be closed. */
const useOf = async (name: string, state: State): Promise<string | undefined> => {
  const [number, called] = await Promise.all(
    ['dev', 'dm/name'].map((file) => sysText(`/sys/class/block/${name}/${file}`)),
  )
  // a btrfs shows a device number of its own
  const sources = [`/dev/${name}`, ...(called ? [`/dev/mapper/${called}`] : [])]
  const mounted = state.mounts.find(({ device, source }) => device === number || sources.includes(source))
  if (mounted) return `it is mounted at ${mounted.target}`
  if (sources.some((source) => state.swaps.includes(`${source} `))) return 'it is swap space in use'
  for (const holder of (await sysNames(`/sys/class/block/${name}/holders`)).filter((each) => !each.startsWith('md'))) {
    const use = await useOf(holder, state)
    if (use !== undefined) return `${use}, by way of ${holder}`
    if (!(await isMapping(holder))) return `${await describeHolder(holder)} uses it`
  }
  return undefined
}

/** What sits on a device: `LVM (vg-data)`, `multipath (mpatha)`. */
const describeHolder = async (name: string): Promise<string> => {
  const [uuid = '', called] = await Promise.all(
    ['uuid', 'name'].map((file) => sysText(`/sys/class/block/${name}/dm/${file}`)),
  )
  const what = uuid.startsWith('LVM-') ? 'LVM' : uuid.startsWith('mpath-') ? 'multipath' : name
  return called ? `${what} (${called})` : what
}

const isMapping = async (name: string): Promise<boolean> =>
  (await sysText(`/sys/class/block/${name}/dm/uuid`)).startsWith('CRYPT-LUKS')

/** The LUKS mappings, by the device that each is on. */
const listMappings = async (): Promise<Machine['mappings']> => {
  const mappings = []
  for (const name of (await sysNames('/sys/class/block')).filter((each) => each.startsWith('dm-'))) {
    const [on] = await membersOf(name)
    if (on !== undefined && (await isMapping(name)))
      mappings.push({ name: await sysText(`/sys/class/block/${name}/dm/name`), on })
  }
  return mappings
}

const withUses = async (content: Content, state: State): Promise<Content> => {
  if (content.kind !== 'table') return content
  const partitions = await Promise.all(
    content.partitions.map(async (part): Promise<Partition> => {
      const busy = await useOf(kernelName(part.device), state)
      return { ...part, ...(busy === undefined ? {} : { busy }) }
    }),
  )
  return { ...content, partitions }
}

const busyWith = async (name: string, content: Content, state: State): Promise<string | undefined> => {
  const own = await useOf(name, state)
  if (own) return own
  for (const part of await partitionsOf(`/dev/${name}`)) {
    const use = await useOf(kernelName(part), state)
    if (use) return `${part}: ${use}`
  }
  if (content.kind !== 'unreadable' && (await sysText(`/sys/class/block/${name}/ro`)) === '1') return readOnly
  return undefined
}

const listArrays = async (state: State): Promise<readonly RunningArray[]> => {
  const arrays = (await sysNames('/sys/class/block')).filter((name) => /^md(\d+|_\w+)$/.test(name))
  const found = await Promise.all(
    arrays.map(async (name): Promise<RunningArray> => {
      const device = `/dev/${name}`
      const [members, busy, md] = await Promise.all([
        membersOf(device),
        busyWith(name, { kind: 'blank' }, state),
        arrayState(device),
      ])
      const isUsed = busy !== undefined && busy !== readOnly
      return { device, members, isActive: isRunning(md), ...(isUsed ? { busy } : {}) }
    }),
  )
  return found.filter(({ members }) => members.length > 0)
}

/** The node's disks in their stable order, with what is on them, and the arrays that run. Nothing is written. */
export const inspectMachine = async (): Promise<Machine> => {
  const names = await sysNames('/sys/block')
  const real = (await Promise.all(names.map(async (name) => ((await isDisk(name)) ? name : [])))).flat()
  const found = await Promise.all(
    real.map(async (name) => {
      const path = await slotOf(await realpath(`/sys/block/${name}`))
      return { name, path, fixed: await isFixed(name, path) }
    }),
  )
  found.sort((one, other) => Number(other.fixed) - Number(one.fixed) || compareSlots(one.path, other.path))
  const links = await diskLinks()
  const state: State = { mounts: await listMounts(), swaps: await sysText('/proc/swaps') }
  const disks = await Promise.all(
    found.map(async ({ name, path, fixed }, index): Promise<Disk> => {
      const device = `/dev/${name}`
      const [size, known] = await Promise.all([sizeOf(device), identity(name, path)])
      const content = await withUses(await contentOf(device, size), state)
      const busy = await busyWith(name, content, state)
      return {
        device,
        ...(fixed ? { number: index + 1 } : {}),
        size,
        ...known,
        paths: [...known.paths, ...(links.get(device) ?? [])],
        content,
        ...(busy === undefined ? {} : { busy }),
      }
    }),
  )
  return { disks, arrays: await listArrays(state), mappings: await listMappings() }
}
