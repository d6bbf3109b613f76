import { randomInt } from 'node:crypto'
import { askUntil, type Client, clientOf, type DhcpOptions, exchange, type Lease, renewUntil } from '../dhcp/lease.ts'
import { type Dhcp6Answer, type Dhcp6Request, decodeAnswer6, encodeRequest6 } from './message.ts'

/** An answer that gives an address. */
export type Lease6 = Dhcp6Answer & Lease

/** Milliseconds within which nodes that were switched on together begin. */
const firstDelay = 1_000

const ask = (
  client: Client,
  request: Omit<Dhcp6Request, 'transaction' | 'mac' | 'seconds'>,
): Promise<Dhcp6Answer | undefined> => {
  const transaction = randomInt(2 ** 24)
  const seconds = (client.now() - client.began) / 1000
  const wanted = request.type === 'solicit' ? 'advertise' : 'reply'
  return exchange(client, encodeRequest6({ ...request, transaction, mac: client.mac, seconds }), 'all', (message) => {
    const answer = decodeAnswer6(message, client.mac)
    if (answer?.transaction !== transaction || answer.type !== wanted) return undefined
    // another server may have an address where this one has none
    return wanted === 'advertise' && !isLease(answer) ? undefined : answer
  })
}

const isLease = (answer: Dhcp6Answer | undefined): answer is Lease6 => answer?.address !== undefined

/** Asks for an address until a server gives one; undefined when `seconds` are over or the signal came. */
export const acquireLease6 = async (options: DhcpOptions, seconds: number): Promise<Lease6 | undefined> => {
  const client = clientOf(options)
  await client.wait(client.random() * firstDelay)
  return askUntil(client, seconds, async () => {
    const offer = await ask(client, { type: 'solicit' })
    if (!isLease(offer)) return undefined
    const answer = await ask(client, { type: 'request', server: offer.server, address: offer.address })
    return isLease(answer) ? answer : undefined
  })
}

/** Renews a lease until the signal comes. Resolves to `lost` when nobody renewed it in time. */
export const keepLease6 = (
  options: DhcpOptions,
  lease: Lease6,
  renewed: (lease: Lease6) => Promise<void>,
): Promise<'lost' | 'ended'> => {
  const client = clientOf(options)
  const renew = async ({ server, address }: Lease6, isLate: boolean) => {
    const answer = await ask(client, isLate ? { type: 'rebind', address } : { type: 'renew', server, address })
    return answer === undefined || isLease(answer) ? answer : 'denied'
  }
  return renewUntil(client, lease, renew, renewed)
}

/** Name servers and search domains for a node that has its address already; undefined when no server answers. */
export const askInformation = (options: DhcpOptions): Promise<Dhcp6Answer | undefined> =>
  ask(clientOf(options), { type: 'information' })
