import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import type { Log } from '../../engine/log.ts'

export type Child = { readonly name: string; readonly command: readonly [string, ...string[]] }

export type Supervised = {
  /** Process id of the child that runs now. */
  pid(): number | undefined
  /** Ends the child and starts it anew (its configuration changed). */
  restart(): void
  /** Ends the child for good. */
  stop(): Promise<void>
}

const firstDelay = 500
const longestDelay = 30_000
/** A child that ran so long was well: the next restart is prompt again. */
const healthy = 60_000

/** Keeps a program running: its lines go to the log, and when it ends it is started again, later each time. */
export const supervise = ({ name, command: [file, ...args] }: Child, log: Log): Supervised => {
  const stopping = new AbortController()
  let child: ChildProcess | undefined
  let wanted = false

  const runOnce = async (): Promise<string> => {
    const ended = Promise.withResolvers<string>()
    child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    child.once('error', (thrown) => ended.resolve(thrown.message))
    child.once('close', (code, signal) => ended.resolve(signal ? `signal ${signal}` : `exit code ${code}`))
    for (const stream of [child.stdout, child.stderr]) {
      if (stream) createInterface({ input: stream }).on('line', (line) => log.info(`${name}: ${line}`))
    }
    return ended.promise
  }

  const keep = async (): Promise<void> => {
    let pause = firstDelay
    while (!stopping.signal.aborted) {
      const start = Date.now()
      const reason = await runOnce()
      child = undefined
      if (stopping.signal.aborted) return
      if (wanted) {
        wanted = false
        continue
      }
      if (Date.now() - start > healthy) pause = firstDelay
      log.error(`${name} ended (${reason}); next start in ${pause} ms`)
      await delay(pause, undefined, { signal: stopping.signal }).catch(() => {})
      pause = Math.min(pause * 2, longestDelay)
    }
  }
  const running = keep()

  return {
    pid: () => child?.pid,
    restart() {
      wanted = child !== undefined
      child?.kill('SIGTERM')
    },
    async stop() {
      stopping.abort()
      child?.kill('SIGTERM')
      const late = setTimeout(() => child?.kill('SIGKILL'), 3_000)
      await running
      clearTimeout(late)
    },
  }
}
