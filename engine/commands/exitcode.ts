import { CommanderError } from 'commander'
import { Failure } from '../failure.ts'

/** Failures of a playbook that is written well and names what is not there. */
const notFound = new Set<string>(['playbook.missing', 'playbook.role', 'playbook.handler'])

/** The exit code of what ends a run before or between hosts: ansible-playbook's. What is no Failure is our own mistake. */
export const codeOf = (thrown: unknown): number => {
  if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : 2
  if (!(thrown instanceof Failure)) return 250
  const { code } = thrown
  if (code === 'cli.encoding') return 6
  if (code === 'cli.extra-vars' || code === 'cli.usage') return 5
  return /^(?:yaml|playbook|module)\.|^template\.syntax$/.test(code) && !notFound.has(code) ? 4 : 1
}
