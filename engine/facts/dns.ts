import { verbatim } from '../command.ts'
import type { Facts, Family } from './family.ts'

/** The resolver's configuration. */
export const dns: Family = {
  name: 'dns',
  facts: ['dns'],
  command: verbatim('cat /etc/resolv.conf'),
  parse(output) {
    const nameservers: string[] = []
    const facts: Facts = {}
    for (const line of output.split('\n')) {
      const [keyword, ...words] = line
        .replace(/[#;].*$/, '')
        .trim()
        .split(/\s+/)
      if (words.length === 0) continue
      if (keyword === 'nameserver') nameservers.push(...words)
      else if (keyword === 'domain') facts['domain'] = words[0]
      else if (keyword === 'search' || keyword === 'sortlist') facts[keyword] = words
      else if (keyword === 'options') {
        const pairs = words.map((word) => word.split(':', 2))
        facts['options'] = Object.fromEntries(pairs.map(([name = '', value = true]) => [name, value]))
      }
    }
    return { dns: { ...(nameservers.length > 0 ? { nameservers } : {}), ...facts } }
  },
}
