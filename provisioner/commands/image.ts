import { resolve } from 'node:path'
import { type Command, Option } from 'commander'
import { Failure } from '../../engine/failure.ts'
import { createLog, entryText } from '../../engine/log.ts'
import type { ImageStatement } from '../../schema/types.ts'
import { findImage, type Image, listImages, referenceOf } from '../image/images.ts'
import { type ImageFormat, publishImage, unchangedImage } from '../image/publish.ts'
import { signImage, trustedKeys } from '../image/sign.ts'
import type { CommonOptions, Opening, Surroundings } from './program.ts'
import { bytes, table } from './table.ts'

type PublishOptions = { name: string; playbook: string; format: ImageFormat; expires?: string; check?: boolean }

const short = (version: string): string => version.slice(0, 'sha256:'.length + 12)

/** Who signed a version, and for how long. */
const signedText = ({ signed }: Image): string => {
  if (!signed) return 'no'
  const { signed: when, expires } = JSON.parse(signed.statement) as ImageStatement
  const keys = signed.signatures.map(({ key }) => key).join(', ')
  return `${when} by ${keys}${expires === undefined ? '' : `, until ${expires}`}`
}

/** The end of a signature that is good for some days. */
const expiryOf = (days: string | undefined): { expires?: Date } => {
  if (days === undefined) return {}
  if (!/^[1-9]\d{0,4}$/.test(days)) {
    throw new Failure('cli.usage', `'${days}' is no number of days`, { hint: 'write --expires 90' })
  }
  return { expires: new Date(Date.now() + Number(days) * 24 * 60 * 60 * 1000) }
}

const formats: readonly ImageFormat[] = ['squashfs', 'erofs']

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
      print(`  rootfs     ${manifest.rootfs.digest} ${bytes(manifest.rootfs.size)} ${manifest.format ?? 'squashfs'}`)
      print(`  signed     ${signedText(found)}`)
      for (const { version, kernel, initramfs, minimal } of manifest.kernels) {
        const made = [
          ...(initramfs ? [`initramfs ${bytes(initramfs.size)}`] : []),
          ...(minimal ? [`minimal initramfs ${bytes(minimal.size)}`] : []),
        ]
        print(`  kernel     ${version}: ${[bytes(kernel.size), ...made].join(', ')}`)
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
    .addOption(new Option('--format <format>', 'format of the file system image').choices(formats).default('squashfs'))
    .option('--expires <days>', 'days after which nodes refuse the version unless it is signed again')
    .option('--check', 'only say whether the tree has changed; nothing is stored or signed')
    .action(async (tree: string, own: PublishOptions, command: Command) => {
      const options = command.optsWithGlobals<CommonOptions>()
      const log = createLog((entry) => complain(entryText(entry)))
      const state = await opening.state(options)
      const { name, playbook, format, expires } = own
      const publication = { tree: resolve(tree), name, playbook, format, ...expiryOf(expires) }
      if (own.check) {
        const same = await unchangedImage(state, publication, log)
        if (options.json) return print(JSON.stringify({ published: !same, image: same }))
        return print(same ? `unchanged: ${referenceOf(same)}` : `changed: ${name} would be published`)
      }
      const { image: made, published } = await publishImage(state, publication, log)
      if (options.json) return print(JSON.stringify({ published, image: made }))
      print(`${published ? 'published' : 'unchanged'}: ${referenceOf(made)}`)
    })

  image
    .command('sign')
    .description(
      'Sign a version again, by the keys of the directory signing: after a change of keys, before its signature expires, and for a wanted rollback',
    )
    .argument('<image>', 'name or name@sha256:…')
    .option('--expires <days>', 'days after which nodes refuse the version unless it is signed again')
    .action(async (reference: string, own: { expires?: string }, command: Command) => {
      const options = command.optsWithGlobals<CommonOptions>()
      const state = await opening.state(options)
      const signed = await signImage(state, await findImage(state, reference), expiryOf(own.expires))
      if (options.json) return print(JSON.stringify(signed, null, 2))
      print(`signed: ${referenceOf(signed)}, ${signedText(signed)}`)
    })

  image
    .command('key')
    .description("Print the public keys that sign the site's images; the first key is made when there is none")
    .action(async (_, command: Command) => {
      const options = command.optsWithGlobals<CommonOptions>()
      const keys = await trustedKeys(await opening.state(options))
      if (options.json) return print(JSON.stringify(keys, null, 2))
      for (const { pem } of keys) print(pem.trimEnd())
    })
}
