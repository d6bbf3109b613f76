import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { LabNode, LabOptions } from './options.ts'

/** The switch's bridge; its internal port carries the head node's address. */
export const bridge = 'br0'

/** The network namespace of the lab with this name. */
export const namespaceOf = (name: string): string => `prelude-${name}`

/** Where a lab keeps its own things. */
export const labPaths = (directory: string) => ({
  options: join(directory, 'lab.json'),
  journal: join(directory, 'journal.jsonl'),
  switch: join(directory, 'switch'),
  nodes: join(directory, 'nodes'),
  consoles: join(directory, 'consoles'),
})

export const switchPaths = (directory: string) => {
  const place = labPaths(directory).switch
  return {
    directory: place,
    database: join(place, 'conf.db'),
    socket: join(place, 'db.sock'),
    daemon: (name: 'ovsdb-server' | 'ovs-vswitchd') => ({
      pidfile: join(place, `${name}.pid`),
      control: join(place, `${name}.ctl`),
      log: join(place, `${name}.log`),
    }),
  }
}

export const nodePaths = (directory: string, node: string) => {
  const place = join(labPaths(directory).nodes, node)
  return {
    directory: place,
    pidfile: join(place, 'qemu.pid'),
    monitor: join(place, 'qmp.sock'),
    console: join(place, 'console.sock'),
    disk: (index: number) => join(place, `disk${index}.img`),
    /** What UEFI remembers from one boot to the next. */
    firmwareVariables: join(place, 'firmware-variables.fd'),
    consoleLog: join(labPaths(directory).consoles, `${node}.log`),
  }
}

export const longestSocketPath = (options: LabOptions): string =>
  [
    switchPaths(options.directory).daemon('ovs-vswitchd').control,
    ...options.nodes.map((node) => nodePaths(options.directory, node.name).console),
  ].reduce((longest, path) => (path.length > longest.length ? path : longest))

/** The kernel allows 15 bytes for the name of an interface. */
const interfaceNameLimit = 15

/** The tap device that a node's NIC is plugged into: `n01-0`; a long name is shortened to its start and a digest. */
export const tapOf = (node: string, nic: number): string => {
  const name = `${node}-${nic}`
  if (name.length <= interfaceNameLimit) return name
  const digest = createHash('sha256').update(node).digest('hex').slice(0, 6)
  return `${node.slice(0, interfaceNameLimit - digest.length - 3)}~${digest}-${nic}`
}

export const tapsOf = (node: LabNode): string[] => node.nics.map((_, index) => tapOf(node.name, index))

export const bondOf = (node: string): string => `bond-${node}`
