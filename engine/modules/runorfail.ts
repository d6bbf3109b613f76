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

/** Runs a command that must succeed; otherwise a Failure with its exit code and last lines. Returns its standard output. */
export const runOrFail = async (host: Host, command: Command, options?: RunOptions): Promise<string> => {
  const output: Output = await host.run(command, options)
  if (output.code === 0) return output.stdout.toString()
  const last = lastWords(output)
  throw new Failure('module.command', `${command} ended with ${output.code}${last ? `: ${last}` : ''}`, { at: host.at })
}
