import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { setTimeout } from 'node:timers/promises'
import type { Channel } from './transport.ts'

/** How long the last output may be on its way; what the process has left running may keep its streams open for ever. */
const graceMs = 1_000

const over = async (stream: Readable): Promise<void> => {
  if (!stream.readableEnded && !stream.destroyed) await once(stream, 'end').catch(() => {})
}

/** After a process has ended: waits for its last output, which whoever calls reads. */
export const drained = async ({ stdout, stderr }: Pick<Channel, 'stdout' | 'stderr'>): Promise<void> => {
  const late = new AbortController()
  const grace = setTimeout(graceMs, undefined, late).catch(() => {})
  await Promise.race([grace, Promise.all([over(stdout), over(stderr)])])
  late.abort()
}
