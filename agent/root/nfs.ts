import { lookup } from 'node:dns/promises'
import { mkdir, writeFile } from 'node:fs/promises'
import { isIP, isIPv6 } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Failure, messageOf } from '../../engine/failure.ts'
import type { BootNfs } from '../../schema/types.ts'
import type { BootContext, Details } from '../context.ts'
import { mountCommand } from '../system/mounts.ts'
import { pause } from '../system/retry.ts'
import { run } from '../system/run.ts'
import { mountLayers, place } from './layers.ts'

/** `server:/path`, with the brackets that an IPv6 address needs. */
export const nfsSource = ({ server, path }: Pick<BootNfs, 'server' | 'path'>): string =>
  `${isIPv6(server) ? `[${server}]` : server}:${path}`

/** The versions to try, newest first. */
const versionsOf = (version: BootNfs['version']): readonly string[] =>
  version === '4' ? ['4.2', '4.1', '4.0'] : [version]

/**
 * Options of the kernel's own mount. `hard`: a root that answers with errors while its server restarts is worse than one that
 * waits. NFSv3 without locks between nodes: those need daemons that no root has yet.
 */
export const nfsOptions = (nfs: BootNfs, version: string, address: string): readonly string[] => [
  nfs.writable ? 'rw' : 'ro',
  `vers=${version}`,
  `addr=${address}`,
  'hard',
  ...(isIPv6(address) ? ['proto=tcp6'] : ['proto=tcp']),
  ...(version === '3' ? ['nolock', isIPv6(address) ? 'mountproto=tcp6' : 'mountproto=tcp'] : []),
  ...nfs.options,
]

/** Milliseconds that one attempt may take. */
const attemptLimit = 90_000

const mountOnce = async ({ log }: BootContext, nfs: BootNfs, target: string): Promise<string> => {
  const address = isIP(nfs.server) ? nfs.server : (await lookup(nfs.server)).address
  const versions = versionsOf(nfs.version)
  for (const [index, version] of versions.entries()) {
    const options = nfsOptions(nfs, version, address)
    try {
      // -i: the kernel mounts by itself. mount.nfs would start daemons, and is not in every image
      const command = ['-i', ...mountCommand({ type: 'nfs', source: nfsSource(nfs), target, options })]
      await run(log, 'mount', command, { timeout: attemptLimit })
      return version
    } catch (thrown) {
      const isUnknown = /protocol not supported|not supported by|unknown nfs version/i.test(messageOf(thrown))
      if (!isUnknown || index + 1 === versions.length) throw thrown
    }
  }
  throw new Error('there is no version to try')
}

/** Mounts until the server answers or the budget is spent. */
const mountInTime = async (context: BootContext, nfs: BootNfs, target: string): Promise<string> => {
  const { log, watchdog, manifest } = context
  const budget = manifest.retry?.budget ?? 600
  const end = performance.now() + budget * 1000
  for (let attempt = 1; ; attempt++) {
    watchdog.progress()
    try {
      return await mountOnce(context, nfs, target)
    } catch (cause) {
      const wait = pause(attempt, 1_000, 60_000, Math.random)
      if (performance.now() + wait >= end)
        throw new Failure('image.nfs', `no NFS root ${nfsSource(nfs)} within ${budget} s: ${messageOf(cause)}`, {
          cause,
          hint: 'is the server up, does it export that directory to this node, in that version?',
        })
      log.warning(`${messageOf(cause)}; next attempt in ${(wait / 1000).toFixed(1)} s`)
      await sleep(wait)
    }
  }
}

/** Makes an exported directory the new root: read-only under a layer in memory, or writable as it is. */
export const nfsRoot = async (context: BootContext): Promise<Details> => {
  const { log, manifest, newRoot } = context
  const { nfs } = manifest.root
  if (!nfs) throw new Failure('agent.manifest', 'the boot manifest does not say where the NFS root is')
  // NFSv4 servers tell clients apart by their host names: with the initramfs's own, all nodes would be one client
  await log.step(`naming this node ${manifest.node}`, () => writeFile('/proc/sys/kernel/hostname', manifest.node))
  const target = nfs.writable ? newRoot : join(place, 'nfs')
  await mkdir(target, { recursive: true })
  const version = await mountInTime(context, nfs, target)
  if (!nfs.writable) await mountLayers(context, target)
  return { type: 'nfs', source: nfsSource(nfs), version, writable: nfs.writable }
}
