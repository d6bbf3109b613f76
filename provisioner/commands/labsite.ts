import { join } from 'node:path'
import { Failure } from '../../engine/failure.ts'
import type { LabNode, LabOptions } from '../lab/lab.ts'
import { speakingInterface } from '../node/interfaces.ts'
import type { Node } from '../node/node.ts'
import type { Site } from '../site.ts'

const defaults = { memory: 2048, cpus: 1, nic: 'virtio', bus: 'virtio' } as const

/** A node's virtual machine: the cards and disks of its record, the card that it boots from first. */
export const labNodeOf = ({ name, record, interfaces, mac }: Node): LabNode => {
  const { memory, cpus, nic, bus, disks, firmware } = { ...defaults, ...record.lab }
  const cards = interfaces.flatMap(({ type, mac: own }) => (type === 'ethernet' && own !== undefined ? [own] : []))
  return {
    name,
    nics: [mac, ...cards.filter((own) => own !== mac)].map((own) => ({ mac: own, model: nic })),
    disks: (disks ?? []).map((size) => ({ size, bus })),
    memory,
    cpus,
    ...(firmware === undefined ? {} : { firmware }),
    bonded: speakingInterface(interfaces)?.mode === '802.3ad',
  }
}

/** Where the lab of a site keeps its things. */
export const labDirectory = (site: Site, state: string): string => site.settings.lab?.directory ?? join(state, 'lab')

/** The lab of a site: every node with `node_lab`, or every node when none has it. */
export const labOptions = (site: Site, state: string, acceleration: 'tcg' | 'kvm'): LabOptions => {
  const { lab, server } = site.settings
  const address = lab?.address ?? (server === undefined ? undefined : `${server}/16`)
  if (address === undefined) {
    throw new Failure('lab.address', 'the lab needs the address of the head node in it', {
      hint: 'set prelude_lab.address, with its prefix length: 10.77.0.1/16',
    })
  }
  const nodes = [...site.nodes.values()]
  const virtual = nodes.filter(({ record }) => record.lab !== undefined)
  return {
    name: lab?.name ?? 'lab',
    directory: labDirectory(site, state),
    address,
    nodes: (virtual.length > 0 ? virtual : nodes).map(labNodeOf),
    acceleration,
  }
}
