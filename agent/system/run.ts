import { quote } from '../../engine/command.ts'
import type { Log } from '../../engine/log.ts'
import { type ProcessOptions, tool } from '../../engine/process.ts'

/** Seconds that a command may take: what hangs for ever would have the watchdog restart the node, and nobody knew why. */
const usual = 120

/** What writes or copies whole disks and trees takes longer. */
const slow: Readonly<Record<string, number>> = { mkfs: 3600, cp: 3600, blkdiscard: 3600, dd: 3600, unsquashfs: 1800 }

export const secondsFor = (file: string): number => slow[file.split('.')[0] ?? file] ?? usual

/** Runs a system tool as one logged step. Its arguments are shown, so none of them may be secret. Throws a Failure. */
export const run = (log: Log, file: string, args: readonly string[], options: ProcessOptions = {}): Promise<string> =>
  log.step([file, ...args].map(quote).join(' '), () =>
    tool(file, args, { timeout: secondsFor(file) * 1000, ...options }),
  )
