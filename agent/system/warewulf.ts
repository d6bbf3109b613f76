import { readFile } from 'node:fs/promises'
import { Failure } from '../../engine/failure.ts'
import { parseCmdline } from './cmdline.ts'
import type { SecretExport } from './secretmounts.ts'

/** Where a Warewulf server has the secrets of its nodes. */
const exported = '/warewulf/secrets'

/** The address in `wwinit.uri=http://10.1.0.1:9873/provision/…` (`wwinit_uri=` with older ones). */
export const warewulfServer = (cmdline: string): string | undefined => {
  const values = parseCmdline(cmdline)
  const uri = values.get('wwinit.uri') ?? values.get('wwinit_uri') ?? ''
  return /\d+\.\d+\.\d+\.\d+/.exec(String(uri))?.[0]
}

/** The export with the secrets, of the server that this node boots from. Throws 'boot.server'. */
export const warewulfSecrets = async (): Promise<SecretExport> => {
  const server = warewulfServer(await readFile('/proc/cmdline', 'utf8'))
  if (server === undefined)
    throw new Failure('boot.server', 'the kernel command line names no server', { hint: 'wwinit.uri= brings it' })
  return { source: `${server}:${exported}` }
}

/** Seconds in which the server must have answered. */
export const warewulfBudget = 180
