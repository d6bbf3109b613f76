import type { Failure } from '../failure.ts'

/** Failures of a playbook that is written well and names what is not there. */
const notFound = new Set<string>(['playbook.missing', 'playbook.role', 'playbook.handler'])

/** The exit code of a Failure that ends a run before or between hosts: ansible-playbook's. */
export const codeOf = ({ code }: Failure): number => {
  if (code === 'cli.extra-vars' || code === 'cli.usage') return 5
  return /^(?:yaml|playbook|module)\.|^template\.syntax$/.test(code) && !notFound.has(code) ? 4 : 1
}
