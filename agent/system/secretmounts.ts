import type { Log } from '../../engine/log.ts'
import { execute } from '../../engine/process.ts'
import { bind } from './mounts.ts'
import { mountNfs, transportOptions } from './nfsmount.ts'

/** What holds for every place where secrets are seen. */
export const secretOptions: readonly string[] = ['ro', 'nosuid', 'nodev', 'noexec']

/** Shows secrets at a second place, for reading alone; no link in there leads anywhere where the kernel knows how. */
export const showSecrets = async (log: Log, source: string, target: string): Promise<void> => {
  await bind(log, source, target, secretOptions)
  const options = ['remount', 'bind', ...secretOptions, 'nosymfollow'].join(',')
  const { code } = await execute('mount', ['-o', options, target], { timeout: 20_000 })
  if (code !== 0) log.info(`${target} without nosymfollow: kernel or mount do not know it`)
}

export type SecretExport = { readonly source: string; readonly options?: readonly string[] }

const partsOf = (source: string) => {
  const [, server = '', path = ''] = /^\[?([^\]]*?)\]?:(\/.*)$/.exec(source) ?? []
  return { server, path }
}

/**
 * Mounts an export that holds secrets, in the newest version that its server speaks. `soft`: a server that goes away while the
 * plays run makes them fail, and does not hold the node for ever.
 */
export const mountExport = async (log: Log, exported: SecretExport, target: string): Promise<void> => {
  const given = exported.options ?? []
  const versions = given.flatMap((option) => /^(?:nfs)?vers=(.+)$/.exec(option)?.[1] ?? [])
  const others = given.filter((option) => !/^(?:nfs)?vers=/.test(option))
  const options = (version: string, address: string) => [
    ...secretOptions,
    ...transportOptions(version, address),
    ...['soft', 'timeo=100', 'retrans=3'],
    ...others,
  ]
  const wanted = versions.length > 0 ? versions : ['4.2', '4.1', '4.0', '3']
  await mountNfs(log, { ...partsOf(exported.source), versions: wanted, options }, target)
}
