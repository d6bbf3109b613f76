import type { Command } from '../command.ts'
import type { Output, RunOptions } from '../connections/connection.ts'
import { Failure } from '../failure.ts'
import type { Host } from './module.ts'

/** For programs that end with all that they started, as file utilities do: their output needs no readers of its own. */
export const tidy: RunOptions = { separate: false }

/** What a program said at its end; the usage that those of busybox print after the reason is left out. */
export const lastWords = ({ stdout, stderr }: Output): string =>
  (stderr.toString().trim() || stdout.toString().trim())
    .replace(/\nBusyBox v\d.*$/s, '')
    .split('\n')
    .slice(-5)
    .join('\n')

/** The program that a shell could not find. */
const missingProgram = ({ code, stderr }: Output): string | undefined =>
  code === 127 ? /([^\s:]+): (?:command )?not found$/m.exec(stderr.toString())?.[1] : undefined

/** A command for a message: of a script its beginning. */
const shortened = ({ shown }: Command): string => (shown.length > 200 ? `${shown.slice(0, 180)} …` : shown)

/** Runs a command that must succeed; otherwise a Failure with its exit code and last lines. Returns its standard output. */
export const runOrFail = async (host: Host, command: Command, options?: RunOptions): Promise<string> => {
  const output: Output = await host.run(command, options)
  if (output.code === 0) return output.stdout.toString()
  const program = missingProgram(output)
  if (program !== undefined) {
    throw new Failure('module.tool', `the host has no ${program}`, {
      at: host.at,
      hint: 'install what brings it with an earlier task',
    })
  }
  const last = lastWords(output)
  const said = `${shortened(command)} ended with ${output.code}${last ? `: ${last}` : ''}`
  throw new Failure('module.command', said, { at: host.at })
}
