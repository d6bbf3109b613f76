import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure, messageOf } from '../../engine/failure.ts'
import type { BootContext, Details } from '../context.ts'
import { DigestFile } from '../system/digestfile.ts'
import { download } from '../system/download.ts'
import { largeFileOptions, mebibytes, readMemory, tmpfsOptions } from '../system/memory.ts'
import { mount, unmount } from '../system/mounts.ts'
import { run } from '../system/run.ts'
import { transferProgress } from '../system/transfer.ts'
import { imageDirectory, makeWritable, mountLayers, place, writableDirectory, writableLimit } from './layers.ts'
import { checkRoom } from './room.ts'

/** Most of the memory: unpacked, the root is all that is in it. */
const unpackedLimit = '80%'

/** Seconds for fetching where the site says nothing: with one more for each MiB, however large an image is. */
const budgetOf = (size: number): number => 600 + Math.ceil(size / 1024 ** 2)

const fetchImage = (context: BootContext, file: DigestFile) => {
  const { manifest, log } = context
  const { name, digest, size } = manifest.image
  const { budget, patience, rate } = manifest.retry ?? {}
  const own = manifest.servers.map(({ http }) => http)
  const servers = [...new Set([...(manifest.mirrors ?? []), ...own])]
  return log.step(`fetching ${name} (${mebibytes(size)})`, () =>
    download(file, {
      urls: servers.map((server) => `${server}/blobs/${digest}`),
      digest,
      size,
      budget: budget ?? budgetOf(size),
      ...(patience === undefined ? {} : { patience }),
      ...(rate === undefined ? {} : { rate }),
      log,
      progress: transferProgress(context, size),
    }),
  )
}

/** Named one by one: what `-a` cannot keep it loses without a word. */
const preserved = '--preserve=mode,ownership,timestamps,links,xattr'

/**
 * Unpacks an image into a directory with everything that it holds: owners, modes, times, hard links, extended attributes,
 * holes, devices. unsquashfs refuses names that lead elsewhere; an erofs is copied from its mount, where there are none.
 */
export const unpackImage = async (context: BootContext, image: string, target: string): Promise<void> => {
  const { log, manifest } = context
  if (manifest.image.format === 'squashfs') {
    await run(log, 'unsquashfs', ['-f', '-n', '-d', target, image])
    return
  }
  const mounted = join(place, 'image')
  await mkdir(mounted, { recursive: true })
  await mount(log, { type: manifest.image.format, source: image, target: mounted, options: ['loop', 'ro'] })
  try {
    await run(log, 'cp', ['-dR', preserved, '--sparse=always', `${mounted}/.`, target])
  } finally {
    await unmount(log, mounted)
  }
}

const unpackRoot = async (context: BootContext, image: string): Promise<void> => {
  const { log, newRoot, manifest } = context
  const limit = manifest.root.size ?? unpackedLimit
  await mount(log, { type: 'tmpfs', source: 'prelude', target: newRoot, options: tmpfsOptions(limit) })
  try {
    await unpackImage(context, image, newRoot)
  } catch (cause) {
    await unmount(log, newRoot)
    if (!/no space left on device/i.test(messageOf(cause))) throw cause
    throw new Failure('image.space', `the root of ${limit} is full before the image is unpacked`, {
      cause,
      hint: "raise node_root.size, give the node memory, or take node_root type 'image'",
    })
  } finally {
    await unmount(log, imageDirectory)
  }
}

/** What an image needs before its first byte, and what is made meanwhile. */
export type ImagePlace = {
  readonly type: 'image' | 'tmpfs'
  readonly file: DigestFile
  /** Place in memory for the image. */
  readonly mounted: Promise<void>
  /** What lies over an image that is not unpacked. */
  readonly writable: Promise<void> | undefined
}

const imageFile = ({ manifest }: BootContext): string => join(imageDirectory, `image.${manifest.image.format}`)

export const openImagePlace = (context: BootContext, type: 'image' | 'tmpfs'): ImagePlace => {
  const { manifest, log } = context
  const mountPlace = async () => {
    await mkdir(imageDirectory, { recursive: true, mode: 0o700 })
    const options = largeFileOptions(String(manifest.image.size + 1024 ** 2))
    await mount(log, { type: 'tmpfs', source: 'prelude', target: imageDirectory, options })
  }
  const writable = type === 'image' ? makeWritable(context) : undefined
  const mounted = mountPlace()
  for (const making of [mounted, writable]) making?.catch(() => {}) // awaited by who goes on
  return { type, file: new DigestFile(imageFile(context)), mounted, writable }
}

/** Gives back what was made for an image that does not come. */
export const closeImagePlace = async ({ log }: BootContext, { file, mounted, writable }: ImagePlace): Promise<void> => {
  file.close()
  await Promise.allSettled([mounted, writable])
  for (const made of [imageDirectory, writableDirectory]) await unmount(log, made)
}

/** Makes an image the new root: only the content that the manifest names by its digest, never anything else. */
export const imageRoot = async (context: BootContext, opened: ImagePlace): Promise<Details> => {
  const { manifest, log } = context
  const { type } = opened
  const { size, format, unpacked } = manifest.image
  const memory = await readMemory()
  const limit = manifest.root.size ?? (type === 'tmpfs' ? unpackedLimit : writableLimit)
  if (memory) checkRoom({ type, size, unpacked, limit }, memory)

  await opened.mounted
  const fetched = await fetchImage(context, opened.file)
  await opened.writable
  const image = imageFile(context)
  if (type === 'tmpfs') await unpackRoot(context, image)
  else {
    const lower = join(place, 'image')
    await mkdir(lower, { recursive: true })
    await mount(log, { type: format, source: image, target: lower, options: ['loop', 'ro'] })
    await mountLayers(context, lower)
  }
  const rate = size / 1024 ** 2 / (fetched.ms / 1000)
  return {
    type,
    format,
    bytes: size,
    fetchMs: Math.round(fetched.ms),
    attempts: fetched.attempts,
    mibPerSecond: Math.round(rate * 10) / 10,
    image: manifest.image.version ?? manifest.image.digest,
  }
}
