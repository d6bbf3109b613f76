import type { LogEntry } from '../../engine/log.ts'

/** Width of the column of milliseconds; what has none begins after it. */
const column = 12
const blank = ' '.repeat(column)

const duration = (ms: number): string => `${Math.round(ms)} ms`.padStart(column - 2).padEnd(column)

/** Columns that a message is broken at, so that a serial console of 80 columns, with prefix, shows it whole. */
const indented = (text: string): string => text.split('\n').join(`\n${blank}`)

/**
 * An entry of the boot log as people read it at a console: milliseconds in a column of their own, a step in one line, a
 * failure with all its lines below it.
 */
export const bootLine = ({ level, text, state, ms, reason }: LogEntry): string => {
  if (state === 'started' || state === 'progress') return `${'... '.padStart(column)}${indented(text)}`
  if (state === 'done') return duration(ms ?? 0) + indented(text)
  if (state === 'failed')
    return `${duration(ms ?? 0)}FAILED: ${indented(reason === undefined ? text : `${text}\n${reason}`)}`
  return `${blank}${level === 'info' ? '' : `${level}: `}${indented(text)}`
}

/** Head of a stage; its steps follow. */
export const stageLine = (stage: string): string => `== ${stage} ${'='.repeat(Math.max(0, 60 - stage.length))}`
