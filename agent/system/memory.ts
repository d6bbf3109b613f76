import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'

/** Bytes of memory: all of it, and what programs can still have. */
export type Memory = { readonly total: number; readonly available: number }

/** What /proc/meminfo says (MemTotal, MemAvailable); undefined when it says neither. */
export const parseMemory = (meminfo: string): Memory | undefined => {
  const bytes = (name: string) => {
    const kib = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(meminfo)?.[1]
    return kib === undefined ? undefined : Number(kib) * 1024
  }
  const [total, available] = [bytes('MemTotal'), bytes('MemAvailable')]
  return total === undefined || available === undefined ? undefined : { total, available }
}

export const readMemory = async (): Promise<Memory | undefined> => parseMemory(await readFile('/proc/meminfo', 'utf8'))

/** Options of a tmpfs. Where there are several NUMA nodes its pages go round them; else the first one alone would hold it all. */
export const tmpfsOptions = (
  size: string,
  hasNodes = existsSync('/sys/devices/system/node/node1'),
): readonly string[] => [`size=${size}`, 'mode=0755', ...(hasNodes ? ['mpol=interleave'] : [])]

/**
 * Options of a tmpfs for one large file. From Linux 6.14 on its memory comes in pages as large as what is written at once, which
 * spares more than a quarter of the time that a download takes of the processor; before, a file that grows gets small pages.
 */
export const largeFileOptions = (
  size: string,
  hasHuge = existsSync('/sys/kernel/mm/transparent_hugepage/shmem_enabled'),
): readonly string[] => [...tmpfsOptions(size), ...(hasHuge ? ['huge=within_size'] : [])]

/** Bytes in MiB, for people. */
export const mebibytes = (bytes: number): string => `${Math.ceil(bytes / 1024 ** 2)} MiB`
