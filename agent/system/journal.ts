import { chmodSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { createLog, type Log, type LogEntry } from '../../engine/log.ts'
import type { Stage } from '../../schema/types.ts'
import { bootLine, stageLine } from './bootlines.ts'
import { type Console, openConsole } from './console.ts'

/** Directory of the agent; below /run, so it is there before and after switch_root. */
export const runDirectory = '/run/prelude'

/** The log of a boot: on the console, in boot.log for people, in boot.jsonl for programs. */
export type Journal = Log & {
  /** Begins a stage: its head, and the name that its entries carry in boot.jsonl. */
  stage(name: Stage): void
  /** A line as it is, at the left edge. */
  line(text: string): void
  /** Waits a moment for a slow console. */
  drain(): Promise<void>
}

export type JournalOptions = {
  /** Called with each entry: something moved. */
  readonly progress: () => void
  readonly directory?: string
  readonly console?: Console
  readonly now?: () => number
}

/** Milliseconds after which a step that runs is shown, and between two words of how far it has come. */
const slow = 2_000
const progressEvery = { line: 10_000, screen: 1_000 }

const openFile = (path: string): ((text: string) => void) => {
  const file = openSync(path, 'a', 0o600)
  return (text) => {
    try {
      writeSync(file, text)
    } catch {
      // memory is full: that is no reason to stop a boot, and the step that needs it says so
    }
  }
}

/** What to show of the progress of steps: a line now and then, or one line written over each second on a screen. */
const progressFilter = (isScreen: boolean, now: () => number) => {
  const every = isScreen ? progressEvery.screen : progressEvery.line
  let shown: number | undefined
  return {
    reset: () => {
      shown = undefined
    },
    isDue: (): boolean => {
      shown ??= now() - every + slow
      if (now() - shown < every) return false
      shown = now()
      return true
    },
  }
}

/** The console's side of the journal: steps when they end or take long, progress now and then. */
const consoleSink = (console: Console) => {
  const timers = new Map<number, NodeJS.Timeout>()
  let open = 0
  const write = (text: string) => {
    const clear = open > 0 ? `\r${' '.repeat(open)}\r` : ''
    open = 0
    console.write(`${clear}${text.replace(/^/gm, 'prelude: ')}\n`)
  }
  return {
    write,
    entry(entry: LogEntry) {
      const { step, state } = entry
      if (state === 'started' && step !== undefined) {
        const timer = setTimeout(() => write(bootLine(entry)), slow)
        timer.unref()
        timers.set(step, timer)
        return
      }
      if (step !== undefined) clearTimeout(timers.get(step))
      if (state !== 'progress' || !console.isScreen) return write(bootLine(entry))
      const line = `prelude: ${bootLine(entry)}`
      console.write(`\r${line.padEnd(open)}`)
      open = line.length
    },
  }
}

/** Opens the journal; its files are for root alone. */
export const openLog = (options: JournalOptions): Journal => {
  const { progress, directory = runDirectory, console = openConsole(), now = () => performance.now() } = options
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  chmodSync(directory, 0o700)
  const text = openFile(`${directory}/boot.log`)
  const json = openFile(`${directory}/boot.jsonl`)
  const shown = consoleSink(console)
  const filter = progressFilter(console.isScreen, now)
  let stage: Stage = 'boot'
  const stamped = (time: string, line: string) => text(`${time} ${line}\n`)
  const log = createLog((entry) => {
    progress()
    if (entry.state === 'progress') {
      if (!filter.isDue()) return
    } else filter.reset()
    shown.entry(entry)
    json(`${JSON.stringify({ stage, ...entry })}\n`)
    if (entry.state !== 'started') stamped(entry.time, bootLine(entry))
  })
  const line = (words: string) => {
    shown.write(words)
    stamped(new Date().toISOString(), words)
  }
  return {
    ...log,
    line,
    stage(name) {
      stage = name
      line(stageLine(name))
    },
    drain: () => console.drain(1_000),
  }
}
