import { existsSync } from 'node:fs'
import { quote } from '../../engine/command.ts'
import type { Log } from '../../engine/log.ts'
import { execute, type ProcessOptions, type ProcessOutput } from '../../engine/process.ts'

/** What the steps of a plan work with. */
export type Machinery = {
  readonly log: Log
  /** The root that file systems are mounted in: `/sysroot`, or `/` on a running node. */
  readonly root: string
  /** Where the keys of encrypted volumes are, by name. */
  readonly keys: string
  readonly progress: () => void
  /** Tells of what is less than asked for. */
  readonly warn: (message: string) => void
}

/** The last words of a tool, for a failure. */
export const lastWords = ({ stderr, stdout }: ProcessOutput): string =>
  (stderr.trim() || stdout.trim()).split('\n').slice(-3).join('; ')

/**
 * Runs a tool whose exit code proves nothing (mdadm says 0 for arrays that it did not start, and 1 for some that it did): the
 * caller looks at the state itself. What it says is logged.
 */
export const attemptTool = async (
  log: Log,
  file: string,
  args: readonly string[],
  options: ProcessOptions = {},
): Promise<ProcessOutput> => {
  const output = await log.step([file, ...args].map(quote).join(' '), () => execute(file, args, options))
  if (output.code !== 0) log.warning(`${file} ended with ${output.code}: ${lastWords(output)}`)
  return output
}

/** Loads a kernel module where it is one. Whether it was needed and is there shows in what follows. */
export const loadModule = async (name: string): Promise<void> => {
  if (existsSync(`/sys/module/${name.replaceAll('-', '_')}`)) return
  await execute('modprobe', [name]).catch(() => undefined)
}
