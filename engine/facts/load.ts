import { verbatim } from '../command.ts'
import { float } from '../vars/value.ts'
import type { Family } from './family.ts'

/** How busy the host is. */
export const load: Family = {
  name: 'load',
  facts: ['loadavg'],
  command: verbatim('read -r line </proc/loadavg && echo "$line"'),
  parse(output) {
    const [one, five, fifteen] = output.split(' ')
    return { loadavg: { '1m': float(Number(one)), '5m': float(Number(five)), '15m': float(Number(fifteen)) } }
  },
}
