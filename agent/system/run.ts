import { quote } from '../../engine/command.ts'
import type { Log } from '../../engine/log.ts'
import { type ProcessOptions, tool } from '../../engine/process.ts'

/** Runs a system tool as one logged step. Its arguments are shown, so none of them may be secret. Throws a Failure. */
export const run = (log: Log, file: string, args: readonly string[], options: ProcessOptions = {}): Promise<string> =>
  log.step([file, ...args].map(quote).join(' '), () => tool(file, args, options))

/** Runs commands one after the other; the first that fails ends it. */
export const runAll = async (log: Log, commands: readonly (readonly string[])[]): Promise<void> => {
  for (const [file, ...args] of commands) if (file !== undefined) await run(log, file, args)
}
