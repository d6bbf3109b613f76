import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { tool } from '../../engine/process.ts'
import { kept } from '../kept.ts'

const root = join(import.meta.dirname, '..', '..')

export type Kernel = {
  readonly version: string
  /** Directory with `boot/vmlinuz-VERSION` and `lib/modules/VERSION`. */
  readonly tree: string
  readonly image: string
}

/** Debian's kernel with its modules, unpacked; kept in dist/, as it is fetched from the package mirror. */
export const debianKernel = async (): Promise<Kernel> => {
  const depends = await tool('apt-cache', ['depends', 'linux-image-amd64'])
  const name = /Depends: (linux-image-\S+)/.exec(depends)?.[1]
  if (name === undefined) throw new Error('the package linux-image-amd64 names no kernel')
  const version = name.slice('linux-image-'.length)
  const tree = join(root, 'dist', `.kernel-${version}`)
  await kept(tree, async (work) => {
    await tool('apt-get', ['download', name], { cwd: work })
    const [file] = (await readdir(work)).filter((entry) => entry.endsWith('.deb'))
    await tool('dpkg', ['-x', join(work, file!), join(work, 'tree')])
    await tool('depmod', ['-b', join(work, 'tree'), version])
    return join(work, 'tree')
  })
  return { version, tree, image: join(tree, 'boot', `vmlinuz-${version}`) }
}
