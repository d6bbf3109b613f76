import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '../../../engine/log.ts'
import { pause } from '../../system/retry.ts'
import type { DhcpWire } from './socket.ts'

// How a client asks until it is answered, and keeps what it was given, whatever the family.

export type DhcpOptions = {
  readonly wire: DhcpWire
  /** Of the interface: servers know the node by it. */
  readonly mac: string
  readonly log: Log
  /** Called whenever something was tried. */
  readonly progress: () => void
  readonly signal?: AbortSignal
  /** Milliseconds that a server has to answer; 4 s when absent. */
  readonly patience?: number
  readonly random?: () => number
  readonly now?: () => number
  readonly wait?: (ms: number) => Promise<unknown>
}

export type Client = Required<Pick<DhcpOptions, 'random' | 'now' | 'wait'>> & DhcpOptions & { readonly began: number }

export const clientOf = (options: DhcpOptions): Client => {
  const now = options.now ?? performance.now.bind(performance)
  const wait =
    options.wait ??
    ((ms: number) =>
      sleep(ms, undefined, options.signal === undefined ? {} : { signal: options.signal }).catch(() => {}))
  return { random: Math.random, ...options, now, wait, began: now() }
}

const usualPatience = 4_000

/** Milliseconds of the first and the longest pause before a server is asked again. */
const firstPause = 1_000
const longestPause = 30_000

/** Milliseconds between two looks at the signal while it waits for an answer. */
const look = 250

/** Asks for less than this many seconds apart would load the server and renew nothing sooner. */
const shortestRenewal = 30

/** Sends a request and waits for the answer that `pick` takes. */
export const exchange = async <A>(
  client: Client,
  request: Buffer,
  to: string | 'all',
  pick: (message: Buffer) => A | undefined,
): Promise<A | undefined> => {
  client.progress()
  await client.wire.send(request, to)
  for (const end = client.now() + (client.patience ?? usualPatience); ; ) {
    const message = await client.wire.next(Math.min(look, Math.max(0, end - client.now())))
    const answer = message && pick(message)
    if (answer !== undefined) return answer
    if (message === undefined && (client.signal?.aborted || client.now() >= end)) return undefined
  }
}

/**
 * Tries until there is an answer: with full jitter between the attempts, so that a thousand nodes that were switched on
 * together do not ask in step. `denied` is tried again at once. undefined when `seconds` are over or the signal came.
 */
export const askUntil = async <A>(
  client: Client,
  seconds: number,
  attempt: (count: number) => Promise<A | 'denied' | undefined>,
): Promise<A | undefined> => {
  for (let count = 1; !client.signal?.aborted; count++) {
    const answer = await attempt(count)
    if (answer !== undefined && answer !== 'denied') return answer
    const ms = answer === 'denied' ? 0 : pause(count, firstPause, longestPause, client.random)
    if (client.now() - client.began + ms > seconds * 1000) return undefined
    if (answer === undefined && !client.signal?.aborted)
      client.log.warning(`no DHCP server answers (attempt ${count}); the next in ${(ms / 1000).toFixed(1)} s`)
    await client.wait(ms)
  }
  return undefined
}

export type Lease = {
  readonly address: string
  /** Seconds, Infinity for ever; when to ask its server again, and when any. */
  readonly leaseTime: number
  readonly renewal: number
  readonly rebinding: number
}

/**
 * Renews a lease until the signal comes: asks its server when it is due, any server later (`isLate`). Resolves to `lost`
 * when nobody renewed it in time.
 */
export const renewUntil = async <L extends Lease>(
  client: Client,
  lease: L,
  ask: (held: L, isLate: boolean) => Promise<L | 'denied' | undefined>,
  renewed: (lease: L) => Promise<void>,
): Promise<'lost' | 'ended'> => {
  let held = lease
  let since = client.now()
  const left = (seconds: number) => seconds - (client.now() - since) / 1000
  for (;;) {
    if (!Number.isFinite(held.renewal)) return 'ended'
    // when it is due, and then at half of what is left until the next limit
    const isDue = left(held.renewal) <= 0
    const limit = left(held.rebinding) > 0 ? left(held.rebinding) : left(held.leaseTime)
    await client.wait(1000 * (isDue ? Math.max(shortestRenewal, limit / 2) : left(held.renewal)))
    if (client.signal?.aborted) return 'ended'
    if (left(held.leaseTime) <= 0) return 'lost'
    const answer = await ask(held, left(held.rebinding) <= 0)
    if (client.signal?.aborted) return 'ended'
    if (answer === 'denied') return 'lost'
    if (answer === undefined) {
      client.log.warning(
        `the lease of ${held.address} is not renewed yet: no answer; ${Math.round(left(held.leaseTime))} s left`,
      )
      continue
    }
    held = answer
    since = client.now()
    client.log.info(`the lease of ${held.address} is renewed for ${held.leaseTime} s`)
    await renewed(held)
  }
}
