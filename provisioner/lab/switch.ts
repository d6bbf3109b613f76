import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { Failure } from '../../engine/failure.ts'
import type { Log } from '../../engine/log.ts'
import { execute, tool } from '../../engine/process.ts'
import type { Journal } from './journal.ts'
import { processesIn, runInLab } from './namespace.ts'
import type { LabNode, LabOptions } from './options.ts'
import { bondOf, bridge, namespaceOf, switchPaths, tapsOf } from './paths.ts'
import { endProcesses, processOf } from './processes.ts'

/** A port of the bridge; one with several interfaces is an LACP bond. */
export type SwitchPort = { readonly name: string; readonly interfaces: readonly string[] }

export const portsOf = (node: LabNode): SwitchPort[] =>
  node.bonded
    ? [{ name: bondOf(node.name), interfaces: tapsOf(node) }]
    : tapsOf(node).map((tap) => ({ name: tap, interfaces: [tap] }))

/**
 * The arguments of ovs-vsctl that add a port. A bond falls back to its first interface alone while nobody speaks LACP
 * on the other side: the firmware boots over that one. `fast` means an LACPDU each second, a partner lost after three.
 */
export const addPort = ({ name, interfaces }: SwitchPort): string[] => {
  const [first = name] = interfaces
  if (interfaces.length === 1) return ['add-port', bridge, first]
  const lacp = ['lacp=active', 'other_config:lacp-time=fast', 'other_config:lacp-fallback-ab=true']
  return [
    'add-bond',
    bridge,
    name,
    ...interfaces,
    'bond_mode=balance-tcp',
    ...lacp,
    `other_config:bond-primary=${first}`,
  ]
}

/** What has to change for `wanted` to be the ports of the bridge that has `present`. */
export const planPorts = (wanted: readonly SwitchPort[], present: readonly SwitchPort[]) => {
  const key = (port: SwitchPort) => JSON.stringify([port.name, port.interfaces.toSorted()])
  const before = new Set(present.map(key))
  const after = new Set(wanted.map(key))
  return {
    remove: present.filter((port) => port.name !== bridge && !after.has(key(port))),
    add: wanted.filter((port) => !before.has(key(port))),
  }
}

type Table = { headings: string[]; data: unknown[][] }

const rows = (json: string): Map<string, unknown>[] => {
  const { headings, data } = JSON.parse(json) as Table
  return data.map((row) => new Map(headings.map((heading, index) => [heading, row[index]])))
}

/** The ports in the tables that `ovs-vsctl --format=json list Port` and `… list Interface` print. */
export const parsePorts = (ports: string, interfaces: string): SwitchPort[] => {
  // An atom is ["uuid", ID]; a set of several is ["set", [["uuid", ID], …]].
  const ids = (value: unknown): string[] => {
    const [kind, content] = value as [string, unknown]
    return kind === 'set' ? (content as unknown[]).flatMap(ids) : [String(content)]
  }
  const names = new Map(rows(interfaces).map((row) => [ids(row.get('_uuid'))[0], String(row.get('name'))]))
  return rows(ports).map((row) => ({
    name: String(row.get('name')),
    interfaces: ids(row.get('interfaces')).flatMap((id) => names.get(id) ?? []),
  }))
}

/** Runs ovs-vsctl on the lab's own switch; inside the namespace, where `labDown` finds it if nobody waits for it any more. */
const vsctl = async (options: LabOptions, args: readonly string[]): Promise<string> => {
  const paths = switchPaths(options.directory)
  const [file = '', ...rest] = runInLab(options, ['ovs-vsctl', `--db=unix:${paths.socket}`, '--timeout=10', ...args])
  const { code, stdout, stderr } = await execute(file, rest)
  // A port that the switch cannot use is reported in words only.
  if (code === 0 && !stderr.includes('Error detected')) return stdout
  throw new Failure('lab.switch', `the lab's switch refused: ${stderr.trim() || `ovs-vsctl ended with ${code}`}`, {
    hint: `see ${paths.daemon('ovs-vswitchd').log}`,
  })
}

