import { Command, CommanderError } from 'commander'
import { Failure } from '../engine/failure.ts'
import { renderFailure } from '../engine/report/failure.ts'
import { hasColours, styleFor } from '../engine/report/style.ts'
import manifest from '../package.json' with { type: 'json' }
import { imageCommands } from './commands/image.ts'
import { nodeCommands } from './commands/node.ts'
import { createOpening } from './commands/open.ts'
import type { Surroundings } from './commands/program.ts'
import { serveCommand } from './commands/serve.ts'

const collect = (value: string, former: string[] | undefined): string[] => [...(former ?? []), value]

const stopping = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort())
// The reader of our output may end early: `provision node list | head -1`.
process.stdout.on('error', (thrown: NodeJS.ErrnoException) => {
  if (thrown.code === 'EPIPE') process.exit(0)
})

const surroundings: Surroundings = {
  print: (text) => process.stdout.write(`${text}\n`),
  complain: (text) => process.stderr.write(`${text}\n`),
  style: styleFor(hasColours(process.stdout, process.env)),
  environment: process.env,
  read: async () => {
    const parts: Buffer[] = []
    for await (const part of process.stdin) parts.push(Buffer.from(part))
    return Buffer.concat(parts)
  },
  stop: stopping.signal,
  setExitCode: (code) => {
    process.exitCode = code
  },
  self: [process.execPath, ...process.execArgv, process.argv[1] ?? ''],
}

const opening = createOpening(surroundings)
const program = new Command('provision')
  .description('Provision diskless nodes: images, boot scripts, overlays, secrets, events')
  .version(manifest.version)
  .option('-i, --inventory <source>', 'inventory of the site: a file, a directory, a script (repeatable)', collect)
  .option('--state <directory>', "the provisioner's state (prelude_state)")
  .option('--vault-password-file <file>', 'password of vaulted values of the inventory')
  .option('--json', 'print JSON')
  .exitOverride()
  .showSuggestionAfterError()

serveCommand(program, surroundings, opening)
nodeCommands(program, surroundings, opening)
imageCommands(program, surroundings, opening)

try {
  await program.parseAsync(process.argv)
} catch (thrown) {
  if (thrown instanceof CommanderError) process.exitCode = thrown.exitCode
  else if (thrown instanceof Failure) {
    const style = styleFor(hasColours(process.stderr, process.env))
    surroundings.complain(renderFailure(thrown, { directory: process.cwd(), style }))
    process.exitCode = 1
  } else throw thrown
} finally {
  opening.close()
}
