import type { Output } from '../connections/connection.ts'
import { monotonic } from '../monotonic.ts'
import type { Result } from './module.ts'

/** The lines of an output as results list them. */
export const linesOf = (text: string): string[] => {
  const lines = text.split(/\r\n|\n|\r/)
  if (lines.at(-1) === '') lines.pop()
  return lines
}

/** Local time as Python's `str(datetime)`: `2024-01-31 12:30:00.123000`. */
const timeText = (time: number): string => {
  const date = new Date(time - new Date(time).getTimezoneOffset() * 60_000)
  return `${date.toISOString().slice(0, 23).replace('T', ' ')}000`
}

/** A duration as Python's `str(timedelta)`: `0:00:01.250000`. */
const durationText = (ms: number): string => {
  const two = (number: number) => String(Math.floor(number)).padStart(2, '0')
  const days = Math.floor(ms / 86_400_000)
  const text = `${Math.floor(ms / 3_600_000) % 24}:${two((ms / 60_000) % 60)}:${two((ms / 1000) % 60)}`
  return `${days > 0 ? `${days} day${days > 1 ? 's' : ''}, ` : ''}${text}.${String(Math.floor(ms % 1000)).padStart(3, '0')}000`
}

export type Ran = { readonly output: Output; readonly start: number; readonly end: number }

/** Runs something and notes when, in milliseconds since 1970; the clock may be set to another time meanwhile. */
export const timed = async (run: () => Promise<Output>): Promise<Ran> => {
  const [start, began] = [Date.now(), monotonic()]
  const output = await run()
  return { output, start, end: start + Math.round(monotonic() - began) }
}

/** The result of a command, with Ansible's names; any exit code but 0 is a failure. */
export const commandResult = (cmd: unknown, { output, start, end }: Ran, stripEnds = true): Result => {
  const read = (bytes: Buffer) => (stripEnds ? bytes.toString().replace(/[\r\n]+$/, '') : bytes.toString())
  const stdout = read(output.stdout)
  const stderr = read(output.stderr)
  return {
    changed: true,
    cmd,
    rc: output.code,
    stdout,
    stderr,
    stdout_lines: linesOf(stdout),
    stderr_lines: linesOf(stderr),
    start: timeText(start),
    end: timeText(end),
    delta: durationText(end - start),
    msg: output.code === 0 ? '' : 'non-zero return code',
    ...(output.code === 0 ? {} : { failed: true }),
  }
}
