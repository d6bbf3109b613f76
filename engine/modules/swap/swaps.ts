import { unescapeField } from '../mount/fstab.ts'

/** Reads /proc/swaps: the priority of each area that is in use, by its path. */
export const parseSwaps = (text: string): Map<string, number> => {
  const areas = new Map<string, number>()
  for (const line of text.split('\n')) {
    const [path, , , , priority] = line.split(/\s+/)
    if (path?.startsWith('/') && priority !== undefined) areas.set(unescapeField(path), Number(priority))
  }
  return areas
}

/** Bytes of a size in MiB or with a unit of 1024 (`4G`, `512MiB`), in whole pages; undefined for other texts. */
export const sizeOf = (text: string): number | undefined => {
  const [, number, unit = 'm'] = /^(\d+(?:\.\d+)?)\s*([kmgt])?(?:i?b)?$/i.exec(text) ?? []
  if (number === undefined) return undefined
  const bytes = Number(number) * 1024 ** ('kmgt'.indexOf(unit.toLowerCase()) + 1)
  return Math.ceil(bytes / 4096) * 4096
}
