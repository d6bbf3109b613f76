import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure } from '../../engine/failure.ts'
import type { BootContext, BootStage } from '../context.ts'
import { download } from '../system/download.ts'
import { runDirectory } from '../system/journal.ts'
import { availableMemory, mebibytes } from '../system/memory.ts'
import { mount, unmount } from '../system/mounts.ts'
import { run } from '../system/run.ts'

/** Where image and writable layer live; below /run, which moves to the new root. */
const place = `${runDirectory}/root`

/** Memory that has to stay for kernel, agent and the first services. */
const reserve = 128 * 1024 ** 2

/** Unpacked, a squashfs is about so many times its size. */
const expansion = 4

/** Refuses an image that cannot fit before a byte of it is fetched. Throws 'image.memory' with the numbers. */
export const checkMemory = (type: 'image' | 'tmpfs', size: number, available: number): void => {
  const image = type === 'image' ? size : size * (1 + expansion)
  const needed = image + reserve
  if (available >= needed) return
  throw new Failure(
    'image.memory',
    `the image needs ${mebibytes(needed)} of memory, ${mebibytes(available)} are available (image ${mebibytes(size)}${
      type === 'tmpfs' ? `, about ${expansion} times as much unpacked` : ''
    }, ${mebibytes(reserve)} to run)`,
    { hint: type === 'tmpfs' ? "node_root type 'image' needs less" : 'make the image smaller or give the node memory' },
  )
}

const fetchImage = async (context: BootContext, file: string) => {
  const { manifest, log, watchdog } = context
  const { name, digest, size } = manifest.image
  return log.step(`fetching ${name} (${mebibytes(size)})`, () =>
    download(file, {
      urls: manifest.servers.map(({ http }) => `${http}/blobs/${digest}`),
      digest,
      size,
      budget: manifest.retry?.budget ?? 600,
      log,
      progress: watchdog.progress,
    }),
  )
}

/** Where there are several NUMA nodes the pages go round them; else the first one alone would hold the image. */
const memoryOptions = (size: string): readonly string[] => [
  `size=${size}`,
  'mode=0755',
  ...(existsSync('/sys/devices/system/node/node1') ? ['mpol=interleave'] : []),
]

const overlayRoot = async (context: BootContext, image: string): Promise<void> => {
  const { log, newRoot, manifest } = context
  const [lower, writable] = [join(place, 'image'), join(place, 'writable')]
  await mkdir(lower)
  await mkdir(writable)
  await mount(log, { type: 'squashfs', source: image, target: lower, options: ['loop', 'ro'] })
  const options = memoryOptions(manifest.root.size ?? '50%')
  await mount(log, { type: 'tmpfs', source: 'prelude', target: writable, options })
  const [upper, work] = [join(writable, 'upper'), join(writable, 'work')]
  await mkdir(upper, { mode: 0o755 })
  await mkdir(work, { mode: 0o755 })
  const layers = [`lowerdir=${lower}`, `upperdir=${upper}`, `workdir=${work}`]
  await mount(log, { type: 'overlay', source: 'prelude', target: newRoot, options: layers })
}

const unpackRoot = async (context: BootContext, image: string): Promise<void> => {
  const { log, newRoot, manifest } = context
  const options = memoryOptions(manifest.root.size ?? '80%')
  await mount(log, { type: 'tmpfs', source: 'prelude', target: newRoot, options })
  await run(log, 'unsquashfs', ['-f', '-n', '-d', newRoot, image])
  await unmount(log, join(place, 'download'))
}

/** Makes the image the new root: only the content that the manifest names by its digest, never anything else. */
export const root: BootStage = {
  name: 'root',
  async run(context) {
    const { manifest, log } = context
    const { type } = manifest.root
    const { size } = manifest.image
    const available = await availableMemory()
    if (available !== undefined) checkMemory(type, size, available)
    const directory = join(place, 'download')
    await mkdir(directory, { recursive: true, mode: 0o700 })
    await mount(log, {
      type: 'tmpfs',
      source: 'prelude',
      target: directory,
      options: memoryOptions(String(size + 1024 ** 2)),
    })
    const file = join(directory, 'image.squashfs')
    const fetched = await fetchImage(context, file)
    await mkdir(context.newRoot, { recursive: true })
    if (type === 'tmpfs') await unpackRoot(context, file)
    else await overlayRoot(context, file)
    const rate = size / 1024 ** 2 / (fetched.ms / 1000)
    return {
      type,
      bytes: size,
      fetchMs: Math.round(fetched.ms),
      attempts: fetched.attempts,
      mibPerSecond: Math.round(rate * 10) / 10,
      image: manifest.image.version ?? manifest.image.digest,
    }
  },
}
