import { readFileSync } from 'node:fs'
import ipaddr from 'ipaddr.js'
import { Failure, throwAll } from '../../engine/failure.ts'
import { labPaths, longestSocketPath } from './paths.ts'

export type LabNic = {
  /** Six lower-case hexadecimal pairs with colons. */
  readonly mac: string
  readonly model: 'virtio' | 'e1000'
}

export type LabDisk = {
  /** A whole number with a binary unit: `512M`, `1G`. */
  readonly size: string
  readonly bus: 'virtio' | 'nvme'
}

export type LabNode = {
  readonly name: string
  /** In the order in which the firmware tries to boot from them. */
  readonly nics: readonly LabNic[]
  readonly disks: readonly LabDisk[]
  /** MiB */
  readonly memory: number
  readonly cpus: number
  /** BIOS when absent. */
  readonly firmware?: 'bios' | 'uefi'
  /** Its switch ports form one LACP bond. */
  readonly bonded: boolean
}

export type LabOptions = {
  /** `demo` lives in the network namespace `prelude-demo`. */
  readonly name: string
  /** State of the lab: sockets, pid files, disks, consoles, journal. Absolute. */
  readonly directory: string
  /** Address of the head node on the lab's network, with its prefix: `10.77.0.1/24`. */
  readonly address: string
  readonly nodes: readonly LabNode[]
  readonly acceleration: 'tcg' | 'kvm'
}

const units: Readonly<Record<string, number>> = { K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 }

/** Bytes of a size such as `512M`; undefined when it is not one. */
export const sizeInBytes = (size: string): number | undefined => {
  const [, count, unit] = /^([1-9]\d*)([KMGT])$/.exec(size) ?? []
  return count && unit ? Number(count) * (units[unit] ?? 0) : undefined
}

/** A unix socket's address holds 107 bytes of path and a closing NUL. */
const socketPathLimit = 107

/** Throws one Failure with everything that is wrong in the options of a lab. */
export const checkLabOptions = (options: LabOptions): void => {
  const problems: Failure[] = []
  const report = (code: 'lab.address' | 'lab.directory' | 'lab.name' | 'lab.node', message: string, hint: string) =>
    problems.push(new Failure(code, message, { hint }))

  if (!/^[a-z0-9][a-z0-9-]{0,31}$/.test(options.name))
    report(
      'lab.name',
      `'${options.name}' is not a name for a lab`,
      'use lower-case letters, digits and hyphens, at most 32',
    )
  if (!ipaddr.isValidCIDR(options.address))
    report('lab.address', `'${options.address}' is not an address with a prefix`, 'write it as 10.77.0.1/24')
  if (!options.directory.startsWith('/') || options.directory.includes('\n'))
    report('lab.directory', `the directory '${options.directory}' is not absolute`, 'give the whole path')
  const socket = longestSocketPath(options)
  if (Buffer.byteLength(socket) > socketPathLimit)
    report(
      'lab.directory',
      `the path of a socket would be ${Buffer.byteLength(socket)} bytes long, ${socketPathLimit} are possible: ${socket}`,
      'choose a directory with a shorter path',
    )

  const names = new Set<string>()
  const macs = new Map<string, string>()
  for (const node of options.nodes) {
    const wrong = (message: string, hint: string) => report('lab.node', `lab node '${node.name}': ${message}`, hint)
    if (!/^[A-Za-z0-9]([A-Za-z0-9.-]{0,61}[A-Za-z0-9])?$/.test(node.name)) wrong('this is not a host name', 'rename it')
    if (names.has(node.name)) wrong('it is there twice', 'give each node a name of its own')
    names.add(node.name)
    if (node.nics.length === 0) wrong('it has no network interface', 'give it at least one with a MAC address')
    if (node.bonded && node.nics.length < 2) wrong('a bond needs two interfaces', 'give it a second one')
    if (node.nics.length > 8) wrong('it has more than 8 network interfaces', 'give it fewer')
    if (node.memory < 64) wrong(`${node.memory} MiB of memory cannot boot`, 'give it 2048')
    if (!Number.isInteger(node.cpus) || node.cpus < 1) wrong('it has no processor', 'give it 1 or more')
    for (const { mac } of node.nics) {
      const owner = macs.get(mac)
      if (!/^[0-9a-f][02468ace](:[0-9a-f]{2}){5}$/.test(mac))
        wrong(`'${mac}' is not the MAC address of an interface`, 'write six lower-case pairs, as 02:00:00:00:00:01')
      else if (owner) wrong(`the MAC address ${mac} is also that of ${owner}`, 'give each interface its own')
      macs.set(mac, node.name)
    }
    for (const { size } of node.disks)
      if (sizeInBytes(size) === undefined) wrong(`'${size}' is not the size of a disk`, 'write it as 512M or 1G')
  }
  throwAll(problems)
}

/** The options with which the lab in a directory was brought up. Throws a Failure when there is none. */
export const loadLabOptions = (directory: string): LabOptions => {
  const file = labPaths(directory).options
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as LabOptions
  } catch (cause) {
    throw new Failure('lab.absent', `no lab is up in ${directory}: ${file} cannot be read`, {
      cause,
      hint: 'provision lab up',
    })
  }
}

/** Throws a Failure that lists the nodes there are when there is none of that name. */
export const labNode = (options: LabOptions, name: string): LabNode => {
  const node = options.nodes.find((candidate) => candidate.name === name)
  if (node) return node
  throw new Failure('lab.node', `the lab '${options.name}' has no node '${name}'`, {
    hint: `its nodes: ${options.nodes.map((known) => known.name).join(', ') || 'none'}`,
  })
}
