import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure } from '../../engine/failure.ts'

/** A kernel release of a tree, with the paths of its files; at least one initramfs is there. */
export type TreeKernel = {
  readonly version: string
  readonly kernel: string
  readonly initramfs?: string
  readonly minimal?: string
}

const newestFirst = new Intl.Collator('en', { numeric: true })

/** Name of the initramfs of a kernel release, as Debian, Red Hat and SUSE write it. */
const initramfsNames = (version: string): readonly string[] => [
  `initrd.img-${version}`,
  `initramfs-${version}.img`,
  `initramfs-${version}`,
  `initrd-${version}`,
]

/** Name of the minimal initramfs, which `provision initramfs build` makes. */
const minimalName = (version: string): string => `initramfs-minimal-${version}.img`

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
    const minimal = names.includes(minimalName(version)) ? minimalName(version) : undefined
    if (initramfs === undefined && minimal === undefined) bare.push(version)
    else
      found.push({
        version,
        kernel: join(boot, name),
        ...(initramfs === undefined ? {} : { initramfs: join(boot, initramfs) }),
        ...(minimal === undefined ? {} : { minimal: join(boot, minimal) }),
      })
  }
  if (found.length === 0) {
    throw new Failure(
      'image.kernel',
      bare.length > 0
        ? `${boot} has no initramfs for kernel ${bare.join(', ')}`
        : `${boot} has no kernel (vmlinuz-RELEASE)`,
      { hint: 'let the image play install a kernel and apply the role dracut or initramfs' },
    )
  }
  const isLast = ({ version }: TreeKernel) => Number(/debug|rescue/.test(version))
  return found.sort((a, b) => isLast(a) - isLast(b) || newestFirst.compare(b.version, a.version))
}
