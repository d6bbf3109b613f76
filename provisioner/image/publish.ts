import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { machine } from 'node:os'
import { join } from 'node:path'
import { Failure } from '../../engine/failure.ts'
import { type Log, silentLog } from '../../engine/log.ts'
import { tool } from '../../engine/process.ts'
import type { Blob, ImageKernel, ImageManifest } from '../../schema/types.ts'
import type { State } from '../state.ts'
import type { BlobStore } from '../store/blobs.ts'
import { digestOf } from '../store/digest.ts'
import { excluded } from './exclude.ts'
import { filesOf, type Image, isImageName, storeManifest, versionsOf } from './images.ts'
import { type TreeKernel, treeKernels } from './kernel.ts'
import { signImage } from './sign.ts'
import { readTree } from './tree.ts'

export type Publication = {
  /** Absolute path of the build tree. */
  readonly tree: string
  readonly name: string
  /** The playbook that made it, relative to the site's directory. */
  readonly playbook: string
  /** Format of the file system image; squashfs when absent. */
  readonly format?: ImageFormat
  /** When its signature stops being good. */
  readonly expires?: Date
}

export type ImageFormat = NonNullable<ImageManifest['format']>

/** What a tree is made of, before anything is stored. */
type Examined = {
  readonly os: string
  readonly kernels: readonly TreeKernel[]
  readonly unpacked: number
  readonly digest: string
  /** The newest version, when it was made of this very tree. */
  readonly same?: Image
}

/** Reads a tree. Nothing is written but the digests of its files, which spare the next reading. */
const examine = async (
  state: State,
  { tree, name, playbook, format = 'squashfs' }: Publication,
  log: Log,
): Promise<Examined> => {
  if (!isImageName(name)) {
    throw new Failure('image.name', `'${name}' cannot name an image`, {
      hint: 'use letters, digits, dots, dashes and underscores',
    })
  }
  const os = await prettyName(tree)
  const kernels = await treeKernels(tree)
  const cache = join(state.directory, 'trees', `${digestOf(tree).slice('sha256:'.length, 'sha256:'.length + 16)}.json`)
  const content = await log.step(`reading ${tree}`, () => readTree(tree, cache))
  const boot = await Promise.all(kernels.map((kernel) => imageKernel(kernel, blobOf)))
  const digest = digestOf(JSON.stringify([content.digest, boot]))
  const [newest] = await versionsOf(state, name)
  const isSame =
    newest?.manifest.tree === digest &&
    newest.manifest.playbook === playbook &&
    (newest.manifest.format ?? 'squashfs') === format &&
    (await isWhole(state.blobs, newest))
  return { os, kernels, unpacked: content.size, digest, ...(isSame ? { same: newest } : {}) }
}

/** The version that publishing would leave as it is; undefined when it would publish one. Nothing is stored or signed. */
export const unchangedImage = async (
  state: State,
  publication: Publication,
  log: Log = silentLog,
): Promise<Image | undefined> => (await examine(state, publication, log)).same

/**
 * Publishes a build tree as a version of an image: file system, kernels, initramfs and manifest, signed by the site.
 * `published` is false when the newest version was made of the same tree: then that version is the answer.
 */
export const publishImage = async (
  state: State,
  publication: Publication,
  log: Log = silentLog,
): Promise<{ image: Image; published: boolean }> => {
  const { tree, name, playbook, format = 'squashfs', expires } = publication
  const { os, kernels, unpacked, digest, same } = await examine(state, publication, log)
  if (same) {
    // who names an end wants it from now on, of an old version too
    const image = same.signed && !expires ? same : await signImage(state, same, { expires })
    return { image, published: false }
  }
  const put = (file: string) => state.blobs.put(createReadStream(file))
  const boot = await Promise.all(kernels.map((kernel) => imageKernel(kernel, put)))
  const rootfs = await log.step(`packing ${tree}`, () => pack(state, tree, format))
  const [first, ...others] = boot
  const manifest: ImageManifest = {
    name,
    created: new Date().toISOString(),
    playbook,
    os,
    architecture: machine(),
    kernels: [first!, ...others],
    rootfs,
    format,
    unpacked,
    tree: digest,
  }
  const image = await storeManifest(state, manifest)
  return { image: await signImage(state, image, { expires }), published: true }
}

