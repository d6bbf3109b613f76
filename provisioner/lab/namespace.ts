import { existsSync, readFileSync } from 'node:fs'
import { Failure } from '../../engine/failure.ts'
import { execute, tool } from '../../engine/process.ts'
import type { Journal } from './journal.ts'
import { loadLabOptions } from './options.ts'
import { namespaceOf } from './paths.ts'

/** Where iproute2 keeps the names of network namespaces. */
const names = '/run/netns'

const nameFile = (namespace: string): string => `${names}/${namespace}`

/** The mount points below a directory, itself included, the deepest first. */
export const mountsBelow = (directory: string): string[] =>
  readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) =>
      (line.split(' ')[1] ?? '').replace(/\\([0-7]{3})/g, (_, octal) => String.fromCharCode(Number.parseInt(octal, 8))),
    )
    .filter((place) => place === directory || place.startsWith(`${directory}/`))
    .reverse()

/** True when the name leads to a namespace; a crash can leave the name alone. */
export const namespaceStands = async (namespace: string): Promise<boolean> =>
  existsSync(nameFile(namespace)) && (await execute('ip', ['-netns', namespace, 'link', 'show', 'lo'])).code === 0

/** Makes the namespace, with its loopback up. Throws a Failure when one of that name belongs to somebody else. */
export const createNamespace = async (namespace: string, journal: Journal): Promise<void> => {
  if (existsSync(nameFile(namespace))) {
    if (!journal.has({ kind: 'namespace', name: namespace }))
      throw new Failure('lab.namespace', `the network namespace ${namespace} exists and is not of this lab`, {
        hint: `tear down the lab that made it, or end what 'ip netns pids ${namespace}' lists and run 'ip netns delete ${namespace}'`,
      })
    if (!(await namespaceStands(namespace))) await removeNamespace(namespace)
  }
  if (!existsSync(nameFile(namespace))) {
    if (!mountsBelow(names).includes(names)) journal.record({ kind: 'namespaces-mount', path: names })
    journal.record({ kind: 'namespace', name: namespace })
    await tool('ip', ['netns', 'add', namespace])
  }
  await tool('ip', ['-netns', namespace, 'link', 'set', 'lo', 'up'])
}

export const removeNamespace = async (namespace: string): Promise<void> => {
  if (existsSync(nameFile(namespace))) await tool('ip', ['netns', 'delete', namespace])
}

/** Takes a mount away that iproute2 made for the first namespace; it stays while another namespace has a name. */
export const removeNamespacesMount = async (path: string): Promise<void> => {
  if (mountsBelow(path).length === 1) await execute('umount', [path])
}

/** The processes inside a namespace. */
export const processesIn = async (namespace: string): Promise<number[]> => {
  if (!existsSync(nameFile(namespace))) return []
  const { stdout } = await execute('ip', ['netns', 'pids', namespace])
  return stdout.split('\n').filter(Boolean).map(Number)
}

/** Runs commands of ip(8) inside a namespace, all in one process. */
export const ipBatch = async (
  namespace: string,
  lines: readonly string[],
  options: { force?: boolean } = {},
): Promise<void> => {
  if (lines.length === 0) return
  const args = ['-netns', namespace, ...(options.force ? ['-force'] : []), '-batch', '-']
  if (options.force) await execute('ip', args, { stdin: `${lines.join('\n')}\n` })
  else await tool('ip', args, { stdin: `${lines.join('\n')}\n` })
}

export type Link = { readonly name: string; readonly up: boolean; readonly carrier: boolean }

/** What `ip -json link show` lists. */
export const parseLinks = (json: string): Link[] => {
  const links = JSON.parse(json || '[]') as { ifname?: string; flags?: string[] }[]
  return links.flatMap(({ ifname, flags = [] }) =>
    ifname ? [{ name: ifname, up: flags.includes('UP'), carrier: flags.includes('LOWER_UP') }] : [],
  )
}

export const linksIn = async (namespace: string): Promise<Link[]> =>
  parseLinks(await tool('ip', ['-json', '-netns', namespace, 'link', 'show']))

/** What `ip -json address show` lists, as addresses with their prefixes; those that the kernel gives itself left out. */
export const parseAddresses = (json: string): string[] => {
  const links = JSON.parse(json || '[]') as { addr_info?: { local: string; prefixlen: number; scope: string }[] }[]
  return links
    .flatMap((link) => link.addr_info ?? [])
    .flatMap(({ local, prefixlen, scope }) => (scope === 'global' ? [`${local}/${prefixlen}`] : []))
}

/** Makes `address` the only one of its family on an interface, and the interface up; what is right is not touched. */
export const setAddress = async (namespace: string, device: string, address: string): Promise<void> => {
  const present = parseAddresses(await tool('ip', ['-json', '-netns', namespace, 'address', 'show', 'dev', device]))
  const isSameFamily = (other: string) => other.includes(':') === address.includes(':')
  const others = present.filter((candidate) => candidate !== address && isSameFamily(candidate))
  await ipBatch(namespace, [
    ...others.map((other) => `address delete ${other} dev ${device}`),
    ...(present.includes(address) ? [] : [`address add ${address} dev ${device}`]),
    `link set ${device} up`,
  ])
}

/** The command line that runs `argv` inside a lab, which is given by its options or its directory. */
export const runInLab = (lab: { readonly name: string } | string, argv: readonly string[]): string[] => [
  'ip',
  'netns',
  'exec',
  namespaceOf(typeof lab === 'string' ? loadLabOptions(lab).name : lab.name),
  ...argv,
]

/** ssh's ProxyCommand for hosts inside a lab; `nc` is netcat-openbsd's. */
export const labConnect = (lab: { readonly name: string } | string): string =>
  runInLab(lab, ['nc', '%h', '%p']).join(' ')
