import { sh, verbatim } from '../command.ts'
import { dump, parseAssignments, parseDump } from './dump.ts'
import type { Family } from './family.ts'

/** What lsb_release or /etc/lsb-release tell; an empty dict where there is neither. */
export const lsb: Family = {
  name: 'lsb',
  facts: ['lsb'],
  command: sh`${verbatim('! command -v lsb_release >/dev/null || lsb_release -a')}; ${dump('/etc/lsb-release')}`,
  parse(output) {
    const said = new Map(
      [...output.matchAll(/^([A-Z][A-Za-z ]*):\t(.*)$/gm)].map(([, key = '', value = '']) => [key, value]),
    )
    const file = parseAssignments(parseDump(output).get('/etc/lsb-release') ?? '')
    const value = (line: string, assignment: string) => said.get(line) ?? file.get(`DISTRIB_${assignment}`)
    const release = value('Release', 'RELEASE')
    const facts = {
      id: value('Distributor ID', 'ID'),
      description: value('Description', 'DESCRIPTION'),
      release,
      codename: value('Codename', 'CODENAME'),
      major_release: release?.split('.')[0],
    }
    return { lsb: Object.fromEntries(Object.entries(facts).filter(([, text]) => text !== undefined)) }
  },
}
