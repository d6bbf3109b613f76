import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Segment } from './segment.ts'

// An NFS server in user space, versions 3, 4.0 and 4.1, inside the namespace of a segment.

const configuration = (exported: string, work: string) => `
NFS_CORE_PARAM { Protocols = 3,4; Enable_NLM = false; Enable_RQUOTA = false; mount_path_pseudo = true; }
NFSV4 { Graceless = true; Minor_Versions = 0,1; RecoveryBackend = fs; RecoveryRoot = ${work}/recovery; }
EXPORT {
  Export_Id = 1; Path = ${exported}; Pseudo = ${exported};
  Access_Type = RW; Squash = No_Root_Squash; SecType = sys; Protocols = 3,4;
  FSAL { Name = VFS; }
}
`

/** Exports a directory, read-write, under its own path. It ends with the segment. */
export const serveNfs = async (segment: Segment, exported: string, work: string): Promise<void> => {
  await mkdir(join(work, 'recovery'), { recursive: true })
  const file = join(work, 'ganesha.conf')
  await writeFile(file, configuration(exported, work))
  // NFSv3 wants rpcbind, which has its socket in /run: this one's own, so that it meets no other
  const script = `mount -t tmpfs run /run && rpcbind -f &
    until [ -S /run/rpcbind.sock ]; do sleep 0.1; done
    exec ganesha.nfsd -F -f "$1" -L STDOUT -p "$2" -N EVENT`
  const own = ['unshare', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc']
  segment.serve([...own, 'sh', '-c', script, 'sh', file, join(work, 'ganesha.pid')])
  await segment.hears(/NFS SERVER INITIALIZED/, 60_000)
}
