import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '../../../engine/log.ts'
import { pause } from '../../system/retry.ts'
import { type DhcpAnswer, type DhcpRequest, decodeAnswer, encodeRequest } from './message.ts'
import type { DhcpWire } from './socket.ts'

export type DhcpOptions = {
  readonly wire: DhcpWire
  /** Of the interface: servers know the node by it. */
  readonly mac: string
  readonly log: Log
  /** Called whenever something was tried. */
  readonly progress: () => void
  readonly signal?: AbortSignal
  readonly random?: () => number
  readonly now?: () => number
  readonly wait?: (ms: number) => Promise<unknown>
}

/** Milliseconds that a server has to answer, and the first and the longest pause before it is asked again. */
const patience = 4_000
const firstPause = 1_000
const longestPause = 30_000

/** Asks for less than this many seconds apart would load the server and renew nothing sooner. */
const shortestRenewal = 30

type Client = Required<Pick<DhcpOptions, 'random' | 'now' | 'wait'>> & DhcpOptions & { readonly began: number }

const clientOf = (options: DhcpOptions): Client => {
  const now = options.now ?? performance.now.bind(performance)
  const wait =
    options.wait ??
    ((ms: number) =>
      sleep(ms, undefined, options.signal === undefined ? {} : { signal: options.signal }).catch(() => {}))
  return { random: Math.random, ...options, now, wait, began: now() }
}

const exchange = async (
  client: Client,
  request: Omit<DhcpRequest, 'transaction' | 'mac' | 'seconds'>,
  to: string | 'all' = 'all',
): Promise<DhcpAnswer | undefined> => {
  const transaction = randomInt(2 ** 32)
  const seconds = (client.now() - client.began) / 1000
  const wanted = request.type === 'discover' ? ['offer'] : ['ack', 'nak']
  client.progress()
  await client.wire.send(encodeRequest({ ...request, transaction, mac: client.mac, seconds }), to)
  for (const end = client.now() + patience; ; ) {
    const message = await client.wire.next(Math.max(0, end - client.now()))
    if (message === undefined) return undefined
    const answer = decodeAnswer(message)
    if (answer?.transaction === transaction && wanted.includes(answer.type)) return answer
  }
}

/** One attempt: the address that the firmware had is asked for as long as nobody denies it, then whatever is offered. */
const attempt = async (client: Client, former: string | undefined): Promise<DhcpAnswer | 'denied' | undefined> => {
  if (former !== undefined) {
    const answer = await exchange(client, { type: 'request', requested: former })
    return answer?.type === 'nak' ? 'denied' : answer
  }
  const offer = await exchange(client, { type: 'discover' })
  if (offer?.server === undefined) return undefined
  const answer = await exchange(client, { type: 'request', requested: offer.address, server: offer.server })
  return answer?.type === 'ack' ? answer : undefined
}

/**
 * Asks for an address until a server gives one: with full jitter between the attempts, so that a thousand nodes that were
 * switched on together do not ask in step. undefined when `seconds` are over or the signal came. `former` is an address
 * that the interface has from before; servers that do not know it stay silent, so it is asked for three times at most.
 */
export const acquireLease = async (
  options: DhcpOptions,
  seconds: number,
  former?: string,
): Promise<DhcpAnswer | undefined> => {
  const client = clientOf(options)
  let asked = former
  for (let count = 1; !client.signal?.aborted; count++) {
    const answer = await attempt(client, asked)
    if (answer !== undefined && answer !== 'denied') return answer
    if (answer === 'denied' || count >= 3) asked = undefined
    const ms = answer === 'denied' ? 0 : pause(count, firstPause, longestPause, client.random)
    if (client.now() - client.began + ms > seconds * 1000) return undefined
    if (answer === undefined)
      client.log.warning(`no DHCP server answers (attempt ${count}); the next in ${(ms / 1000).toFixed(1)} s`)
    await client.wait(ms)
  }
  return undefined
}

/**
 * Renews a lease until the signal comes: asks its server when half of the time is over, any server later. Resolves to
 * `lost` when nobody renewed it in time.
 */
export const keepLease = async (
  options: DhcpOptions,
  lease: DhcpAnswer,
  renewed: (lease: DhcpAnswer) => Promise<void>,
): Promise<'lost' | 'ended'> => {
  const client = clientOf(options)
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
    const to = left(held.rebinding) > 0 ? (held.server ?? 'all') : 'all'
    const answer = await exchange(client, { type: 'request', own: held.address }, to)
    if (client.signal?.aborted) return 'ended'
    if (answer?.type === 'nak') return 'lost'
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
