import { verbatim } from '../command.ts'
import type { Family } from './family.ts'

/** How long the host is up, in whole seconds. */
export const uptime: Family = {
  name: 'uptime',
  facts: ['uptime_seconds'],
  command: verbatim('cat /proc/uptime'),
  parse: (output) => ({ uptime_seconds: Math.floor(Number.parseFloat(output) || 0) }),
}
