import { verbatim } from '../command.ts'
import type { Family } from './family.ts'

/** Memory and swap from /proc/meminfo, in whole MiB. */
export const memory: Family = {
  name: 'memory',
  facts: ['memtotal_mb', 'memfree_mb', 'swaptotal_mb', 'swapfree_mb', 'memory_mb'],
  command: verbatim('cat /proc/meminfo'),
  parse(output) {
    const kib = new Map<string, number>()
    for (const [, key = '', value] of output.matchAll(/^(\w+):\s+(\d+)/gm)) kib.set(key, Number(value))
    const mib = (...keys: string[]) => Math.floor(keys.reduce((sum, key) => sum + (kib.get(key) ?? 0), 0) / 1024)
    const total = mib('MemTotal')
    const unused = mib('MemFree', 'Cached', 'Buffers')
    return {
      memtotal_mb: total,
      memfree_mb: mib('MemFree'),
      swaptotal_mb: mib('SwapTotal'),
      swapfree_mb: mib('SwapFree'),
      memory_mb: {
        real: { total, used: total - mib('MemFree'), free: mib('MemFree') },
        nocache: { free: unused, used: total - unused },
        swap: {
          total: mib('SwapTotal'),
          free: mib('SwapFree'),
          used: mib('SwapTotal') - mib('SwapFree'),
          cached: mib('SwapCached'),
        },
      },
    }
  },
}
