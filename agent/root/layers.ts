import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { BootContext } from '../context.ts'
import { runDirectory } from '../system/journal.ts'
import { tmpfsOptions } from '../system/memory.ts'
import { mount } from '../system/mounts.ts'

/** Where image and writable layer live; below /run, which moves to the new root. */
export const place = `${runDirectory}/root`

/** What holds an image in memory; made just as large as the image. */
export const imageDirectory = join(place, 'download')

/** Half of the memory, as tmpfs itself has it. */
export const writableLimit = '50%'

/** The writable layer, in memory. */
export const writableDirectory = join(place, 'writable')
const [upper, work] = [join(writableDirectory, 'upper'), join(writableDirectory, 'work')]

/** Makes the writable layer; it may be made while what comes below it is still on its way. */
export const makeWritable = async ({ log, manifest }: BootContext): Promise<void> => {
  await mkdir(writableDirectory, { recursive: true })
  const options = tmpfsOptions(manifest.root.size ?? writableLimit)
  await mount(log, { type: 'tmpfs', source: 'prelude', target: writableDirectory, options })
  await mkdir(upper, { mode: 0o755 })
  await mkdir(work, { mode: 0o755 })
}

/** Mounts the new root: what is at `lower`, read-only, under the writable layer. */
export const mountLayers = async ({ log, newRoot }: BootContext, lower: string): Promise<void> => {
  const layers = [`lowerdir=${lower}`, `upperdir=${upper}`, `workdir=${work}`]
  await mount(log, { type: 'overlay', source: 'prelude', target: newRoot, options: layers })
}
