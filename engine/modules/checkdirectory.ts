import type { Output } from '../connections/connection.ts'
import { Failure } from '../failure.ts'
import type { Host } from './module.ts'

/** After a command failed: throws a Failure when the reason is that there is no such directory to run it in. */
export const checkDirectory = async (host: Host, chdir: string | undefined, output: Output): Promise<void> => {
  if (chdir === undefined || output.code === 0) return
  const stat = await host.stat(chdir, { follow: true })
  if (stat?.type === 'directory') return
  throw new Failure('module.file', `cannot run in ${chdir}: ${stat ? 'it is no directory' : 'it is not there'}`, {
    at: host.at,
  })
}
