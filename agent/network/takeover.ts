import { tool } from '../../engine/process.ts'
import type { CommandLine } from './commands.ts'

type Address = {
  readonly family: 'inet' | 'inet6'
  readonly local: string
  readonly prefixlen: number
  /** Seconds; absent for ever. */
  readonly valid?: number
  readonly preferred?: number
}

type Route = { readonly family: 'inet' | 'inet6'; readonly to: string; readonly via?: string; readonly metric?: number }

/** Addresses and routes that a link has. */
export type Taken = { readonly addresses: readonly Address[]; readonly routes: readonly Route[] }

type ShownLink = {
  ifname?: string
  addr_info?: {
    family: string
    local: string
    prefixlen: number
    scope: string
    dadfailed?: boolean
    valid_life_time?: number
    preferred_life_time?: number
  }[]
}
type ShownRoute = { dst: string; gateway?: string; dev?: string; protocol?: string; metric?: number }

const forever = 0xffff_ffff

const list = <T>(json: string): T[] => JSON.parse(json || '[]') as T[]

const lifetime = (name: 'valid' | 'preferred', seconds: number | undefined) =>
  seconds === undefined || seconds >= forever ? {} : { [name]: seconds }

const routesOf = (json: string, device: string, family: Route['family']): Route[] =>
  list<ShownRoute>(json)
    // the kernel makes its own again with the address, and routers advertise theirs again
    .filter(({ dev, protocol }) => dev === device && protocol !== 'kernel' && protocol !== 'ra')
    // left by a DHCP client that was killed
    .filter(({ dst }) => dst !== '255.255.255.255')
    .map(({ dst, gateway, metric }) => ({
      family,
      to: dst,
      ...(gateway === undefined ? {} : { via: gateway }),
      // 1024 is what the kernel gives an IPv6 route when nothing is said
      ...(metric === undefined || (family === 'inet6' && metric === 1024) ? {} : { metric }),
    }))

/** What `ip -json` shows of addresses and of the routes of both families, by the device that has an address. */
export const parseTaken = (addresses: string, routes4: string, routes6: string): ReadonlyMap<string, Taken> =>
  new Map(
    list<ShownLink>(addresses).flatMap(({ ifname = '', addr_info = [] }) => {
      const global = addr_info
        // what another machine has was never the link's own
        .filter(({ scope, dadfailed }) => scope === 'global' && !dadfailed)
        .map(
          ({ family, local, prefixlen, valid_life_time, preferred_life_time }): Address => ({
            family: family === 'inet6' ? 'inet6' : 'inet',
            local,
            prefixlen,
            ...lifetime('valid', valid_life_time),
            ...lifetime('preferred', preferred_life_time),
          }),
        )
      if (global.length === 0) return []
      const routes = [...routesOf(routes4, ifname, 'inet'), ...routesOf(routes6, ifname, 'inet6')]
      return [[ifname, { addresses: global, routes }] as const]
    }),
  )

/** What every link has now: the firmware's or the kernel's own configuration may have left the boot card with an address. */
export const readTaken = async (): Promise<ReadonlyMap<string, Taken>> => {
  const addresses = await tool('ip', ['-json', 'address', 'show'])
  const routes = (family: string) => tool('ip', ['-json', family, 'route', 'show'])
  // most links have nothing, and to start a process takes its time
  if (parseTaken(addresses, '', '').size === 0) return new Map()
  return parseTaken(addresses, ...(await Promise.all([routes('-4'), routes('-6')])))
}

/** Seconds that an address lives on beside the one that the inventory gives: connections over it end in peace. */
export const farewell = 600

/**
 * Gives a link what another one had. The same addresses and routes, so that open connections go on. An address of a
 * family for which the inventory gives another one (`given`) fades out.
 */
export const takenCommands = (device: string, taken: Taken, given: readonly string[]): readonly CommandLine[] => {
  const isGiven = ({ family }: Address) => given.some((address) => address.includes(':') === (family === 'inet6'))
  const addresses = taken.addresses
    .filter(({ local, prefixlen }) => !given.includes(`${local}/${prefixlen}`))
    .map((address): CommandLine => {
      const { family, local, prefixlen, valid, preferred } = address
      const lives = isGiven(address)
        ? ['valid_lft', String(farewell), 'preferred_lft', '0']
        : valid === undefined
          ? []
          : ['valid_lft', String(valid), 'preferred_lft', String(preferred ?? valid)]
      const whole = `${local}/${prefixlen}`
      return family === 'inet6'
        ? ['ip', '-6', 'address', 'replace', whole, 'dev', device, ...lives, 'nodad'] // it was ours a moment ago
        : ['ip', 'address', 'replace', whole, 'dev', device, ...lives]
    })
  const routes = taken.routes
    .toSorted((a, b) => Number(a.via !== undefined) - Number(b.via !== undefined)) // a gateway may lie behind a link's route
    .map(
      ({ family, to, via, metric }): CommandLine =>
        [
          ...(['ip', ...(family === 'inet6' ? ['-6'] : []), 'route', 'replace', to] as const),
          ...(via === undefined ? [] : ['via', via]),
          ...['dev', device],
          ...(metric === undefined ? [] : ['metric', String(metric)]),
        ] as CommandLine,
    )
  return [...addresses, ...routes]
}
