import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { Failure } from '../../engine/failure.ts'
import type { Log } from '../../engine/log.ts'
import { type Journal, openJournal, readJournal } from './journal.ts'
import { withLabLock } from './lock.ts'
import { createNamespace, ipBatch, linksIn, setAddress } from './namespace.ts'
import { checkLabOptions, type LabOptions } from './options.ts'
import { bridge, labPaths, namespaceOf, nodePaths, tapsOf } from './paths.ts'
import { machineOf } from './power.ts'
import { endProcesses } from './processes.ts'
import { plugPorts, startSwitch } from './switch.ts'

const refuseOther = ({ directory, name }: LabOptions): void => {
  const other = readJournal(directory).find((entry) => entry.kind === 'namespace' && entry.name !== namespaceOf(name))
  if (other)
    throw new Failure('lab.name', `another lab than '${name}' is up in ${directory}`, {
      hint: 'tear that one down first, or choose another directory',
    })
}

/** Keeps the options for the commands that are given the directory only. */
const saveOptions = (options: LabOptions, journal: Journal): void => {
  const file = labPaths(options.directory).options
  journal.record({ kind: 'path', path: 'lab.json' }, { kind: 'path', path: 'lab.json.new' })
  writeFileSync(`${file}.new`, `${JSON.stringify(options, null, 2)}\n`, { mode: 0o600 })
  renameSync(`${file}.new`, file)
}

/** Ends and forgets the nodes of an earlier `up` that are no longer in the options. */
const removeOtherNodes = async ({ directory, nodes }: LabOptions): Promise<void> => {
  const names = new Set(nodes.map((node) => node.name))
  mkdirSync(labPaths(directory).nodes, { recursive: true, mode: 0o700 })
  const others = readdirSync(labPaths(directory).nodes).filter((name) => !names.has(name))
  await endProcesses(others.flatMap((name) => machineOf(directory, name) ?? []))
  for (const name of others) rmSync(nodePaths(directory, name).directory, { recursive: true })
}

/**
 * The commands of ip(8) that make a tap. Frames on it are the switch's alone: the kernel, which sees them too, must
 * neither answer ARP for the head node's address there, with the tap's MAC, nor give the tap an address.
 */
const tapCommands = (tap: string): string[] => [
  `tuntap add dev ${tap} mode tap`,
  `link set dev ${tap} addrgenmode none`,
  `link set dev ${tap} arp off up`,
]

const createTaps = async (options: LabOptions, journal: Journal): Promise<void> => {
  const namespace = namespaceOf(options.name)
  const present = new Set((await linksIn(namespace)).map((link) => link.name))
  const missing = options.nodes.flatMap(tapsOf).filter((tap) => !present.has(tap))
  journal.record(...missing.map((name) => ({ kind: 'device', name }) as const))
  await ipBatch(namespace, missing.flatMap(tapCommands))
}

/** Taps that no port of the switch uses any more. */
const removeOtherTaps = async (options: LabOptions): Promise<void> => {
  const namespace = namespaceOf(options.name)
  const taps = new Set(options.nodes.flatMap(tapsOf))
  const others = (await linksIn(namespace)).filter(
    ({ name }) => !taps.has(name) && !['lo', bridge, 'ovs-netdev'].includes(name),
  )
  await ipBatch(
    namespace,
    others.map(({ name }) => `link delete ${name}`),
  )
}

/**
 * Brings the lab up with all nodes switched off: namespace, switch with the head node's address, a port or an LACP bond
 * for each node. What stands and answers is kept; nodes that run go on.
 * Throws a Failure when the options are wrong, a tool is missing or another command works on the same lab.
 */
export const labUp = async (options: LabOptions, log: Log): Promise<void> => {
  checkLabOptions(options)
  if (process.getuid?.() !== 0)
    throw new Failure('lab.root', 'only root can bring a lab up: it makes a network namespace', { hint: 'use sudo' })
  const { directory, address } = options
  const namespace = namespaceOf(options.name)
  // A console is a root shell on a node, and disks may hold its secrets.
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  await withLabLock(directory, 'exclusive', async () => {
    const journal = openJournal(directory)
    refuseOther(options)
    await log.step(`making the namespace ${namespace}`, () => createNamespace(namespace, journal))
    journal.record({ kind: 'path', path: 'nodes' })
    saveOptions(options, journal)
    await startSwitch(options, journal, log)
    await log.step(`plugging ${options.nodes.length} nodes in`, async () => {
      await removeOtherNodes(options)
      await createTaps(options, journal)
      await plugPorts(options)
      await removeOtherTaps(options)
      await setAddress(namespace, bridge, address)
    })
  })
}
