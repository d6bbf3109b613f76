import { verbatim } from '../command.ts'
import type { Family } from './family.ts'

const described = new Set(['model name', 'Processor', 'vendor_id', 'cpu', 'Vendor', 'processor'])

/** Sockets, cores and threads from /proc/cpuinfo. */
export const processor: Family = {
  name: 'processor',
  facts: [
    'processor',
    'processor_count',
    'processor_cores',
    'processor_threads_per_core',
    'processor_vcpus',
    'processor_nproc',
  ],
  command: verbatim('nproc || echo; cat /proc/cpuinfo'),
  parse(output) {
    const [available = '', ...lines] = output.split('\n')
    const descriptions: string[] = []
    /** Cores by socket, siblings by socket. */
    const sockets = new Map<string, number>()
    const siblings = new Map<string, number>()
    let processors = 0
    let socket = ''
    for (const line of lines) {
      const [, key = '', value = ''] = /^([^:]+?)\s*:\s*(.*)$/.exec(line) ?? []
      if (described.has(key)) descriptions.push(value)
      if (key === 'processor') processors++
      else if (key === 'physical id') {
        socket = value
        if (!sockets.has(socket)) sockets.set(socket, 1)
      } else if (key === 'cpu cores') sockets.set(socket, Number(value) || 1)
      else if (key === 'siblings') siblings.set(socket, Number(value) || 1)
    }
    const count = siblings.size > 0 ? sockets.size : processors
    const [cores = 1] = siblings.size > 0 ? sockets.values() : []
    const [threads = cores] = siblings.values()
    const perCore = Math.max(1, Math.floor(threads / cores))
    return {
      processor: descriptions,
      processor_count: count,
      processor_cores: cores,
      processor_threads_per_core: perCore,
      processor_vcpus: count * cores * perCore,
      processor_nproc: Number(available) || processors,
    }
  },
}
