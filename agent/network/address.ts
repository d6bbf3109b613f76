import { readFile } from 'node:fs/promises'
import type { Log } from '../../engine/log.ts'
import { tool } from '../../engine/process.ts'
import { run } from '../system/run.ts'
import { waitFor } from '../system/wait.ts'
import { runAll } from './batch.ts'
import type { CommandLine } from './commands.ts'
import { acquireLease, keepLease } from './dhcp/client.ts'
import type { DhcpOptions } from './dhcp/lease.ts'
import type { DhcpAnswer } from './dhcp/message.ts'
import { openDhcpSocket } from './dhcp/socket.ts'

export type AskOptions = {
  readonly device: string
  /** Its MTU is given by the inventory. */
  readonly hasMtu: boolean
  /** The provisioner's host, which a route has to lead to. */
  readonly towards: string
  /** Seconds that may go by before a server gives an address. */
  readonly budget: number
  readonly log: Log
  readonly progress: () => void
  readonly signal: AbortSignal
}

/** What a node was given beside its address; `leaseTime` in seconds, where it was leased. */
export type Given = Pick<DhcpAnswer, 'dns' | 'search'> & { readonly leaseTime?: number }

type Shown = { addr_info?: { local: string; scope: string; tentative?: boolean; dadfailed?: boolean }[] }

/** Addresses of a device in one family. */
export const addressesOf = async (device: string, family: '-4' | '-6', wanted: 'global' | 'link' = 'global') => {
  const shown = JSON.parse((await tool('ip', ['-json', family, 'address', 'show', 'dev', device])) || '[]') as Shown[]
  return shown.flatMap(({ addr_info = [] }) => addr_info).filter(({ scope }) => scope === wanted)
}

const leaseCommands = (device: string, lease: DhcpAnswer, hasMtu: boolean): readonly CommandLine[] => {
  const life = Number.isFinite(lease.leaseTime) ? String(Math.floor(lease.leaseTime)) : 'forever'
  const [router] = lease.routers
  const routes = [...(router === undefined ? [] : [{ to: 'default', via: router }]), ...lease.routes]
  return [
    ...(lease.mtu === undefined || hasMtu ? [] : [['ip', 'link', 'set', device, 'mtu', String(lease.mtu)] as const]),
    [
      ...(['ip', 'address', 'replace', `${lease.address}/${lease.prefix}`, 'dev', device] as const),
      ...['valid_lft', life, 'preferred_lft', life],
    ],
    ...routes.map(
      ({ to, via }): CommandLine => [
        ...(['ip', 'route', 'replace', to] as const),
        ...(via === '0.0.0.0' ? [] : ['via', via]),
        ...['dev', device],
      ],
    ),
  ]
}

/**
 * Asks for an IPv4 address by DHCP and renews it until the boot is over. The address lives no longer than the lease: the
 * real root's network service goes on with it. undefined when no server gave one.
 */
export const leaseAddress = async (options: AskOptions): Promise<DhcpAnswer | undefined> => {
  const { device, hasMtu, budget, log, progress, signal } = options
  const mac = (await readFile(`/sys/class/net/${device}/address`, 'utf8')).trim()
  const wire = await openDhcpSocket(device)
  const client: DhcpOptions = { wire, mac, log, progress, signal }
  const take = (lease: DhcpAnswer) => runAll(log, leaseCommands(device, lease, hasMtu))
  const [former] = await addressesOf(device, '-4')
  const lease = await log.step(`asking for an address of ${device} by DHCP`, () =>
    acquireLease(client, budget, former?.local),
  )
  if (lease === undefined) {
    await wire.close()
    return undefined
  }
  log.info(`${device}: ${lease.address}/${lease.prefix} from ${lease.server ?? 'a server'} for ${lease.leaseTime} s`)
  if (former && former.local !== lease.address)
    await run(log, 'ip', ['-4', 'address', 'flush', 'dev', device, 'to', former.local]).catch(() => {})
  await take(lease)
  const keep = async () => {
    // background: what was lost is asked for again, as long as the boot goes on
    for (let held: DhcpAnswer | undefined = lease; held !== undefined; ) {
      if ((await keepLease(client, held, take)) === 'ended') break
      log.error(`the lease of ${held.address} is lost; asking for a new one`)
      held = await acquireLease(client, budget)
      if (held) await take(held)
    }
  }
  void keep()
    .catch((thrown) => log.error(`the lease is not renewed any more: ${thrown}`))
    .finally(() => wire.close())
  return lease
}

/** Seconds that the search for duplicates of an IPv6 address takes at most, once there is carrier. */
const duplicateWait = 5

/**
 * Waits until the kernel has looked for duplicates of the IPv6 addresses of a link, before which nothing can be sent from
 * them. Returns those that another machine has.
 */
export const duplicates = async (device: string): Promise<readonly string[]> => {
  await waitFor(duplicateWait, async () =>
    (await addressesOf(device, '-6')).some(({ tentative, dadfailed }) => tentative && !dadfailed) ? undefined : true,
  )
  return (await addressesOf(device, '-6')).filter(({ dadfailed }) => dadfailed).map(({ local }) => local)
}

/** Sets an IPv6 address anew: the kernel looks for duplicates once, when an address is set and there is carrier. */
export const setAnew = (device: string, address: string, log: Log): Promise<void> =>
  runAll(
    log,
    ['delete', 'replace'].map((verb) => ['ip', '-6', 'address', verb, address, 'dev', device]),
  )
