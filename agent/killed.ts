import { closeSync, constants, existsSync, openSync, readFileSync, readSync } from 'node:fs'
import { Failure, messageOf } from '../engine/failure.ts'
import type { LogEntry } from '../engine/log.ts'
import { type BootOptions, openContext, readManifest } from './boot.ts'
import type { BootContext } from './context.ts'
import { failBoot } from './failed.ts'
import { type Handover, readHandover } from './system/handover.ts'
import { openLog, runDirectory } from './system/journal.ts'
import { armWatchdog, noWatchdog, type Watchdog } from './system/watchdog.ts'

const jsonLog = `${runDirectory}/boot.jsonl`

/** The session of the killed agent; undefined when it had none yet: then there is nobody to tell. */
const leftHandover = (): Handover | undefined => {
  try {
    return readHandover()
  } catch {
    return undefined
  }
}

/** The kernel's ring buffer. */
const kernelLog = (): string => {
  const file = openSync('/dev/kmsg', constants.O_RDONLY | constants.O_NONBLOCK)
  const buffer = Buffer.alloc(8192)
  let text = ''
  try {
    // each read is one record; EAGAIN ends them
    for (;;) text += buffer.toString('utf8', 0, readSync(file, buffer, 0, buffer.length, null))
  } catch {
    return text
  } finally {
    closeSync(file)
  }
}

/** Why a process ended, by its exit code as a shell gives it and what the kernel said. */
export const causeOf = (code: number, kernel: string): string => {
  const isKill = code === 137
  if (isKill && /Out of memory: Killed process \d+ \((?:MainThread|node\S*|prelude-agent)\)/.test(kernel))
    return 'the agent was killed: the node ran out of memory'
  return code > 128 ? `the agent was killed by signal ${code - 128}` : `the agent ended with exit code ${code}`
}

/** What the agent was doing, by the last entry of its boot.jsonl. */
export const lastStep = (jsonLines: string): string => {
  const last = jsonLines.trimEnd().split('\n').at(-1) ?? ''
  try {
    const { stage, text } = JSON.parse(last) as LogEntry & { readonly stage: string }
    return `stage ${stage}, at '${text}'`
  } catch {
    return 'before its first step'
  }
}

/** Reports a boot that its agent did not end itself, and goes on as with any that failed: with the session that it left. */
const failLater = async (failure: Failure, { manifest: path, newRoot }: BootOptions): Promise<number> => {
  // before this log adds to them
  const entries = existsSync(jsonLog) ? readFileSync(jsonLog, 'utf8') : ''
  let watchdog: Watchdog = noWatchdog
  const log = openLog({ progress: () => watchdog.progress() })
  let context: BootContext | undefined
  try {
    const manifest = await readManifest(path)
    watchdog = await armWatchdog(manifest.watchdog ?? 300, log)
    context = openContext(manifest, newRoot, log, watchdog, AbortSignal.abort(), leftHandover())
  } catch (thrown) {
    log.error(messageOf(thrown))
  }
  return failBoot(context, log, failure, lastStep(entries))
}

/** The boot's agent was killed: another process of the same program reports it. `code` is what the shell saw. */
export const killed = (code: number, options: BootOptions): Promise<number> =>
  failLater(new Failure('agent.killed', causeOf(code, kernelLog())), options)

/** Another part of the initramfs has given the boot up, before the agent began, beside it or after it. */
export const stopped = (reason: string, options: BootOptions): Promise<number> =>
  failLater(new Failure('agent.stopped', `the initramfs gave up: ${reason}`), options)
