import { verbatim } from '../command.ts'
import type { Family } from './family.ts'

/** The host's name as the resolver gives it for its address; apart from the other names because the resolver may be slow. */
export const fqdn: Family = {
  name: 'fqdn',
  facts: ['fqdn', 'domain'],
  command: verbatim(`read -r name </proc/sys/kernel/hostname; echo "$name"
set -- $(getent hosts "$name"); [ ! "$1" ] || getent hosts "$1"`),
  parse(output) {
    const [own = '', resolved = ''] = output.split('\n')
    const [canonical, ...aliases] = resolved.split(/\s+/).slice(1)
    const known = canonical ? [canonical, ...aliases] : []
    const name = known.find((candidate) => candidate.includes('.')) ?? canonical ?? own
    return { fqdn: name, domain: name.split('.').slice(1).join('.') }
  },
}
