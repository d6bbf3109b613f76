import { verbatim } from '../command.ts'
import type { Family } from './family.ts'

/** How long the host is up, in whole seconds. */
export const uptime: Family = {
  name: 'uptime',
  facts: ['uptime_seconds'],
  command: verbatim('read -r line </proc/uptime && echo "$line"'),
  parse: (output) => ({ uptime_seconds: Math.floor(Number.parseFloat(output) || 0) }),
}
