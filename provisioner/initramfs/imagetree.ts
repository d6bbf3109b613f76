import { createWriteStream } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { tool } from '../../engine/process.ts'
import type { Image } from '../image/images.ts'
import type { State } from '../state.ts'

/** Shows the tree of a published image, read-only, as long as `use` runs. Throws a Failure when it cannot be mounted. */
export const withImageTree = async <T>(
  state: State,
  { manifest }: Image,
  use: (root: string) => Promise<T>,
): Promise<T> => {
  const work = await mkdtemp(join(state.directory, 'tree-'))
  try {
    const [file, root] = [join(work, 'rootfs'), join(work, 'root')]
    await pipeline(await state.blobs.open(manifest.rootfs.digest), createWriteStream(file))
    await mkdir(root)
    await tool('mount', ['-t', 'squashfs', '-o', 'loop,ro,nosuid,nodev', file, root])
    try {
      return await use(root)
    } finally {
      await tool('umount', [root])
    }
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}
