import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '../../engine/log.ts'
import { sizeText } from './machine.ts'

/** Milliseconds between two looks at the disks; the watchdog waits for 20 s at least. */
const every = 5_000

/** Devices that lie on disks, or on memory: what they write the disks write, too. */
const isVirtual = (name: string): boolean => /^(?:md|dm-|loop|z?ram)\d/.test(name)

/** What the disks have done since the kernel started: requests of every kind that came to their end, and bytes written. */
const workOf = async (blocks: string): Promise<{ readonly requests: number; readonly written: number }> => {
  let [requests, written] = [0, 0]
  for (const name of await readdir(blocks).catch(() => [])) {
    if (isVirtual(name)) continue
    const text = await readFile(join(blocks, name, 'stat'), 'utf8').catch(() => '') // it may have been pulled
    // Documentation/block/stat.rst: reads, writes, discards and flushes; sectors of 512 bytes
    const fields = text.trim().split(/\s+/).map(Number)
    for (const field of [0, 4, 11, 15]) requests += fields[field] ?? 0
    written += (fields[6] ?? 0) * 512
  }
  return { requests, written }
}

/**
 * Does something that may take long on a slow disk: as long as disks come to the end of requests it tells how much they have
 * written, which is progress for the watchdog as well. A disk that hangs makes none.
 */
export const whileDisksMove = async <T>(
  log: Pick<Log, 'progress'>,
  work: () => Promise<T>,
  { blocks = '/sys/block', interval = every } = {},
): Promise<T> => {
  const first = await workOf(blocks)
  const over = new AbortController()
  const watch = async () => {
    let last = first
    while (await sleep(interval, true, { signal: over.signal }).catch(() => false)) {
      const now = await workOf(blocks)
      if (now.requests > last.requests) log.progress(`${sizeText(now.written - first.written)} written so far`)
      last = now
    }
  }
  const watching = watch()
  try {
    return await work()
  } finally {
    over.abort()
    await watching
  }
}
