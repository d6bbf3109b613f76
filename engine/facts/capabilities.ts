import { verbatim } from '../command.ts'
import type { Family } from './family.ts'

/** The capabilities of the processes that commands run as, where `capsh` tells them. */
export const capabilities: Family = {
  name: 'caps',
  facts: ['system_capabilities', 'system_capabilities_enforced'],
  command: verbatim('capsh --print'),
  parse(output) {
    const current = /^Current:(.*)$/m.exec(output)?.[1]
    if (current === undefined) return { system_capabilities: 'N/A', system_capabilities_enforced: 'N/A' }
    const isFull = current.trim() === '=ep'
    const [, names = ''] = current.split('=')
    return {
      system_capabilities: isFull ? [] : names.split(',').map((name) => name.trim()),
      system_capabilities_enforced: isFull ? 'False' : 'True',
    }
  },
}
