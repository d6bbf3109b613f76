import { firmwareOf } from './firmware.ts'
import type { LabDisk, LabNic, LabNode, LabOptions } from './options.ts'
import { namespaceOf, nodePaths, tapOf } from './paths.ts'

/** The descriptor on which QEMU finds the pipe to the console's log. */
export const consoleLogDescriptor = 9

/** The id of a NIC's QEMU backend; set_link takes it. */
export const nicId = (index: number): string => `net${index}`

/** In QEMU's option lists a comma within a value is written twice. */
const text = (value: string): string => value.replaceAll(',', ',,')

/**
 * UEFI speaks over a driver of its own where it has one, which leads it through DHCP and TFTP to iPXE, as on metal; QEMU's
 * ROM is iPXE already.
 */
const romOf = (nic: LabNic, firmware: LabNode['firmware']): string =>
  firmware === 'uefi' && nic.model === 'virtio' ? ',romfile=' : ''

const nicArguments = (nic: LabNic, index: number, { name, firmware }: LabNode): string[] => {
  const id = nicId(index)
  // A guest must not leave checksums or segmentation to the tap: the user-space switch would pass the frames on as they are.
  const backend = `tap,id=${id},ifname=${tapOf(name, index)},script=no,downscript=no,vnet_hdr=off`
  // Without speed and duplex a virtio interface never joins an 802.3ad aggregate.
  const model = nic.model === 'virtio' ? 'virtio-net-pci,speed=10000,duplex=full' : 'e1000'
  return [
    '-netdev',
    backend,
    '-device',
    `${model},netdev=${id},mac=${nic.mac},bootindex=${index + 1}${romOf(nic, firmware)}`,
  ]
}

const diskArguments = (disk: LabDisk, index: number, node: string, file: string): string[] => {
  const id = `disk${index}`
  const model = disk.bus === 'nvme' ? 'nvme' : 'virtio-blk-pci'
  // The disks live no longer than the lab: nothing is gained by waiting until the host has written them.
  const backend = `file=${text(file)},format=raw,if=none,id=${id},cache=unsafe,discard=unmap`
  return ['-drive', backend, '-device', `${model},drive=${id},serial=${`${node}-${index}`.slice(-20)}`]
}

/** UEFI from a file that all nodes read, with a file of the node's own for what it remembers. */
const firmwareArguments = ({ directory }: LabOptions, { name, firmware }: LabNode): string[] => {
  if (firmware !== 'uefi') return []
  const flash = (file: string, more = '') => ['-drive', `if=pflash,format=raw${more},file=${text(file)}`]
  return [...flash(firmwareOf().code, ',readonly=on'), ...flash(nodePaths(directory, name).firmwareVariables)]
}

/** QEMU's arguments for a node of a lab. */
export const machineArguments = (options: LabOptions, node: LabNode): string[] => {
  const paths = nodePaths(options.directory, node.name)
  const accelerated = options.acceleration === 'kvm'
  return [
    ...['-name', `guest=${node.name},process=${namespaceOf(options.name)}-${node.name}`],
    // graphics=off lets the BIOS and the boot ROM speak on the serial port.
    ...['-machine', 'pc,graphics=off'],
    ...['-accel', accelerated ? 'kvm' : 'tcg,thread=multi'],
    ...['-cpu', accelerated ? 'host' : 'max'],
    ...['-smp', String(node.cpus)],
    ...['-m', String(node.memory)],
    ...['-no-user-config', '-nodefaults', '-display', 'none', '-vga', 'none'],
    // Only the NICs boot (strict); when none of them did, the firmware tries again.
    ...['-boot', 'order=n,strict=on,reboot-timeout=5000'],
    ...[
      '-chardev',
      `socket,id=console,path=${text(paths.console)},server=on,wait=off,logfile=/dev/fd/${consoleLogDescriptor}`,
    ],
    ...['-serial', 'chardev:console'],
    ...['-qmp', `unix:${text(paths.monitor)},server=on,wait=off`],
    ...['-pidfile', paths.pidfile],
    ...firmwareArguments(options, node),
    ...node.nics.flatMap((nic, index) => nicArguments(nic, index, node)),
    ...node.disks.flatMap((disk, index) => diskArguments(disk, index, node.name, paths.disk(index))),
    ...['-object', 'rng-random,id=entropy,filename=/dev/urandom', '-device', 'virtio-rng-pci,rng=entropy'],
    '-daemonize',
  ]
}
