import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Failure } from '../../engine/failure.ts'
import type { BootOverlay } from '../../schema/types.ts'
import type { Node } from '../node/node.ts'
import type { Site } from '../site.ts'
import type { State } from '../state.ts'
import { digestOf } from '../store/digest.ts'
import { packEntries } from './pack.ts'
import { renderNode } from './render.ts'

// The system overlay of a boot is rendered once, when its manifest is made, and kept until the node's next boot: the manifest
// names its digest, so nothing else can be laid over the root, whoever changes what in between.

const fileOf = (state: State, boot: string): string => join(state.directory, 'overlays', `${boot}.tar`)

/**
 * Renders and keeps the system overlay of a boot. undefined when it cannot be rendered: the node is told why when it asks for
 * it, where its history shows it.
 */
export const keepOverlay = async (
  site: Site,
  state: State,
  node: Node,
  boot: string,
): Promise<BootOverlay | undefined> => {
  for (const { id } of await state.tokens.boots({ node: node.name })) await rm(fileOf(state, id), { force: true })
  try {
    const { archive } = await packEntries(await renderNode(site, state, node, 'system'))
    const file = fileOf(state, boot)
    await mkdir(dirname(file), { recursive: true, mode: 0o700 })
    // not flushed: after a power cut the node begins another boot anyway
    await writeFile(`${file}.new`, archive, { mode: 0o600 })
    await rename(`${file}.new`, file)
    return { digest: digestOf(archive), size: archive.length }
  } catch (thrown) {
    if (thrown instanceof Failure) return undefined
    throw thrown
  }
}

/** The system overlay that a boot was told of; undefined when there is none. */
export const keptOverlay = (state: State, boot: string): Promise<Buffer | undefined> =>
  readFile(fileOf(state, boot)).catch((thrown: NodeJS.ErrnoException) => {
    if (thrown.code === 'ENOENT') return undefined
    throw thrown
  })
