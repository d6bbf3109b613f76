import { isUtf8 } from 'node:buffer'
import type { Command } from 'commander'
import { Failure } from '../../engine/failure.ts'
import { renderOverlay } from '../overlay/render.ts'
import { overlayNames, readOverlay } from '../overlay/source.ts'
import { selectNodes } from '../site.ts'
import type { CommonOptions, Opening, Surroundings } from './program.ts'
import { table } from './table.ts'

export const overlayCommands = (program: Command, surroundings: Surroundings, opening: Opening): void => {
  const { print, style } = surroundings
  const overlay = program.command('overlay').description('Files and templates laid over an image for one node')

  overlay
    .command('list')
    .description('List overlays; one beside the inventory (overlays/NAME) hides a stock one of the same name')
    .action(async (_, command: Command) => {
      const options = command.optsWithGlobals<CommonOptions>()
      const { directory } = await opening.site(options)
      const sources = await Promise.all((await overlayNames(directory)).map((name) => readOverlay(directory, name)))
      if (options.json) {
        const plain = sources.map(({ entries, ...source }) => ({ ...source, files: entries.map(({ path }) => path) }))
        return print(JSON.stringify(plain, null, 2))
      }
      const rows = sources.map(({ name, from, entries, description }) => [
        name,
        from,
        String(entries.filter(({ type }) => type !== 'directory').length),
        description,
      ])
      for (const line of table(['OVERLAY', 'FROM', 'FILES', 'DESCRIPTION'], rows, style)) print(line)
    })

  overlay
    .command('render')
    .description('Show what an overlay gives a node')
    .argument('<overlay>', 'its name')
    .argument('<node>', 'name of the node')
    .option('--file <path>', 'print the content of this file alone')
    .action(async (name: string, nodeName: string, own: { file?: string }, command: Command) => {
      const options = command.optsWithGlobals<CommonOptions>()
      const site = await opening.site(options)
      const [node] = selectNodes(site, [nodeName])
      const entries = await renderOverlay(site, await opening.state(options), node!, name)
      if (own.file !== undefined) {
        const wanted = own.file.replace(/^\/+/, '')
        const found = entries.find(({ path, type }) => path === wanted && type === 'file')
        if (!found) {
          throw new Failure('overlay.entry', `overlay ${name} gives ${nodeName} no file /${wanted}`, {
            hint: `it gives ${
              entries
                .filter(({ type }) => type === 'file')
                .map(({ path }) => `/${path}`)
                .join(', ') || 'none'
            }`,
          })
        }
        return print(found.content.toString().replace(/\n$/, ''))
      }
      if (options.json) {
        const plain = entries.map(({ content, mode, ...entry }) => ({
          ...entry,
          mode: mode.toString(8),
          ...(isUtf8(content)
            ? { content: content.toString() }
            : { content: content.toString('base64'), encoding: 'base64' }),
        }))
        return print(JSON.stringify(plain, null, 2))
      }
      for (const { path, type, mode, content, target } of entries) {
        if (type === 'directory') continue
        print(
          style.strong(`/${path} ${mode.toString(8).padStart(4, '0')}${target === undefined ? '' : ` -> ${target}`}`),
        )
        if (type === 'file') print(content.toString())
      }
    })
}
