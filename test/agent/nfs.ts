import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Segment } from './segment.ts'

/** Exports a directory of this machine by NFSv4, read-only, to the guests of a segment: nfs-ganesha in user space. */
export const serveNfs = async (segment: Segment, directory: string, work: string): Promise<void> => {
  const config = join(work, 'ganesha.conf')
  await writeFile(
    config,
    `NFS_CORE_PARAM { Protocols = 4; Enable_NLM = false; Enable_RQUOTA = false; }
NFSv4 { Graceless = true; RecoveryBackend = fs; RecoveryRoot = "${work}"; }
EXPORT {
  Export_Id = 1; Path = "${directory}"; Pseudo = "/root"; Access_Type = RO; Squash = No_Root_Squash; SecType = sys;
  FSAL { Name = VFS; }
}
LOG { Default_Log_Level = EVENT; }
`,
  )
  segment.serve(['ganesha.nfsd', '-F', '-f', config, '-p', join(work, 'ganesha.pid'), '-L', 'STDOUT'])
  await segment.hears(/NFS SERVER INITIALIZED/, 60_000)
}
