import { readFile } from 'node:fs/promises'
import { isIPv6 } from 'node:net'
import { execute, tool } from '../../engine/process.ts'
import { linkNames } from './cards.ts'
import type { CommandLine } from './commands.ts'

/** What every network passes. */
export const smallMtu = 1500

/** The sizes of headers between an MTU and what an echo request carries: IP and ICMP. */
const headers = { 4: 28, 6: 48 } as const

/**
 * An echo request whose frame is as large as the MTU and may not be cut. Busybox's ping sends without the permission to cut
 * as well, as the kernel has it for raw sockets.
 */
export const pingCommands = (address: string, mtu: number): readonly CommandLine[] => {
  const version = isIPv6(address) ? '6' : '4'
  const size = ['-s', String(mtu - headers[version])]
  const how = ['-c', '1', '-W', '1', ...size, address]
  return [
    ['ping', `-${version}`, '-n', '-M', 'do', ...how],
    ['busybox', 'ping', `-${version}`, ...how],
  ]
}

/** Whether an echo request came back; undefined when there is no program to send one. */
const echoes = async (address: string, mtu: number): Promise<boolean | undefined> => {
  let answer: boolean | undefined
  for (const [file, ...args] of pingCommands(address, mtu)) {
    const output = await execute(file, args, { timeout: 5_000 }).catch(() => undefined)
    if (output?.code === 0) return true
    // a ping that does not know an option fails as one whose request is lost does: the other may know better
    if (output) answer = false
  }
  return answer
}

/** The same for the best of three: a frame may be lost. */
const passes = async (address: string, mtu: number): Promise<boolean | undefined> => {
  for (let tries = 1; ; tries++) {
    const answer = await echoes(address, mtu)
    if (answer !== false || tries === 3) return answer
  }
}

/** `unknown`: nothing answers echo requests at all, or none can be sent. */
export type MtuCheck = 'passes' | 'blocked' | 'unknown'

/**
 * Whether frames as large as the MTU reach a machine and come back. Where they do not, TCP connections open and then stand
 * still: a switch that drops large frames tells nobody.
 */
export const checkMtu = async (address: string, mtu: number): Promise<MtuCheck> => {
  const large = await passes(address, mtu)
  if (large === undefined) return 'unknown'
  if (large) return 'passes'
  return (await passes(address, smallMtu)) ? 'blocked' : 'unknown'
}

/** Whether any link has a larger one: the only thing there is to check. The loopback does not count. */
export const isMtuLarge = async (sys = '/sys/class/net'): Promise<boolean> => {
  const links = (await linkNames(sys)).filter((name) => name !== 'lo')
  const sizes = await Promise.all(links.map((name) => readFile(`${sys}/${name}/mtu`, 'utf8').catch(() => '')))
  return sizes.some((size) => Number(size) > smallMtu)
}

/** The link that a machine is reached over; undefined when there is no way to it. */
export const linkTo = async (address: string): Promise<{ device: string; mtu: number } | undefined> => {
  const shown = await tool('ip', ['-json', 'route', 'get', address]).catch(() => '[]')
  const [route] = JSON.parse(shown || '[]') as { dev?: string }[]
  if (route?.dev === undefined || route.dev === 'lo') return undefined
  return { device: route.dev, mtu: Number(await readFile(`/sys/class/net/${route.dev}/mtu`, 'utf8')) }
}
