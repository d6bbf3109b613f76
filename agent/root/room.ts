import { Failure } from '../../engine/failure.ts'
import { type Memory, mebibytes } from '../system/memory.ts'

/** Memory that has to stay for kernel, agent and the first services. */
const reserve = 128 * 1024 ** 2

/** Unpacked, an image that does not say how large it is takes about so many times its size. */
const expansion = 4

export type Wanted = {
  readonly type: 'image' | 'tmpfs'
  /** Bytes of the image, and of its content unpacked where it says so. */
  readonly size: number
  readonly unpacked?: number | undefined
  /** Limit of what is in memory besides the image, as tmpfs takes it. */
  readonly limit: string
}

/** Bytes that a size of tmpfs means: `2G`, `512m`, `50%` of all memory. */
export const bytesOf = (size: string, total: number): number | undefined => {
  const [, digits, unit = ''] = /^(\d+)([kmgt%]?)$/i.exec(size) ?? []
  if (digits === undefined) return undefined
  if (unit === '%') return Math.floor((total * Number(digits)) / 100)
  return Number(digits) * 1024 ** ' kmgt'.indexOf(unit.toLowerCase() || ' ')
}

/** Refuses an image that cannot fit before a byte of it is fetched. Throws 'image.memory' with the numbers. */
export const checkRoom = ({ type, size, unpacked, limit }: Wanted, { available, total }: Memory): void => {
  const content = unpacked ?? size * expansion
  if (type === 'tmpfs') {
    const most = bytesOf(limit, total)
    if (unpacked !== undefined && most !== undefined && unpacked > most)
      throw new Failure(
        'image.memory',
        `unpacked the image takes ${mebibytes(unpacked)}, and the root may have ${mebibytes(most)} (${limit})`,
        { hint: "raise node_root.size, or take node_root type 'image'" },
      )
  }
  const needed = size + (type === 'tmpfs' ? content : 0) + reserve
  if (available >= needed) return
  const about = unpacked === undefined ? 'about ' : ''
  throw new Failure(
    'image.memory',
    `the image needs ${mebibytes(needed)} of memory, ${mebibytes(available)} are available (image ${mebibytes(size)}${
      type === 'tmpfs' ? `, ${about}${mebibytes(content)} unpacked` : ''
    }, ${mebibytes(reserve)} to run)`,
    { hint: type === 'tmpfs' ? "node_root type 'image' needs less" : 'make the image smaller or give the node memory' },
  )
}
