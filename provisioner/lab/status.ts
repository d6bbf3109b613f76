import { type Bond, parseBonds } from './bond.ts'
import { type ConsoleLine, parseLastLine, tail } from './console-log.ts'
import { type Link, linksIn, namespaceStands, processesIn } from './namespace.ts'
import { type LabNode, loadLabOptions } from './options.ts'
import { bondOf, namespaceOf, nodePaths, tapOf } from './paths.ts'
import { machineOf } from './power.ts'
import { appctl, switchAnswers } from './switch.ts'

export type LabPortStatus = {
  /** The switch's interface: `n01-0`. */
  readonly name: string
  readonly mac: string
  readonly cable: 'plugged' | 'pulled'
  /** The node is on and the cable plugged. */
  readonly carrier: boolean
}

export type LabNodeStatus = {
  readonly name: string
  readonly power: 'running' | 'off'
  readonly pid?: number
  readonly ports: readonly LabPortStatus[]
  /** The switch's side of the node's bond. */
  readonly bond?: Bond
  /** The last line that the console showed. */
  readonly console?: ConsoleLine
  readonly consoleLog: string
}

export type LabStatus = {
  readonly name: string
  readonly directory: string
  readonly acceleration: 'tcg' | 'kvm'
  readonly namespace: { readonly name: string; readonly stands: boolean; readonly processes: number }
  readonly switch: { readonly answers: boolean; readonly address: string }
  readonly nodes: readonly LabNodeStatus[]
}

const nodeStatus = (
  directory: string,
  node: LabNode,
  links: readonly Link[],
  bonds: readonly Bond[],
): LabNodeStatus => {
  const pid = machineOf(directory, node.name)
  const bond = bonds.find(({ name }) => name === bondOf(node.name))
  const { consoleLog } = nodePaths(directory, node.name)
  const last = parseLastLine(tail(consoleLog, 8_192))
  return {
    name: node.name,
    power: pid === undefined ? 'off' : 'running',
    ...(pid === undefined ? {} : { pid }),
    ports: node.nics.map(({ mac }, index) => {
      const name = tapOf(node.name, index)
      const link = links.find((candidate) => candidate.name === name)
      return {
        name,
        mac,
        cable: link?.up ? 'plugged' : 'pulled',
        carrier: link?.carrier ?? false,
      }
    }),
    ...(bond ? { bond } : {}),
    ...(last ? { console: last } : {}),
    consoleLog,
  }
}

/** What stands of the lab in a directory and how its nodes are. Throws a Failure when none is up there. */
export const labStatus = async (directory: string): Promise<LabStatus> => {
  const options = loadLabOptions(directory)
  const namespace = namespaceOf(options.name)
  const stands = await namespaceStands(namespace)
  const answers = await switchAnswers(directory)
  const links = stands ? await linksIn(namespace) : []
  const bonds = answers
    ? parseBonds(await appctl(directory, ['bond/show']), await appctl(directory, ['lacp/show']))
    : []
  return {
    name: options.name,
    directory,
    acceleration: options.acceleration,
    namespace: { name: namespace, stands, processes: (await processesIn(namespace)).length },
    switch: { answers, address: options.address },
    nodes: options.nodes.map((node) => nodeStatus(directory, node, links, bonds)),
  }
}
