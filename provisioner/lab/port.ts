import { Failure } from '../../engine/failure.ts'
import { tool } from '../../engine/process.ts'
import { nicId } from './machine.ts'
import { type LabOptions, labNode } from './options.ts'
import { namespaceOf, nodePaths, tapOf } from './paths.ts'
import { machineOf } from './power.ts'
import { qmp } from './qmp.ts'

/** Plugs the cable of a node's NIC in (`up`) or pulls it (`down`): both the switch and the node lose the carrier. */
export const labPort = async (options: LabOptions, name: string, nic: number, state: 'up' | 'down'): Promise<void> => {
  const node = labNode(options, name)
  if (!node.nics[nic])
    throw new Failure('lab.node', `${name} has no network interface ${nic}`, {
      hint: `its interfaces are 0 to ${node.nics.length - 1}`,
    })
  await tool('ip', ['-netns', namespaceOf(options.name), 'link', 'set', tapOf(name, nic), state])
  if (machineOf(options.directory, name) === undefined) return
  await qmp(nodePaths(options.directory, name).monitor, 'set_link', { name: nicId(nic), up: state === 'up' })
}
