import { Failure, messageOf } from './failure.ts'
import { monotonic } from './monotonic.ts'
import { ToolFailure } from './process.ts'

/**
 * The log of a run of steps, as the agent and the long jobs of the provisioner print it: one line a step with its
 * milliseconds, or its reason of failure with the last lines of the command.
 */
export type LogEntry = {
  readonly time: string
  readonly level: 'info' | 'warning' | 'error'
  /** A remark, or what a step does. */
  readonly text: string
  /** Of a step; `progress` says in `text` how far the running one has come. */
  readonly state?: 'started' | 'done' | 'failed' | 'progress'
  /** Number of the step: what started it and what ended it have the same. */
  readonly step?: number
  /** Milliseconds that a finished or failed step took. */
  readonly ms?: number
  /** Why a step failed, with the last lines of its command; absent when a step inside it has said so. */
  readonly reason?: string
}

export type LogSink = (entry: LogEntry) => void

export type Log = {
  info(text: string): void
  warning(text: string): void
  error(text: string): void
  /** How far the running step has come; a sink may leave some of these out. */
  progress(text: string): void
  /** Runs a step: an entry when it starts, one when it ends. */
  step<T>(text: string, run: () => Promise<T>): Promise<T>
}

/** Why a step failed. Its text names the command already, so a command's failure is its exit code and its last lines. */
export const reasonOfFailure = (thrown: unknown): string => {
  if (thrown instanceof ToolFailure) return [`exit code ${thrown.exitCode}`, ...thrown.output].join('\n')
  const hint = thrown instanceof Failure && thrown.hint ? `\n(${thrown.hint})` : ''
  return `${messageOf(thrown)}${hint}`
}

export const createLog = (sink: LogSink): Log => {
  let steps = 0
  const told = new WeakSet<object>()
  const write = (level: LogEntry['level'], text: string, more: Partial<LogEntry> = {}) =>
    sink({ time: new Date().toISOString(), level, text, ...more })
  return {
    info: (text) => write('info', text),
    warning: (text) => write('warning', text),
    error: (text) => write('error', text),
    progress: (text) => write('info', text, { state: 'progress' }),
    async step(text, run) {
      const step = ++steps
      // not by the clock: a node sets its own in the middle of a step
      const start = monotonic()
      const ended = () => ({ step, ms: Math.round(monotonic() - start) })
      write('info', text, { state: 'started', step })
      try {
        const result = await run()
        write('info', text, { state: 'done', ...ended() })
        return result
      } catch (thrown) {
        const isTold = typeof thrown === 'object' && thrown !== null && told.has(thrown)
        if (typeof thrown === 'object' && thrown !== null) told.add(thrown)
        const reason = isTold ? {} : { reason: reasonOfFailure(thrown) }
        write('error', text, { state: 'failed', ...ended(), ...reason })
        throw thrown
      }
    },
  }
}

/** An entry in one line (more when a reason has more): `packing: done (12 ms)`. */
export const entryText = ({ text, state, ms, reason }: LogEntry): string => {
  if (state === 'started') return `${text} ...`
  if (state === 'done') return `${text}: done (${ms} ms)`
  if (state === 'failed') return `${text}: failed (${ms} ms)${reason === undefined ? '' : `: ${reason}`}`
  return text
}

/** Lines for people on a terminal, JSON lines otherwise. */
export const textSink =
  (write: (line: string) => void, json: boolean): LogSink =>
  (entry) => {
    if (json) write(`${JSON.stringify(entry)}\n`)
    else write(`${entry.level === 'info' ? '' : `${entry.level}: `}${entryText(entry)}\n`)
  }

export const silentLog: Log = createLog(() => {})
