import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { type Command, InvalidArgumentError } from 'commander'
import { Failure } from '../../engine/failure.ts'
import { findImage } from '../image/images.ts'
import { buildInitramfs, type Initramfs } from '../initramfs/build.ts'
import { withImageTree } from '../initramfs/imagetree.ts'
import { replaceFile } from '../store/replace.ts'
import type { CommonOptions, Opening, Surroundings } from './program.ts'
import { bytes, table } from './table.ts'

type BuildOptions = CommonOptions & {
  readonly root?: string
  readonly kernel?: string
  readonly output: string
  readonly agent?: string
  readonly modules?: readonly string[]
  readonly firmware?: boolean
  readonly level?: number
}

const parseLevel = (text: string): number => {
  const level = Number(text)
  if (Number.isInteger(level) && level >= 1 && level <= 19) return level
  throw new InvalidArgumentError('a number from 1 to 19')
}

const names = (text: string, former: readonly string[] = []): readonly string[] => [
  ...former,
  ...text.split(',').filter((name) => name !== ''),
]

const titles = { base: 'directories, scripts', programs: 'programs, libraries', modules: 'kernel modules' }

const reportLines = (made: Initramfs, style: Surroundings['style']): readonly string[] => {
  const sum = (of: 'files' | 'size' | 'packed') => made.parts.reduce((total, part) => total + part[of], 0)
  const rows = made.parts.map(({ part, files, size, packed }) => [
    part in titles ? titles[part as keyof typeof titles] : part,
    String(files),
    bytes(size),
    bytes(packed),
  ])
  const total = ['together', String(sum('files')), bytes(sum('size')), bytes(sum('packed'))]
  const without = [...made.withoutPrograms, ...made.withoutFirmware]
  return [
    ...table(['PART', 'FILES', 'SIZE', 'PACKED'], [...rows, total], style),
    ...(without.length > 0 ? [`not in the root, so left out: ${without.join(', ')}`] : []),
  ]
}

export const initramfsCommands = (program: Command, surroundings: Surroundings, opening: Opening): void => {
  const { print, style } = surroundings

  program
    .command('initramfs')
    .description('The minimal initramfs: the agent without dracut')
    .command('build')
    .description(
      'Build the minimal initramfs of a published image or of a root directory; the same root gives the same bytes',
    )
    .argument('[image]', 'name or name@sha256:… of a published image')
    .option('--root <directory>', 'root directory of an installed system, instead of an image')
    .requiredOption('--output <file>', 'file to write; it is replaced at once, and only when it changes')
    .option('--kernel <version>', 'kernel release; the newest when it is not given')
    .option('--agent <file>', "the agent's executable; that of the image when it is not given")
    .option('--modules <names>', 'further kernel modules, separated by commas; may be repeated', names)
    .option('--firmware', 'take the firmware that the modules name, where the image has it')
    .option('--level <number>', 'compression level of zstd, 1 to 19', parseLevel, 9)
    .action(async (image: string | undefined, _, command: Command) => {
      const options = command.optsWithGlobals<BuildOptions>()
      if ((image === undefined) === (options.root === undefined))
        throw new Failure('cli.arguments', 'name either an image or --root')
      const build = (root: string) => buildInitramfs({ ...options, root })
      const made =
        image === undefined
          ? await build(resolve(options.root!))
          : await opening
              .state(options)
              .then(async (state) => withImageTree(state, await findImage(state, image), build))
      const former = await readFile(options.output).catch(() => undefined)
      const changed = former === undefined || !former.equals(made.archive)
      if (changed) await replaceFile(resolve(options.output), made.archive, 0o644)
      if (options.json) {
        const { archive, ...report } = made
        return print(JSON.stringify({ changed, output: options.output, size: archive.length, ...report }, null, 2))
      }
      for (const line of reportLines(made, style)) print(line)
      print(`${changed ? 'written' : 'unchanged'}: ${options.output}, for kernel ${made.kernel}`)
    })
}
