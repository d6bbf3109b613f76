import { verbatim } from '../command.ts'
import type { Family } from './family.ts'

/** The environment that commands on the host start with. */
export const env: Family = {
  name: 'env',
  facts: ['env'],
  command: verbatim(`env -0 | tr '\\0\\n' '\\n\\0'`),
  parse(output) {
    const pairs = output.split('\n').flatMap((line): [string, string][] => {
      const at = line.indexOf('=')
      return at > 0 ? [[line.slice(0, at), line.slice(at + 1).replaceAll('\0', '\n')]] : []
    })
    return { env: Object.fromEntries(pairs) }
  },
}
