import { execute } from '../../engine/process.ts'
import type { BootContext } from '../context.ts'

/** Modules that the mounts of a root need. */
const modulesOf = ({ image, root }: BootContext['manifest']): readonly string[] =>
  root.type === 'nfs' ? ['nfs', 'nfsv4', 'overlay'] : ['loop', image.format, 'overlay']

/**
 * Loads what the mounts of the root need of the kernel, while the network comes up. Not more than a head start: the kernel
 * loads by itself what a mount lacks, and then the mount says what it cannot do.
 */
export const loadRootDrivers = async ({ manifest }: BootContext): Promise<void> => {
  await execute('modprobe', ['--all', '--quiet', ...modulesOf(manifest)]).catch(() => {})
}
