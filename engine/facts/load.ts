import { verbatim } from '../command.ts'
import { Float } from '../vars/value.ts'
import type { Family } from './family.ts'

const float = (text: string | undefined): number | Float => {
  const value = Number(text)
  return Number.isInteger(value) ? new Float(value) : value
}

/** How long the host is up, in seconds, and how busy it is. */
export const load: Family = {
  name: 'load',
  facts: ['uptime_seconds', 'loadavg'],
  command: verbatim('cat /proc/uptime /proc/loadavg'),
  parse(output) {
    const [uptime = '', averages = ''] = output.split('\n')
    const [one, five, fifteen] = averages.split(' ')
    return {
      uptime_seconds: Math.floor(Number.parseFloat(uptime) || 0),
      loadavg: { '1m': float(one), '5m': float(five), '15m': float(fifteen) },
    }
  },
}
