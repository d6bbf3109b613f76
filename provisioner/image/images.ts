import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure } from '../../engine/failure.ts'
import { originAt } from '../../engine/inventory/node/merge.ts'
import { suggest } from '../../engine/nearest.ts'
import type { Blob, ImageKernel, ImageManifest, NodeKernel, Signed } from '../../schema/types.ts'
import type { Node } from '../node/node.ts'
import type { State } from '../state.ts'
import { canonical, digestOf } from '../store/digest.ts'
import { replaceFile } from '../store/replace.ts'

/** A published, immutable version of an image; `version` is sha256:…, the digest of the manifest's canonical JSON. */
export type Image = {
  readonly version: string
  readonly manifest: ImageManifest
  /** What the site's keys say of it. */
  readonly signed?: Signed
}

/** `name@sha256:…` */
export const referenceOf = ({ version, manifest }: Image): string => `${manifest.name}@${version}`

const directoryOf = (state: State): string => join(state.directory, 'images')

export const isImageName = (text: string): boolean => /^[a-zA-Z0-9][a-zA-Z0-9._-]*$/.test(text)

const hexOf = (version: string): string => version.slice('sha256:'.length)

const signedEnding = 'signed'

/** Where the signatures of a version stand: beside its manifest. */
export const signedFileOf = (state: State, { version, manifest }: Image): string =>
  join(directoryOf(state), manifest.name, `${hexOf(version)}.${signedEnding}`)

/** The version whose manifest a directory has in a file named after its digest; undefined when the content is another. */
const read = async (directory: string, file: string): Promise<Image | undefined> => {
  const text = await readFile(join(directory, file), 'utf8')
  const version = digestOf(text)
  // before it is parsed: one damaged file must not hide the other versions
  if (file !== `${hexOf(version)}.json`) return undefined
  const signed = await readFile(join(directory, file.replace(/json$/, signedEnding)), 'utf8').catch(() => undefined)
  return {
    version,
    manifest: JSON.parse(text) as ImageManifest,
    ...(signed === undefined ? {} : { signed: JSON.parse(signed) as Signed }),
  }
}

/** Every version of an image, newest first. A manifest whose content is not what its name says is left out. */
export const versionsOf = async (state: State, name: string): Promise<readonly Image[]> => {
  if (!isImageName(name)) return []
  const directory = join(directoryOf(state), name)
  const files = (await readdir(directory).catch(() => [] as string[])).filter((file) => file.endsWith('.json'))
  const images = await Promise.all(files.map((file) => read(directory, file)))
  return images
    .filter((image) => image !== undefined)
    .sort((a, b) => (a.manifest.created < b.manifest.created ? 1 : -1))
}

export const imageNames = async (state: State): Promise<readonly string[]> =>
  (await readdir(directoryOf(state)).catch(() => [] as string[])).sort()

/** All versions of all images, by name, newest first. */
export const listImages = async (state: State): Promise<readonly Image[]> =>
  (await Promise.all((await imageNames(state)).map((name) => versionsOf(state, name)))).flat()

/**
 * The image that a node or a user names: `name` (its newest version) or `name@sha256:…` (the digest may be shortened to 8 digits or more).
 * Throws a Failure 'image.unknown'.
 */
export const findImage = async (state: State, reference: string): Promise<Image> => {
  const [name = '', version] = reference.split('@', 2)
  const versions = await versionsOf(state, name)
  if (versions.length === 0) {
    const known = await imageNames(state)
    throw new Failure('image.unknown', `there is no image '${name}'`, {
      hint: known.length > 0 ? suggest(name, known) : 'none is published yet: run the play that builds it',
    })
  }
  if (version === undefined) return versions[0]!
  const matching = /^sha256:[0-9a-f]{8,64}$/.test(version)
    ? versions.filter((image) => image.version.startsWith(version))
    : []
  if (matching.length === 1) return matching[0]!
  throw new Failure('image.unknown', `image '${name}' has no version ${version}`, {
    hint: `published: ${versions.map((image) => image.version.slice(0, 'sha256:'.length + 12)).join(', ')}`,
  })
}

/** The image of a node; a Failure stands where its `node_image` was written. */
export const imageOfNode = async (state: State, node: Pick<Node, 'record' | 'merged'>): Promise<Image> => {
  try {
    return await findImage(state, node.record.image)
  } catch (thrown) {
    if (!(thrown instanceof Failure)) throw thrown
    const { code, message, hint } = thrown
    throw new Failure(code, message, { hint, at: originAt(node.merged, ['image'])?.at })
  }
}

/** The kernel that a node wants of an image: the default one when it says nothing. */
export const kernelOf = (image: Image, wanted?: string): ImageKernel => {
  const { kernels, name } = image.manifest
  const kernel = wanted === undefined ? kernels[0] : kernels.find(({ version }) => version === wanted)
  if (kernel) return kernel
  throw new Failure('image.kernel', `image '${name}' has no kernel ${wanted}`, {
    hint: `it has ${kernels.map(({ version }) => version).join(', ')}`,
  })
}

/** Stores a manifest; the version follows from its content. */
export const storeManifest = async (state: State, manifest: ImageManifest): Promise<Image> => {
  const text = canonical(manifest)
  const version = digestOf(text)
  await replaceFile(join(directoryOf(state), manifest.name, `${hexOf(version)}.json`), text, 0o644)
  return { version, manifest }
}

/** What a kernel of an image loads and is loaded with. */
export const filesOf = ({ kernel, initramfs, minimal }: ImageKernel): readonly Blob[] =>
  [kernel, initramfs, minimal].filter((blob) => blob !== undefined)

/**
 * The initramfs that a node wants of an image's kernel: dracut's where it says nothing and the image has it. Throws a Failure
 * 'image.initramfs'.
 */
export const initramfsOf = (image: Image, kernel: ImageKernel, wanted?: NodeKernel['initramfs']): Blob => {
  const { initramfs, minimal } = kernel
  const found = wanted === undefined ? (initramfs ?? minimal) : { dracut: initramfs, minimal }[wanted]
  if (found) return found
  throw new Failure('image.initramfs', `image '${image.manifest.name}' has no initramfs of the kind '${wanted}'`, {
    hint: `its play applies the role ${wanted === 'minimal' ? 'initramfs' : 'dracut'} for that`,
  })
}
