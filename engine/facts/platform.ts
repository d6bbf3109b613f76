import { sh } from '../command.ts'
import { dump, parseDump } from './dump.ts'
import type { Family } from './family.ts'

const kernelFiles = '/proc/sys/kernel/'

/** Kernel, machine and the host's own name. */
export const platform: Family = {
  name: 'platform',
  facts: [
    'system',
    'kernel',
    'kernel_version',
    'machine',
    'architecture',
    'nodename',
    'hostname',
    'userspace_bits',
    'userspace_architecture',
    'machine_id',
  ],
  command: sh`uname -m; getconf LONG_BIT || echo; ${dump(
    `${kernelFiles}ostype ${kernelFiles}osrelease ${kernelFiles}version ${kernelFiles}hostname`,
    '/var/lib/dbus/machine-id /etc/machine-id',
  )}`,
  parse(output) {
    const [machine = '', bits = ''] = output.split('\n')
    const files = parseDump(output)
    const kernel = (name: string) => files.get(kernelFiles + name) ?? ''
    const nodename = kernel('hostname')
    const intel = /^(x86_64|amd64|i[3-6]86)$/.test(machine)
    const wide = bits === '' ? machine.includes('64') : bits === '64'
    return {
      system: kernel('ostype'),
      kernel: kernel('osrelease'),
      kernel_version: kernel('version'),
      machine,
      architecture: /^i[3-6]86$/.test(machine) ? 'i386' : machine,
      nodename,
      hostname: nodename.split('.')[0] ?? '',
      userspace_bits: wide ? '64' : '32',
      userspace_architecture: intel ? (wide ? 'x86_64' : 'i386') : machine,
      machine_id: files.get('/var/lib/dbus/machine-id') ?? files.get('/etc/machine-id') ?? null,
    }
  },
}
