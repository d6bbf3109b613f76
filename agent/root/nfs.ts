import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Failure, messageOf } from '../../engine/failure.ts'
import type { BootNfs } from '../../schema/types.ts'
import type { BootContext, Details } from '../context.ts'
import { mountNfs, nfsSource, transportOptions } from '../system/nfsmount.ts'
import { pause } from '../system/retry.ts'
import { makeWritable, mountLayers, place } from './layers.ts'

/** The versions to try, newest first. */
const versionsOf = (version: BootNfs['version']): readonly string[] =>
  version === '4' ? ['4.2', '4.1', '4.0'] : [version]

/**
 * Options of the kernel's own mount. `hard`: a root that answers with errors while its server restarts is worse than one that
 * waits.
 */
export const nfsOptions = (nfs: BootNfs, version: string, address: string): readonly string[] => [
  nfs.writable ? 'rw' : 'ro',
  'hard',
  ...transportOptions(version, address),
  ...nfs.options,
]

/** Mounts until the server answers or the budget is spent. */
const mountInTime = async (context: BootContext, nfs: BootNfs, target: string): Promise<string> => {
  const { log, watchdog, manifest } = context
  const { server, path, version } = nfs
  const options = (spoken: string, address: string) => nfsOptions(nfs, spoken, address)
  const mounted = { server, path, versions: versionsOf(version), options }
  const budget = manifest.retry?.budget ?? 600
  const end = performance.now() + budget * 1000
  for (let attempt = 1; ; attempt++) {
    watchdog.progress()
    try {
      return await mountNfs(log, mounted, target)
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
  if (!nfs.writable) {
    await makeWritable(context)
    await mountLayers(context, target)
  }
  return { type: 'nfs', source: nfsSource(nfs), version, writable: nfs.writable }
}
