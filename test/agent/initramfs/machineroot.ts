import { cp, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { execute, tool } from '../../../engine/process.ts'
import { debianKernel } from '../kernel.ts'

/**
 * This machine's system with Debian's kernel in it, as an image's tree would be: nothing is copied but the kernel's modules
 * (as links) and some configuration. `close` takes it away again.
 */
export const openMachineRoot = async (): Promise<{ root: string; kernel: string; close: () => Promise<void> }> => {
  const { tree, version } = await debianKernel()
  const work = await mkdtemp('/var/tmp/prelude-root-')
  const root = join(work, 'root')
  const close = async () => {
    await execute('umount', [join(root, 'usr')])
    await rm(work, { recursive: true, force: true })
  }
  try {
    const modules = join(work, 'layer/lib/modules')
    await mkdir(modules, { recursive: true })
    await tool('cp', ['-al', join(tree, 'lib/modules', version), modules])
    for (const made of ['usr', 'etc']) await mkdir(join(root, made), { recursive: true })
    for (const merged of ['bin', 'sbin', 'lib', 'lib64']) await symlink(`usr/${merged}`, join(root, merged))
    const layers = `lowerdir=${join(work, 'layer')}:/usr`
    await tool('mount', ['-t', 'overlay', '-o', `ro,${layers}`, 'root', join(root, 'usr')])
    for (const file of ['ld.so.conf', 'ld.so.conf.d', 'mke2fs.conf'])
      await cp(join('/etc', file), join(root, 'etc', file), { recursive: true })
    return { root, kernel: version, close }
  } catch (thrown) {
    await close()
    throw thrown
  }
}
