import { join } from 'node:path'
import type { Command } from 'commander'
import { bootManifest, serverUrls } from '../boot/manifest.ts'
import { bootScript } from '../boot/script.ts'
import { attemptsWith } from '../events/outcome.ts'
import { imageOfNode, initramfsOf, kernelOf, referenceOf } from '../image/images.ts'
import { selectNodes } from '../site.ts'
import { authority } from '../tls/authority.ts'
import type { CommonOptions, Opening, Surroundings } from './program.ts'

export const bootCommands = (program: Command, { print, style }: Surroundings, opening: Opening): void => {
  program
    .command('boot')
    .description('What nodes boot')
    .command('show')
    .description(
      'Show the boot script and the boot manifest that nodes would get now; no boot begins and no token is made',
    )
    .argument('<nodes...>', 'names, ranges (n[01-04]) and groups')
    .action(async (names: string[], _, command: Command) => {
      const options = command.optsWithGlobals<CommonOptions>()
      const site = await opening.site(options)
      const state = await opening.state(options)
      const ca = await authority(join(state.directory, 'tls'))
      for (const node of selectNodes(site, names)) {
        const image = await imageOfNode(state, node)
        const kernel = kernelOf(image, node.record.kernel?.version)
        const initramfs = initramfsOf(image, kernel, node.record.kernel?.initramfs)
        const script = bootScript({
          node,
          image,
          kernel,
          initramfs,
          server: serverUrls(site.settings).http,
          boot: 'BOOT',
        })
        const manifest = bootManifest({
          node,
          image,
          settings: site.settings,
          ca,
          boot: 'BOOT',
          token: 'TOKEN',
          time: new Date(),
          attempts: await attemptsWith(state, node.name, '', new Date()),
        })
        if (options.json) {
          print(JSON.stringify({ script, manifest }, null, 2))
          continue
        }
        print(style.strong(`${node.name}: ${referenceOf(image)}`))
        print(script)
        print(style.strong('prelude/boot.json'))
        print(JSON.stringify(manifest, null, 2))
      }
    })
}
