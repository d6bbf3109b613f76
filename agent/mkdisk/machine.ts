import type { DiskType } from './settings.ts'

/** An array as a member of it describes it. */
export type ArrayLabel = {
  readonly uuid: string
  readonly name: string
  readonly level: string
  readonly devices: number
  readonly role: 'active' | 'spare'
  /** Bytes that a disk must have to stand in for this one. */
  readonly need?: number
}

/** What lies on a disk, a partition or an array. */
export type Content =
  | { readonly kind: 'blank' }
  /** Marked by mkdisk as begun and not finished: nobody ever stored anything there. `array`: the array that it is in already. */
  | { readonly kind: 'unfinished'; readonly name: string; readonly array?: ArrayLabel }
  | { readonly kind: 'member'; readonly array: ArrayLabel }
  | { readonly kind: 'filesystem'; readonly fs: string; readonly label: string }
  | { readonly kind: 'luks'; readonly label: string }
  | {
      readonly kind: 'table'
      readonly table: string
      readonly partitions: readonly Partition[]
      /** What tells that an operating system is there: `an EFI system partition`. */
      readonly system?: string
    }
  /** `what` in words: `a damaged RAID superblock`, `unknown data`. */
  | { readonly kind: 'other'; readonly what: string }
  /** It cannot be read. */
  | { readonly kind: 'unreadable'; readonly reason: string }

export type Partition = {
  readonly device: string
  /** Its name in a GPT. */
  readonly name: string
  readonly size: number
  readonly content: Content
  /** Why it may not be touched: mounted, swap, in use by something. */
  readonly busy?: string
}

export type Disk = {
  /** `/dev/nvme0n1`. */
  readonly device: string
  /** Its number in the stable order, from 1; undefined where it does not count: USB, removable. */
  readonly number?: number
  readonly size: number
  readonly type: DiskType
  readonly model: string
  readonly serial: string
  /** What tells a disk from any other, over whatever path it is seen. */
  readonly wwid: string
  /** Names that stay: pci-0000:00:05.0, links of /dev/disk/by-path and by-id. */
  readonly paths: readonly string[]
  readonly content: Content
  /** Why it may not be touched: mounted, swap, in use by something, read-only. */
  readonly busy?: string
}

/** Why a disk that nobody uses may not be touched. */
export const readOnly = 'it is read-only'

/** An array that runs, or was put together in part. */
export type RunningArray = {
  readonly device: string
  /** Its members: disks or partitions. */
  readonly members: readonly string[]
  readonly isActive: boolean
  /** Where it is mounted, or what else uses it. */
  readonly busy?: string
}

/** What was found on the machine; disks in their stable order, those that do not count last. */
export type Machine = {
  readonly disks: readonly Disk[]
  readonly arrays: readonly RunningArray[]
  /** Open LUKS mappings and the device that each is on. */
  readonly mappings: readonly { readonly name: string; readonly on: string }[]
}

/** Bytes as people read them. */
export const sizeText = (bytes: number): string => {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  const power = Math.min(units.length - 1, bytes > 0 ? Math.floor(Math.log2(bytes) / 10) : 0)
  const value = bytes / 1024 ** power
  return `${value < 10 && power > 0 ? value.toFixed(1) : Math.round(value)} ${units[power]}`
}

export const plural = (count: number, word = 'disk'): string => `${count} ${word}${count === 1 ? '' : 's'}`

/** What is there, in words. */
export const contentText = (content: Content): string => {
  switch (content.kind) {
    case 'blank':
      return 'nothing'
    case 'unfinished':
      return `'${content.name}', not finished`
    case 'member':
      return `a ${content.array.role === 'spare' ? 'spare' : 'member'} of ${content.array.name === '' ? `a ${content.array.level} array without a name` : `the ${content.array.level} array '${content.array.name}'`}`
    case 'filesystem':
      return `${content.fs}${content.label ? ` '${content.label}'` : ''}`
    case 'luks':
      return `LUKS${content.label ? ` '${content.label}'` : ''}`
    case 'table': {
      if (content.system) return `${content.system} (${content.table} partition table)`
      const inside = content.partitions.map(
        (part) => `${part.name ? `${part.name}: ` : ''}${contentText(part.content)}`,
      )
      return `a ${content.table} partition table${inside.length > 0 ? ` with ${inside.join(', ')}` : ''}`
    }
    case 'other':
      return content.what
    case 'unreadable':
      return `what cannot be read (${content.reason})`
  }
}

/** A disk as one finds it in the rack. */
export const diskText = ({ device, number, model, serial, size }: Disk): string => {
  const facts = [number === undefined ? '' : `disk ${number}`, model, serial && `serial ${serial}`, sizeText(size)]
  return `${device} (${facts.filter((fact) => fact !== '').join(', ')})`
}

export const partitionsIn = (content: Content): readonly Partition[] =>
  content.kind === 'table' ? content.partitions : []

/** Every disk and partition of the machine with what is on it. */
export const placesOf = (disks: readonly Disk[]) =>
  disks.flatMap((disk) => [
    { disk, device: disk.device, name: '', size: disk.size, content: disk.content },
    ...partitionsIn(disk.content).map(({ device, name, size, content }) => ({ disk, device, name, size, content })),
  ])

export type Place = ReturnType<typeof placesOf>[number]

/** The array that a place is a member of. */
export const labelOf = (content: Content): ArrayLabel | undefined =>
  content.kind === 'member' || content.kind === 'unfinished' ? content.array : undefined

/** Whether nothing is lost when something is made here. */
export const isFree = ({ kind }: Content): boolean => kind === 'blank' || kind === 'unfinished'
