import { verbatim } from '../command.ts'
import { Float } from '../vars/value.ts'
import type { Family } from './family.ts'

const float = (text: string | undefined): number | Float => {
  const value = Number(text)
  return Number.isInteger(value) ? new Float(value) : value
}

/** How busy the host is. */
export const load: Family = {
  name: 'load',
  facts: ['loadavg'],
  command: verbatim('read -r line </proc/loadavg && echo "$line"'),
  parse(output) {
    const [one, five, fifteen] = output.split(' ')
    return { loadavg: { '1m': float(one), '5m': float(five), '15m': float(fifteen) } }
  },
}
