import { closeSync, existsSync, fstatSync, openSync, readSync, renameSync, rmSync } from 'node:fs'
import { consoleLogDescriptor } from './machine.ts'

/** Former consoles that are kept beside the present one: `n01.log.1` is the last boot's. */
const keptLogs = 4

/** Makes room for the log of a new boot. */
export const rotateLog = (file: string): void => {
  rmSync(`${file}.${keptLogs}`, { force: true })
  for (let age = keptLogs - 1; age >= 0; age--) {
    const from = age === 0 ? file : `${file}.${age}`
    if (existsSync(from)) renameSync(from, `${file}.${age + 1}`)
  }
}

/**
 * Bash that runs a command ("$@") whose descriptor 9 is a pipe into the log file ($0); each line gets the UTC time of
 * its end. A line that does not end within five seconds (a prompt, a hanging step) is written as far as it came.
 * The reader ends with the last process that holds the pipe: with QEMU, however that ends.
 */
const script = `
umask 077
exec ${consoleLogDescriptor}> >(
  exec >>"$0" 2>/dev/null
  LC_ALL=C
  open=yes
  while [ $open ]; do
    IFS= read -r -t 5 line
    state=$?
    if [ $state -eq 1 ]; then open=; fi
    if [ $state -eq 0 ] || [ -n "$line" ]; then
      now=$EPOCHREALTIME
      TZ=UTC printf '%(%Y-%m-%dT%H:%M:%S)T.%sZ %s\\n' "\${now%.*}" "\${now:11:3}" "\${line%$'\\r'}"
    fi
  done
)
exec "$@"
`

/** The command line that runs `argv` with descriptor 9 leading into a log with times. */
export const withConsoleLog = (file: string, argv: readonly string[]): string[] => ['bash', '-c', script, file, ...argv]

export type ConsoleLine = {
  /** ISO 8601, UTC */
  readonly time: string
  /** Without the terminal's control sequences. */
  readonly text: string
}

/** The last line of a console's log that shows something. */
export const parseLastLine = (log: string): ConsoleLine | undefined => {
  for (const line of log.split('\n').reverse()) {
    const [, time, raw] = /^(\d{4}-\d\d-\d\dT[\d:.]+Z) (.*)$/.exec(line) ?? []
    const text = raw
      ?.replace(/\x1b(?:\[[0-9;?]*[ -/]*[@-~]|[()][A-Z0-9]|[ -~])/g, '')
      .replace(/[\x00-\x1f\x7f]/g, '')
      .trim()
    if (time && text) return { time, text }
  }
  return undefined
}

/** The last lines of a file, as many as fit into `bytes`; nothing when there is no such file. */
export const tail = (file: string, bytes: number): string => {
  if (!existsSync(file)) return ''
  const descriptor = openSync(file, 'r')
  try {
    const { size } = fstatSync(descriptor)
    const buffer = Buffer.alloc(Math.min(size, bytes))
    const read = readSync(descriptor, buffer, 0, buffer.length, size - buffer.length)
    const text = buffer.toString('utf8', 0, read)
    return size > bytes ? text.slice(text.indexOf('\n') + 1) : text
  } finally {
    closeSync(descriptor)
  }
}
