import { randomInt } from 'node:crypto'
import { askUntil, type Client, clientOf, type DhcpOptions, exchange, renewUntil } from './lease.ts'
import { type DhcpAnswer, type DhcpRequest, decodeAnswer, encodeRequest } from './message.ts'

const ask = (
  client: Client,
  request: Omit<DhcpRequest, 'transaction' | 'mac' | 'seconds'>,
  to: string | 'all' = 'all',
): Promise<DhcpAnswer | undefined> => {
  const transaction = randomInt(2 ** 32)
  const seconds = (client.now() - client.began) / 1000
  const wanted = request.type === 'discover' ? ['offer'] : ['ack', 'nak']
  return exchange(client, encodeRequest({ ...request, transaction, mac: client.mac, seconds }), to, (message) => {
    const answer = decodeAnswer(message)
    return answer?.transaction === transaction && wanted.includes(answer.type) ? answer : undefined
  })
}

/** One attempt: the address that the firmware had is asked for as long as nobody denies it, then whatever is offered. */
const attempt = async (client: Client, former: string | undefined): Promise<DhcpAnswer | 'denied' | undefined> => {
  if (former !== undefined) {
    const answer = await ask(client, { type: 'request', requested: former })
    return answer?.type === 'nak' ? 'denied' : answer
  }
  const offer = await ask(client, { type: 'discover' })
  if (offer?.server === undefined) return undefined
  const answer = await ask(client, { type: 'request', requested: offer.address, server: offer.server })
  return answer?.type === 'ack' ? answer : undefined
}

/**
 * Asks for an address until a server gives one; undefined when `seconds` are over or the signal came. `former` is an address
 * that the interface has from before; servers that do not know it stay silent, so it is asked for three times at most.
 */
export const acquireLease = (
  options: DhcpOptions,
  seconds: number,
  former?: string,
): Promise<DhcpAnswer | undefined> => {
  const client = clientOf(options)
  let asked = former
  return askUntil(client, seconds, async (count) => {
    const answer = await attempt(client, asked)
    if (answer === 'denied' || count >= 3) asked = undefined
    return answer
  })
}

/** Renews a lease until the signal comes. Resolves to `lost` when nobody renewed it in time. */
export const keepLease = (
  options: DhcpOptions,
  lease: DhcpAnswer,
  renewed: (lease: DhcpAnswer) => Promise<void>,
): Promise<'lost' | 'ended'> => {
  const client = clientOf(options)
  const renew = async (held: DhcpAnswer, isLate: boolean) => {
    const answer = await ask(client, { type: 'request', own: held.address }, isLate ? 'all' : (held.server ?? 'all'))
    return answer?.type === 'nak' ? 'denied' : answer
  }
  return renewUntil(client, lease, renew, renewed)
}
