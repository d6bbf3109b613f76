import { messageOf } from './failure.ts'

/**
 * The log of a run of steps, as the agent and the long jobs of the provisioner print it: one line a step with its
 * milliseconds, or its reason of failure with the last lines of the command.
 */
export type LogEntry = {
  readonly time: string
  readonly level: 'info' | 'warning' | 'error'
  readonly text: string
  /** Milliseconds that a finished or failed step took. */
  readonly ms?: number
}

export type LogSink = (entry: LogEntry) => void

export type Log = {
  info(text: string): void
  warning(text: string): void
  error(text: string): void
  /** Runs a step and writes `text` when it starts, `text: done (12 ms)` or `text: failed (12 ms): reason` when it ends. */
  step<T>(text: string, run: () => Promise<T>): Promise<T>
}

export const createLog = (sink: LogSink, now: () => number = Date.now): Log => {
  const write = (level: LogEntry['level'], text: string, ms?: number) =>
    sink({ time: new Date(now()).toISOString(), level, text, ...(ms === undefined ? {} : { ms }) })
  return {
    info: (text) => write('info', text),
    warning: (text) => write('warning', text),
    error: (text) => write('error', text),
    async step(text, run) {
      const start = now()
      write('info', `${text} ...`)
      try {
        const result = await run()
        write('info', `${text}: done (${now() - start} ms)`, now() - start)
        return result
      } catch (thrown) {
        write('error', `${text}: failed (${now() - start} ms): ${messageOf(thrown)}`, now() - start)
        throw thrown
      }
    },
  }
}

/** Lines for people on a terminal or console, JSON lines otherwise. */
export const textSink =
  (write: (line: string) => void, json: boolean): LogSink =>
  (entry) => {
    if (json) write(`${JSON.stringify(entry)}\n`)
    else write(`${entry.level === 'info' ? '' : `${entry.level}: `}${entry.text}\n`)
  }

export const silentLog: Log = createLog(() => {})