/** Asks the running switch daemon, as ovs-appctl(8) does. */
export const appctl = (directory: string, args: readonly string[]): Promise<string> =>
  tool('ovs-appctl', [`--target=${switchPaths(directory).daemon('ovs-vswitchd').control}`, '--timeout=5', ...args])

const answers = async (directory: string, daemon: 'ovsdb-server' | 'ovs-vswitchd'): Promise<boolean> => {
  const { control } = switchPaths(directory).daemon(daemon)
  if (!existsSync(control)) return false
  return (await execute('ovs-appctl', [`--target=${control}`, '--timeout=5', 'version'])).code === 0
}

export const switchAnswers = async (directory: string): Promise<boolean> =>
  (await answers(directory, 'ovsdb-server')) && (await answers(directory, 'ovs-vswitchd'))

/** Starts one daemon of Open vSwitch inside the namespace unless it answers. */
const startDaemon = async (
  options: LabOptions,
  name: 'ovsdb-server' | 'ovs-vswitchd',
  args: readonly string[],
  journal: Journal,
): Promise<void> => {
  const paths = switchPaths(options.directory)
  const { pidfile, control, log } = paths.daemon(name)
  const former = processOf(pidfile, options.directory)
  if (former) {
    const isInside = (await processesIn(namespaceOf(options.name))).includes(former)
    if (isInside && (await answers(options.directory, name))) return
    await endProcesses([former])
  }
  journal.record({ kind: 'process', pidfile: `switch/${name}.pid` })
  const own = [`--pidfile=${pidfile}`, `--unixctl=${control}`, `--log-file=${log}`, '--detach']
  const [file = '', ...rest] = runInLab(options, [name, ...args, ...own])
  const place = { OVS_RUNDIR: paths.directory, OVS_LOGDIR: paths.directory, OVS_DBDIR: paths.directory }
  await tool(file, rest, { env: { ...process.env, ...place }, timeout: 20_000 })
}

const createDatabase = async (directory: string): Promise<void> => {
  const { database } = switchPaths(directory)
  if (existsSync(database)) return
  const fresh = `${database}.new`
  rmSync(fresh, { force: true })
  await tool('ovsdb-tool', ['create', fresh])
  renameSync(fresh, database)
}

/** A MAC address of its own for the bridge; else it would change with the ports. */
const bridgeMac = (name: string): string =>
  `02:${createHash('sha256')
    .update(name)
    .digest('hex')
    .slice(0, 10)
    .replace(/..(?=.)/g, '$&:')}`

/** Brings up Open vSwitch in user space and its empty bridge; what answers is kept. */
export const startSwitch = async (options: LabOptions, journal: Journal, log: Log): Promise<void> => {
  const { directory } = options
  const paths = switchPaths(directory)
  journal.record({ kind: 'path', path: 'switch' })
  mkdirSync(paths.directory, { recursive: true, mode: 0o700 })
  await log.step('starting the switch', async () => {
    await createDatabase(directory)
    await startDaemon(options, 'ovsdb-server', [paths.database, `--remote=punix:${paths.socket}`], journal)
    await vsctl(options, ['--no-wait', 'init'])
    await startDaemon(options, 'ovs-vswitchd', [`unix:${paths.socket}`], journal)
    const settings = ['datapath_type=netdev', `other_config:hwaddr="${bridgeMac(options.name)}"`]
    await vsctl(options, ['--may-exist', 'add-br', bridge, '--', 'set', 'Bridge', bridge, ...settings])
  })
}

/** Gives the bridge exactly the ports of these nodes; their taps must exist. */
export const plugPorts = async (options: LabOptions): Promise<void> => {
  const ports = await vsctl(options, ['--format=json', '--columns=name,interfaces', 'list', 'Port'])
  const interfaces = await vsctl(options, ['--format=json', '--columns=_uuid,name', 'list', 'Interface'])
  const { remove, add } = planPorts(options.nodes.flatMap(portsOf), parsePorts(ports, interfaces))
  const steps = [...remove.map((port) => ['del-port', bridge, port.name]), ...add.map(addPort)]
  if (steps.length > 0) await vsctl(options, steps.flatMap((step) => ['--', ...step]).slice(1))
}