/** PRETTY_NAME of the tree; systemd refuses to switch to a root without os-release. */
const prettyName = async (tree: string): Promise<string> => {
  const isTree = await stat(tree).then(
    (stats) => stats.isDirectory(),
    () => false,
  )
  if (!isTree) throw new Failure('image.tree', `there is no directory ${tree}`)
  for (const file of ['etc/os-release', 'usr/lib/os-release']) {
    const text = await readFile(join(tree, file), 'utf8').catch(() => undefined)
    if (text === undefined) continue
    return /^PRETTY_NAME=(["']?)(.*)\1$/m.exec(text)?.[2] ?? 'Linux'
  }
  throw new Failure('image.tree', `${tree} has neither etc/os-release nor usr/lib/os-release`, {
    hint: 'name the root directory of an installed system',
  })
}

/** A kernel and its files, each as the blob that `blob` makes of it. */
const imageKernel = async (
  { version, kernel, initramfs, minimal }: TreeKernel,
  blob: (file: string) => Promise<Blob>,
): Promise<ImageKernel> => ({
  version,
  kernel: await blob(kernel),
  ...(initramfs === undefined ? {} : { initramfs: await blob(initramfs) }),
  ...(minimal === undefined ? {} : { minimal: await blob(minimal) }),
})

const blobOf = async (file: string): Promise<Blob> => {
  const hash = createHash('sha256')
  let size = 0
  for await (const part of createReadStream(file, { highWaterMark: 1 << 20 })) {
    hash.update(part)
    size += part.length
  }
  return { digest: `sha256:${hash.digest('hex')}`, size }
}

const isWhole = async (blobs: BlobStore, { manifest }: Image): Promise<boolean> => {
  const parts = [manifest.rootfs, ...manifest.kernels.flatMap(filesOf)]
  const found = await Promise.all(parts.map(({ digest }) => blobs.stat(digest)))
  return found.every((blob, index) => blob?.size === parts[index]?.size)
}

/** Regular expressions of mkfs.erofs for what is left out; it looks at paths relative to the tree. */
const erofsExcluded = excluded.map((pattern) => {
  const expression = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '[^/]*')
  return `--exclude-regex=^${expression}$`
})

/** The time that mkfs.erofs gives a file system; files younger than it would lose their own, so there are none: the year 2100. */
const endOfTime = '4102444800'

/** How each format is made of a tree: the same tree gives the same bytes. */
export const packers: Readonly<Record<ImageFormat, (tree: string, file: string) => Promise<string>>> = {
  squashfs: (tree, file) =>
    tool('mksquashfs', [
      ...[tree, file, '-noappend', '-no-progress', '-quiet', '-no-recovery', '-exit-on-error', '-reproducible'],
      ...['-mkfs-time', '0', '-comp', 'zstd', '-Xcompression-level', '3'],
      ...['-wildcards', '-e', ...excluded],
    ]),
  // larger, and faster to read: LZ4, clusters of 64 KiB
  erofs: (tree, file) =>
    tool(
      'mkfs.erofs',
      [
        ...['-d0', '-zlz4hc', '-C65536', '--preserve-mtime', '-U00000000-0000-0000-0000-000000000000'],
        ...[...erofsExcluded, file, tree],
      ],
      { env: { ...process.env, SOURCE_DATE_EPOCH: endOfTime } },
    ),
}

const pack = async (state: State, tree: string, format: ImageFormat): Promise<Blob> => {
  const work = await mkdtemp(join(state.directory, 'pack-'))
  try {
    const file = join(work, `rootfs.${format}`)
    await packers[format](tree, file)
    return await state.blobs.put(createReadStream(file, { highWaterMark: 1 << 20 }))
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}
