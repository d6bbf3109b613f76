import { Failure } from '../../failure.ts'
import type { VolumeGroup } from '../lvg/lvm.ts'
import type { Host } from '../module.ts'

/** A size as lvcreate takes it. */
export type Size = {
  /** The text without its sign. */
  readonly text: string
  readonly sign: '+' | '-' | ''
  readonly amount: { readonly bytes: number } | { readonly percent: number; readonly of: 'VG' | 'PVS' | 'FREE' }
}

const shifts = 'kmgtpe'

/** Reads a size. Throws a Failure for what LVM would refuse or misread. */
export const parseSize = (host: Host, given: string): Size => {
  const [, sign = '', text = ''] = /^([+-]?)(.*)$/s.exec(given.trim()) ?? []
  const refuse = (hint: string) => {
    throw new Failure('module.parameter', `lvol: 'size' is no size: ${given}`, { at: host.at, hint })
  }
  const [, percent, of] = /^(\d+)%(VG|PVS|FREE)$/.exec(text) ?? []
  if (percent !== undefined) {
    if (Number(percent) > 100) refuse('there is nothing beyond 100%')
    const amount = { percent: Number(percent), of: of as 'VG' | 'PVS' | 'FREE' }
    return { text, sign: sign as Size['sign'], amount }
  }
  const [, number, unit = 'm'] = /^(\d+(?:\.\d+)?)([bskmgtpe])?$/i.exec(text) ?? []
  if (number === undefined) refuse("such as '512' (MiB), '10g', '100%FREE'")
  const letter = unit.toLowerCase()
  const bytes = Number(number) * bytesOfUnit(letter)
  return { text: `${number}${letter}`, sign: sign as Size['sign'], amount: { bytes } }
}

/** Bytes of a unit's letter, in lower case. */
const bytesOfUnit = (letter: string): number =>
  letter === 'b' ? 1 : letter === 's' ? 512 : 1024 ** (shifts.indexOf(letter) + 1)

/** Bytes in the unit that a size is written in; MiB where it has none. */
export const unitOf = (size: Size | undefined): number =>
  bytesOfUnit(size && 'bytes' in size.amount ? size.text.slice(-1) : 'm')

/** What sizes are measured by, in bytes. */
export type Room = Pick<VolumeGroup, 'size' | 'free' | 'extent'> & {
  /** Size of the physical volumes that the task names; that of the group when it names none. */
  readonly physical: number
}

/** The bytes that a volume of `has` bytes has to have: sizes are rounded up to whole extents, parts down, as LVM does. */
export const bytesOf = ({ sign, amount }: Size, { size, free, extent, physical }: Room, has: number): number => {
  const signed = (bytes: number) => (sign === '+' ? has + bytes : sign === '-' ? has - bytes : bytes)
  if ('bytes' in amount) return signed(Math.ceil(amount.bytes / extent) * extent)
  const part = (whole: number) => Math.floor((whole * amount.percent) / 100 / extent) * extent
  if (amount.of === 'VG') return signed(part(size))
  if (amount.of === 'PVS') return signed(part(physical))
  if (sign !== '') return signed(part(free))
  // What the volume has itself is free for it; that others have taken the rest since does not make it smaller.
  return Math.max(has, part(free + has))
}
