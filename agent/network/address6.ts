import { readFile } from 'node:fs/promises'
import { isIPv6 } from 'node:net'
import { Failure } from '../../engine/failure.ts'
import { run } from '../system/run.ts'
import { waitFor } from '../system/wait.ts'
import { type AskOptions, addressesOf, duplicates, type Given } from './address.ts'
import type { DhcpOptions } from './dhcp/lease.ts'
import { acquireLease6, askInformation, keepLease6, type Lease6 } from './dhcp6/client.ts'
import { openDhcp6Socket } from './dhcp6/socket.ts'
import { linkTo } from './mtu.ts'

/** Seconds that a DHCPv6 server has after a router's advertisement has given an address: the site may have meant both. */
const leaseWait = 3

/** Seconds for a router's word of what the leased address reaches. */
const routeWait = 15

/** Milliseconds for the answer to what is good to know: its server is on the segment or nowhere. */
const informationWait = 1_500

const life = (seconds: number): string => (Number.isFinite(seconds) ? String(Math.floor(seconds)) : 'forever')

/** Sets a leased address: one of 128 bits, as only routers say what is on the link. */
const take = ({ device, log }: AskOptions, { address, leaseTime, preferred }: Lease6): Promise<string> =>
  run(log, 'ip', [
    ...['-6', 'address', 'replace', `${address}/128`, 'dev', device],
    ...['valid_lft', life(leaseTime), 'preferred_lft', life(preferred)],
  ])

/** Takes a lease and renews it until the boot is over. Throws 'network.address' when another machine has the address. */
const takeLease = async (options: AskOptions, client: DhcpOptions, lease: Lease6): Promise<void> => {
  const { device, log, budget } = options
  log.info(`${device}: ${lease.address} by DHCPv6 for ${lease.leaseTime} s`)
  await take(options, lease)
  if ((await duplicates(device)).includes(lease.address))
    throw new Failure('network.address', `${device}: another machine has ${lease.address}, which DHCPv6 gave`, {
      hint: 'the DHCPv6 server gives an address that somebody has set by hand',
    })
  const renewed = async (held: Lease6) => void (await take(options, held))
  const keep = async () => {
    for (let held: Lease6 | undefined = lease; held !== undefined; ) {
      if ((await keepLease6(client, held, renewed)) === 'ended') break
      log.error(`the lease of ${held.address} is lost; asking for a new one`)
      held = await acquireLease6(client, budget)
      if (held) await take(options, held)
    }
  }
  void keep()
    .catch((thrown) => log.error(`the lease is not renewed any more: ${thrown}`))
    .finally(() => client.wire.close())
}

/** The first address that a device may speak from. */
const usable = async (device: string, scope: 'global' | 'link'): Promise<string | undefined> =>
  (await addressesOf(device, '-6', scope)).find(({ tentative, dadfailed }) => !tentative && !dadfailed)?.local

/** What came first: a lease, or an advertised address whose time for a lease is over. */
const firstGiven = async (options: AskOptions, client: DhcpOptions) => {
  const { device, budget, progress, signal } = options
  let lease: Lease6 | undefined
  const enough = new AbortController()
  const asking = acquireLease6({ ...client, signal: AbortSignal.any([signal, enough.signal]) }, budget).then(
    (answer) => {
      lease = answer
    },
  )
  let since: number | undefined
  const address = await waitFor(budget, async () => {
    progress()
    if (lease) return lease.address
    const advertised = await usable(device, 'global')
    if (advertised === undefined) return undefined
    since ??= performance.now()
    return performance.now() - since > leaseWait * 1000 ? advertised : undefined
  })
  enough.abort()
  await asking // what is asked next has the socket for itself
  return { lease, address }
}

/** A lease leads nowhere: only a router says what is on the link, and how to leave it. */
const awaitRoute = async ({ device, towards, log }: AskOptions): Promise<void> => {
  const route = await waitFor(routeWait, async () => (isIPv6(towards) ? linkTo(towards) : true))
  if (route === undefined)
    log.warning(`${device}: no router advertises a way to ${towards}; an address by DHCPv6 alone leads nowhere`)
}

/**
 * Asks for an IPv6 address, of routers and of DHCPv6 servers alike: the kernel does not say what an advertisement asks for.
 * With an advertised address alone the servers are asked for name servers. undefined when nobody gave an address.
 */
export const givenAddress6 = (options: AskOptions): Promise<Given | undefined> => {
  const { device, budget, log, progress, signal } = options
  return log.step(`asking for an address of ${device} by router advertisements and DHCPv6`, async () => {
    const linkLocal = await waitFor(budget, () => usable(device, 'link'))
    if (linkLocal === undefined) return undefined
    const mac = (await readFile(`/sys/class/net/${device}/address`, 'utf8')).trim()
    const wire = await openDhcp6Socket(device, linkLocal)
    const client: DhcpOptions = { wire, mac, log, progress, signal }
    const { lease, address } = await firstGiven(options, client)
    if (lease) {
      await takeLease(options, client, lease)
      await awaitRoute(options)
      return lease
    }
    const told = address === undefined ? undefined : await askInformation({ ...client, patience: informationWait })
    await wire.close()
    if (address === undefined) return undefined
    log.info(`${device}: ${address}, advertised by a router`)
    return { dns: told?.dns ?? [], search: told?.search ?? [] }
  })
}
