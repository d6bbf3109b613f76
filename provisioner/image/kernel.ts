import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure } from '../../engine/failure.ts'

/** A kernel release of a tree, with the paths of its two files. */
export type TreeKernel = { readonly version: string; readonly kernel: string; readonly initramfs: string }

const newestFirst = new Intl.Collator('en', { numeric: true })

/** Name of the initramfs of a kernel release, as Debian, Red Hat and SUSE write it. */
const initramfsNames = (version: string): readonly string[] => [
  `initrd.img-${version}`,
  `initramfs-${version}.img`,
  `initramfs-${version}`,
  `initrd-${version}`,
]

/**
 * Kernels in a tree's /boot that have an initramfs: newest release first, debug and rescue kernels last.
 * Throws a Failure 'image.kernel' when there is none.
 */
export const treeKernels = async (tree: string): Promise<readonly TreeKernel[]> => {
  const boot = join(tree, 'boot')
  const names = await readdir(boot).catch(() => [] as string[])
  const found: TreeKernel[] = []
  const bare: string[] = []
  for (const name of names) {
    const version = /^(?:vmlinuz|vmlinux|Image)-(.+)$/.exec(name)?.[1]
    if (version === undefined) continue
    const initramfs = initramfsNames(version).find((candidate) => names.includes(candidate))
    if (initramfs) found.push({ version, kernel: join(boot, name), initramfs: join(boot, initramfs) })
    else bare.push(version)
  }
  if (found.length === 0) {
    throw new Failure(
      'image.kernel',
      bare.length > 0
        ? `${boot} has no initramfs for kernel ${bare.join(', ')}`
        : `${boot} has no kernel (vmlinuz-RELEASE)`,
      { hint: 'let the image play install a kernel and apply the role dracut' },
    )
  }
  const isLast = ({ version }: TreeKernel) => Number(/debug|rescue/.test(version))
  return found.sort((a, b) => isLast(a) - isLast(b) || newestFirst.compare(b.version, a.version))
}
