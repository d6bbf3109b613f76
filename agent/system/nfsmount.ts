import { lookup } from 'node:dns/promises'
import { isIP, isIPv6 } from 'node:net'
import { messageOf } from '../../engine/failure.ts'
import type { Log } from '../../engine/log.ts'
import { mountCommand } from './mounts.ts'
import { run } from './run.ts'

export type NfsMount = {
  readonly server: string
  readonly path: string
  /** Versions to try, in this order. */
  readonly versions: readonly string[]
  readonly options: (version: string, address: string) => readonly string[]
}

/** `server:/path`, with the brackets that an IPv6 address needs. */
export const nfsSource = ({ server, path }: Pick<NfsMount, 'server' | 'path'>): string =>
  `${isIPv6(server) ? `[${server}]` : server}:${path}`

/** Options by which the kernel finds the server. */
export const transportOptions = (version: string, address: string): readonly string[] => [
  `vers=${version}`,
  `addr=${address}`,
  ...(isIPv6(address) ? ['proto=tcp6'] : ['proto=tcp']),
  // without locks between nodes: those need daemons that no initramfs has
  ...(version === '3' ? ['nolock', isIPv6(address) ? 'mountproto=tcp6' : 'mountproto=tcp'] : []),
]

/** Milliseconds that one attempt may take. */
const attemptLimit = 90_000

/** Mounts an export in the first version that the server speaks, once; returns that version. */
export const mountNfs = async (log: Log, nfs: NfsMount, target: string): Promise<string> => {
  const address = isIP(nfs.server) ? nfs.server : (await lookup(nfs.server)).address
  for (const [index, version] of nfs.versions.entries()) {
    const options = nfs.options(version, address)
    try {
      // -i: the kernel mounts by itself. mount.nfs would start daemons, and is not in every image
      const command = ['-i', ...mountCommand({ type: 'nfs', source: nfsSource(nfs), target, options })]
      await run(log, 'mount', command, { timeout: attemptLimit })
      return version
    } catch (thrown) {
      const isUnknown = /protocol not supported|not supported by|unknown nfs version/i.test(messageOf(thrown))
      if (!isUnknown || index + 1 === nfs.versions.length) throw thrown
    }
  }
  throw new Error('there is no version to try')
}
