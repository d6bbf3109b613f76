import { chmodSync, copyFileSync, existsSync, mkdirSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { Failure } from '../../engine/failure.ts'
import type { Log } from '../../engine/log.ts'
import { execute } from '../../engine/process.ts'
import { rotateLog, withConsoleLog } from './console-log.ts'
import { firmwareOf } from './firmware.ts'
import { openJournal } from './journal.ts'
import { withLabLock } from './lock.ts'
import { machineArguments, nicId } from './machine.ts'
import { linksIn, namespaceStands, runInLab } from './namespace.ts'
import { type LabNode, type LabOptions, labNode, sizeInBytes } from './options.ts'
import { labPaths, namespaceOf, nodePaths, tapsOf } from './paths.ts'
import { endProcesses, processOf, waitForEnd } from './processes.ts'
import { qmp } from './qmp.ts'

/** The pid of a node's QEMU while it runs. */
export const machineOf = (directory: string, node: string): number | undefined =>
  processOf(nodePaths(directory, node).pidfile, directory)

/** Makes the node's disks, sparse; those of an earlier boot keep their content and may grow. */
const createDisks = (directory: string, node: LabNode): void => {
  node.disks.forEach(({ size }, index) => {
    const file = nodePaths(directory, node.name).disk(index)
    const bytes = sizeInBytes(size) ?? 0
    if (!existsSync(file)) writeFileSync(file, '', { mode: 0o600 })
    if (statSync(file).size > bytes)
      throw new Failure('lab.disk', `disk ${index} of ${node.name} is larger than the ${size} it should have`, {
        hint: 'a disk is never cut: tear the lab down, which removes its disks, and bring it up again',
      })
    truncateSync(file, bytes)
  })
}

/** Tells a QEMU that has just started which of its cables are pulled. */
const unplugPulled = async (options: LabOptions, node: LabNode): Promise<void> => {
  const links = await linksIn(namespaceOf(options.name))
  for (const [index, tap] of tapsOf(node).entries())
    if (!links.find((link) => link.name === tap)?.up)
      await qmp(nodePaths(options.directory, node.name).monitor, 'set_link', { name: nicId(index), up: false })
}

/** A node with UEFI keeps what its firmware remembers as long as the lab stands. */
const createVariables = (directory: string, { name, firmware }: LabNode): void => {
  const file = nodePaths(directory, name).firmwareVariables
  if (firmware !== 'uefi' || existsSync(file)) return
  copyFileSync(firmwareOf().variables, file)
  chmodSync(file, 0o600)
}

const startMachine = async (options: LabOptions, node: LabNode): Promise<void> => {
  const { consoleLog } = nodePaths(options.directory, node.name)
  const machine = ['qemu-system-x86_64', ...machineArguments(options, node)]
  const [file = '', ...args] = runInLab(options, withConsoleLog(consoleLog, machine))
  const { code, stderr } = await execute(file, args, { cwd: '/', timeout: 30_000 })
  if (code !== 0)
    throw new Failure(
      'lab.machine',
      `QEMU does not start for ${node.name}: ${stderr.trim() || `it ended with ${code}`}`,
    )
  await unplugPulled(options, node)
}

/**
 * Switches a node on: it boots from its NICs, its console goes to a new log. Returns whether it was off.
 * Throws a Failure when the lab is not up or QEMU does not start.
 */
export const labPowerOn = (options: LabOptions, name: string, log: Log): Promise<boolean> =>
  withLab(options, async () => {
    const { directory } = options
    const node = labNode(options, name)
    if (machineOf(directory, name) !== undefined) return false
    if (!(await namespaceStands(namespaceOf(options.name))))
      throw new Failure('lab.absent', `the lab '${options.name}' is not up`, { hint: 'provision lab up' })
    const paths = nodePaths(directory, name)
    openJournal(directory).record(
      { kind: 'path', path: 'nodes' },
      { kind: 'process', pidfile: `nodes/${name}/qemu.pid` },
    )
    mkdirSync(paths.directory, { recursive: true, mode: 0o700 })
    mkdirSync(labPaths(directory).consoles, { recursive: true, mode: 0o700 })
    createDisks(directory, node)
    createVariables(directory, node)
    rotateLog(paths.consoleLog)
    await log.step(`powering on ${name}`, async () => {
      try {
        await startMachine(options, node)
      } catch (thrown) {
        const half = machineOf(directory, name)
        if (half) await endProcesses([half])
        throw thrown
      }
    })
    return true
  })

/** Switches a node off as its power button held down would. Returns whether it ran. */
export const labPowerOff = (options: LabOptions, name: string, log: Log): Promise<boolean> =>
  withLab(options, async () => {
    const { directory } = options
    labNode(options, name)
    const pid = machineOf(directory, name)
    if (pid === undefined) return false
    await log.step(`powering off ${name}`, async () => {
      await qmp(nodePaths(directory, name).monitor, 'quit').catch(() => {}) // a QEMU that does not listen is ended below
      await endProcesses(await waitForEnd([pid], 2_000))
    })
    return true
  })

const withLab = <T>(options: LabOptions, run: () => Promise<T>): Promise<T> => {
  if (!existsSync(labPaths(options.directory).options))
    return Promise.reject(
      new Failure('lab.absent', `no lab is up in ${options.directory}`, { hint: 'provision lab up' }),
    )
  return withLabLock(options.directory, 'shared', run)
}
