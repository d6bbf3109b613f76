import { resolve } from 'node:path'
import type { Command } from 'commander'
import { createLog, entryText } from '../../engine/log.ts'
import { findImage, listImages, referenceOf } from '../image/images.ts'
import { publishImage } from '../image/publish.ts'
import type { CommonOptions, Opening, Surroundings } from './program.ts'
import { bytes, table } from './table.ts'

const short = (version: string): string => version.slice(0, 'sha256:'.length + 12)

export const imageCommands = (program: Command, surroundings: Surroundings, opening: Opening): void => {
  const { print, complain, style } = surroundings
  const image = program.command('image').description('Published images')

  image
    .command('list')
    .description('List all versions, the newest of each image first')
    .action(async (_, command: Command) => {
      const options = command.optsWithGlobals<CommonOptions>()
      const images = await listImages(await opening.state(options))
      if (options.json) return print(JSON.stringify(images, null, 2))
      const rows = images.map(({ version, manifest }) => [
        manifest.name,
        short(version),
        manifest.created.slice(0, 19).replace('T', ' '),
        bytes(manifest.rootfs.size),
        manifest.kernels[0].version,
        manifest.os,
      ])
      for (const line of table(['NAME', 'VERSION', 'CREATED', 'SIZE', 'KERNEL', 'SYSTEM'], rows, style)) print(line)
    })

  image
    .command('show')
    .description('Show the manifest of an image')
    .argument('<image>', 'name or name@sha256:…')
    .action(async (reference: string, _, command: Command) => {
      const options = command.optsWithGlobals<CommonOptions>()
      const found = await findImage(await opening.state(options), reference)
      if (options.json) return print(JSON.stringify(found, null, 2))
      const { manifest } = found
      print(`${style.strong(referenceOf(found))}`)
      print(`  created    ${manifest.created}`)
      print(`  playbook   ${manifest.playbook}`)
      print(`  system     ${manifest.os} (${manifest.architecture ?? 'unknown architecture'})`)
      print(`  rootfs     ${manifest.rootfs.digest} ${bytes(manifest.rootfs.size)}`)
      for (const { version, kernel, initramfs } of manifest.kernels) {
        print(`  kernel     ${version}: ${bytes(kernel.size)}, initramfs ${bytes(initramfs.size)}`)
      }
    })

  image
    .command('publish')
    .description('Publish a build tree as a new version of an image; an unchanged tree is not published again')
    .argument('<tree>', 'root directory of the built system')
    .requiredOption('--name <image>', 'name of the image: its inventory host')
    .requiredOption(
      '--playbook <file>',
      "playbook that built it, relative to the site's directory; its nodes run it at boot",
    )
    .action(async (tree: string, own: { name: string; playbook: string }, command: Command) => {
      const options = command.optsWithGlobals<CommonOptions>()
      const log = createLog((entry) => complain(entryText(entry)))
      const state = await opening.state(options)
      const { image: made, published } = await publishImage(state, { tree: resolve(tree), ...own }, log)
      if (options.json) return print(JSON.stringify({ published, image: made }))
      print(`${published ? 'published' : 'unchanged'}: ${referenceOf(made)}`)
    })
}
