import { cp, mkdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { tool } from '../../engine/process.ts'
import { debianKernel } from '../agent/kernel.ts'
import { dracutTree } from './tree.ts'

const root = join(import.meta.dirname, '..', '..')

/** Builds the agent where it is older than its sources; returns its executable. */
export const builtAgent = async (): Promise<string> => {
  await tool(join(root, 'scripts/launch'), ['agent', '--version'])
  return join(root, 'dist/prelude-agent')
}

/**
 * Runs dracut in the Debian tree with our modules and the agent; returns the initramfs. `work` is used once; `args` are
 * dracut's, without the image and the kernel; `further` are directories of other modules.
 */
export const makeDracut = async (
  work: string,
  args: readonly string[],
  further: readonly string[] = [],
): Promise<string> => {
  const tree = await dracutTree()
  const kernel = await debianKernel()
  const upper = join(work, 'upper')
  await mkdir(join(upper, 'usr/lib/prelude'), { recursive: true })
  await cp(await builtAgent(), join(upper, 'usr/lib/prelude/prelude-agent'), { preserveTimestamps: true })
  const modules = join(upper, 'usr/lib/dracut/modules.d')
  await cp(join(root, 'agent/dracut'), modules, { recursive: true })
  for (const module of further) await cp(module, join(modules, basename(module)), { recursive: true })
  const build = [join(import.meta.dirname, 'build.sh'), tree, work, join(kernel.tree, 'lib/modules')]
  await tool('unshare', [
    ...['--mount', '--pid', '--fork', '--propagation', 'slave', 'sh', ...build],
    ...['--force', '--kver', kernel.version, ...args, '/initramfs.img'],
  ])
  return join(upper, 'initramfs.img')
}

/** What a further initrd or a test's hook calls in an initramfs. */
export const testTools = ['--install', 'grep find sed base64 hexdump busybox strace']
