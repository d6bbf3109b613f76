import type { Blob, ImageKernel } from '../../schema/types.ts'
import type { Image } from '../image/images.ts'
import { referenceOf } from '../image/images.ts'
import type { Node } from '../node/node.ts'

export type BootScript = {
  readonly node: Node
  readonly image: Image
  readonly kernel: ImageKernel
  readonly initramfs: Blob
  /** Base URL of the plain listener. */
  readonly server: string
  /** Identifier of the boot. */
  readonly boot: string
}

/**
 * A kernel that stops, or an initramfs that fails beside the agent, restarts: nobody sits before a node's console, and
 * dracut's own shell would ask nobody for a password. The agent offers one that does, where the site wants it.
 */
const unattended = ['panic=30', 'rd.shell=0', 'rd.emergency=reboot'] as const

/**
 * Kernel arguments: `root=prelude`, what keeps a node from waiting for somebody and the record's own, which come last and
 * win. World-readable on the node: nothing secret ever stands here.
 */
export const kernelArguments = (node: Node): readonly string[] => [
  'root=prelude',
  ...unattended,
  ...(node.record.kernel?.args ?? []),
]

/**
 * The iPXE script of one boot. `initrd=` names the parts for UEFI, where the kernel asks for them by name; BIOS ignores
 * it. The per-boot initrd comes last: the kernel unpacks it over the initramfs.
 */
export const bootScript = ({ node, image, kernel, initramfs, server, boot }: BootScript): string => {
  const blob = (digest: string) => `${server}/blobs/${digest}`
  return `#!ipxe
echo ${node.name} boots ${referenceOf(image)}, kernel ${kernel.version}
kernel --name kernel ${blob(kernel.kernel.digest)} initrd=initramfs initrd=boot ${kernelArguments(node).join(' ')} || goto failed
initrd --name initramfs ${blob(initramfs.digest)} || goto failed
initrd --name boot ${server}/boot/initrd/${boot} || goto failed
boot || goto failed
:failed
echo The boot of ${node.name} failed; next attempt in 15 seconds.
sleep 15
reboot
`
}

const line = (text: string): string => text.replace(/[\x00-\x1f|&]+/g, ' ')

/** For a machine that is not ours to boot: the firmware goes on with its next boot device. */
export const leaveScript = (message: string): string => `#!ipxe
echo ${line(message)}
exit 1
`

/** For a node that cannot boot now: it asks again. */
export const waitScript = (message: string): string => `#!ipxe
echo ${line(message)}
echo Next attempt in 30 seconds.
sleep 30
reboot
`
