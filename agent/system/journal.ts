import { chmodSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { createLog, type Log, type LogSink, textSink } from '../../engine/log.ts'

/** Directory of the agent; below /run, so it is there before and after switch_root. */
export const runDirectory = '/run/prelude'

/** Writes each entry to standard error (console and journal under dracut) and to boot.log, which root alone reads. */
export const openLog = (progress: () => void, directory = runDirectory): Log => {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  chmodSync(directory, 0o700)
  const file = openSync(`${directory}/boot.log`, 'a', 0o600)
  const console: LogSink = textSink((line) => process.stderr.write(`prelude: ${line}`), false)
  const lines: LogSink = (entry) => writeSync(file, `${entry.time} ${entry.level} ${entry.text}\n`)
  return createLog((entry) => {
    progress()
    console(entry)
    lines(entry)
  })
}
