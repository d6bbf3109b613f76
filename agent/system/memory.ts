import { readFile } from 'node:fs/promises'

/** Bytes that programs can still have, as /proc/meminfo says it (MemAvailable). */
export const parseAvailable = (meminfo: string): number | undefined => {
  const kib = /^MemAvailable:\s+(\d+) kB$/m.exec(meminfo)?.[1]
  return kib === undefined ? undefined : Number(kib) * 1024
}

export const availableMemory = async (): Promise<number | undefined> =>
  parseAvailable(await readFile('/proc/meminfo', 'utf8'))

/** Bytes in MiB, for people. */
export const mebibytes = (bytes: number): string => `${Math.ceil(bytes / 1024 ** 2)} MiB`
