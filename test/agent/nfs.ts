import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Starts a server where its clients reach it, and waits for what it says. */
export type StartServer = (argv: readonly string[]) => { hears(pattern: RegExp, ms: number): Promise<unknown> }

/** Exports a directory of this machine by NFSv4, read-only, as `exported`: nfs-ganesha in user space. */
export const serveNfs = async (
  start: StartServer,
  directory: string,
  work: string,
  exported = '/root',
): Promise<void> => {
  const config = join(work, 'ganesha.conf')
  await writeFile(
    config,
    `NFS_CORE_PARAM { Protocols = 4; Enable_NLM = false; Enable_RQUOTA = false; }
NFSv4 { Graceless = true; RecoveryBackend = fs; RecoveryRoot = "${work}"; }
EXPORT {
  Export_Id = 1; Path = "${directory}"; Pseudo = "${exported}"; Access_Type = RO; Squash = No_Root_Squash; SecType = sys;
  FSAL { Name = VFS; }
}
LOG { Default_Log_Level = EVENT; }
`,
  )
  const server = start(['ganesha.nfsd', '-F', '-f', config, '-p', join(work, 'ganesha.pid'), '-L', 'STDOUT'])
  await server.hears(/NFS SERVER INITIALIZED/, 60_000)
}
