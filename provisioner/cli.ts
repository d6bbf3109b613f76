import { Command, CommanderError } from 'commander'
import { Failure } from '../engine/failure.ts'
import { renderFailure } from '../engine/report/failure.ts'
import { hasColours, styleFor } from '../engine/report/style.ts'
import packageFile from '../package.json' with { type: 'json' }
import { bootCommands } from './commands/boot.ts'
import { eventsCommand } from './commands/events.ts'
import { imageCommands } from './commands/image.ts'
import { initramfsCommands } from './commands/initramfs.ts'
import { labCommands } from './commands/lab.ts'
import { nodeCommands } from './commands/node.ts'
import { createOpening } from './commands/open.ts'
import { overlayCommands } from './commands/overlay.ts'
import type { Opening, Surroundings } from './commands/program.ts'
import { secretsCommands } from './commands/secrets.ts'
import { serveCommand } from './commands/serve.ts'

const commands = [
  serveCommand,
  nodeCommands,
  imageCommands,
  initramfsCommands,
  overlayCommands,
  bootCommands,
  secretsCommands,
  eventsCommand,
  labCommands,
]

const collect = (value: string, former: string[] | undefined): string[] => [...(former ?? []), value]

const readAll = async (stream: AsyncIterable<Uint8Array>): Promise<Buffer> => {
  const parts: Uint8Array[] = []
  for await (const part of stream) parts.push(part)
  return Buffer.concat(parts)
}

/** The command line: `provision NOUN VERB`. */
export const createProgram = (surroundings: Surroundings, opening: Opening): Command => {
  const program = new Command('provision')
    .description('Provisions diskless nodes: images, boot scripts, overlays, secrets, events.')
    .version(packageFile.version)
    .option(
      '-i, --inventory <source>',
      'inventory of the site: a file, a directory, a script; may be repeated',
      collect,
    )
    .option('--state <directory>', "the provisioner's state (prelude_state)")
    .option('--vault-password-file <file>', 'file with a vault password; may be repeated', collect)
    .option('--json', 'print JSON')
    .exitOverride()
  for (const add of commands) add(program, surroundings, opening)
  return program
}

/** `provision`: returns its exit code. */
export const main = async (argv: readonly string[]): Promise<number> => {
  const stopping = new AbortController()
  const stop = () => stopping.abort()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop)
  // The reader of our output may end early: `provision node list | head -1`.
  process.stdout.on('error', (thrown: NodeJS.ErrnoException) => {
    if (thrown.code === 'EPIPE') process.exit(0)
  })
  const surroundings: Surroundings = {
    print: (text) => process.stdout.write(`${text}\n`),
    complain: (text) => process.stderr.write(`${text}\n`),
    style: styleFor(hasColours(process.stdout, process.env)),
    environment: process.env,
    read: () => readAll(process.stdin),
    stop: stopping.signal,
    console: async (isFollowing, use) => {
      const { stdin, stdout } = process
      if (isFollowing || !stdin.isTTY) return use({ output: stdout, signal: stopping.signal })
      stdin.setRawMode(true)
      try {
        await use({ input: stdin, output: stdout, signal: stopping.signal })
      } finally {
        stdin.setRawMode(false)
        stdin.unref()
      }
    },
    self: [process.execPath, ...process.execArgv, process.argv[1] ?? ''],
  }
  const opening = createOpening(surroundings)
  try {
    await createProgram(surroundings, opening).parseAsync(argv, { from: 'user' })
    return 0
  } catch (thrown) {
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : 2
    if (!(thrown instanceof Failure)) throw thrown
    const style = styleFor(hasColours(process.stderr, process.env))
    surroundings.complain(renderFailure(thrown, { directory: process.cwd(), style }))
    return 1
  } finally {
    opening.close()
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, stop)
  }
}
