import type { Log } from '../../engine/log.ts'
import { execute } from '../../engine/process.ts'
import { bind, mount } from './mounts.ts'

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

/**
 * Mounts an export that holds secrets. `soft`: a server that goes away while the plays run makes them fail, and does not
 * hold the node for ever.
 */
export const mountExport = (log: Log, { source, options = [] }: SecretExport, target: string): Promise<void> =>
  mount(log, {
    type: 'nfs',
    source,
    target,
    options: [...secretOptions, 'nolock', 'soft', 'timeo=100', 'retrans=3', 'retry=0', ...options],
  })
