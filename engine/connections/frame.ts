import { randomBytes } from 'node:crypto'
import { type Command, quote } from '../command.ts'
import { Failure } from '../failure.ts'
import { announcement } from './announced.ts'
import type { Output, RunOptions } from './connection.ts'
import { drained } from './drained.ts'
import type { Channel, Ending } from './transport.ts'

/**
 * One command and its answer on the streams of a shell. The shell writes a mark that nobody else can know (128
 * random bits, new for each command, sent after the command has been given its own standard input) before and after
 * the command on both streams; what stands between is its output, byte for byte.
 */
export type Frame = { readonly text: string; readonly mark: string; readonly separate: boolean }

const exportOf = ([name, value]: [string, string]): string => {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    throw new Failure('module.environment', `'${name}' cannot be the name of an environment variable`, {
      hint: 'names consist of letters, digits and underscores',
    })
  }
  return `export ${name}=${quote(value)}; `
}

/** A here-document adds nothing to such a text and takes nothing away. */
const isPlainText = (data: Buffer): boolean => data.at(-1) === 10 && !/[^\t\n\x20-\x7e]/.test(data.toString('latin1'))

/** The process group of the shell that runs this; a subshell, so that no variable stays behind. */
const groupOfShell = '"$(read -r _ _ _ _ group _ </proc/$$/stat && echo "$group")"'

export type Input = {
  /** Data for the command's standard input, or 'channel' for what follows on the channel itself. */
  readonly stdin?: Buffer | 'channel' | undefined
  /** Ask the shell for its process group. */
  readonly group?: boolean
}

/**
 * Frames a command. `eval` of one quoted word in a subshell: a syntax error, `exit` or `exec` in the command ends the
 * subshell only. The command never has the shell's own standard input, of which the shell may have read ahead.
 */
export const frame = (command: Command, options: RunOptions, { stdin, group }: Input): Frame => {
  const mark = randomBytes(16).toString('hex')
  const environment = Object.entries(options.environment ?? {})
    .map(exportOf)
    .join('')
  const directory = options.directory === undefined ? '' : `cd ${quote(options.directory)} || exit; `
  const body = `(${environment}${directory}eval ${quote(command.text)})`
  let fed: string
  if (stdin === 'channel') fed = body
  else if (!stdin || stdin.length === 0) fed = `${body} </dev/null`
  else if (isPlainText(stdin)) fed = `${body} <<'${mark}'\n${stdin}${mark}`
  else fed = `base64 -d <<'${mark}' | ${body}\n${base64Lines(stdin)}${mark}`
  const group0 = group ? groupOfShell : 0
  const separate = options.separate === true
  const text = separate ? separateText(mark, fed, group0) : plainText(mark, fed, group0)
  return { text, mark, separate }
}

const plainText = (mark: string, fed: string, group: string | number): string =>
  `printf '${mark}B%d;' ${group}; printf '${mark}B0;' >&2
${fed}
printf '${mark}E%d;' $?; printf '${mark}E0;' >&2
`

/**
 * Both streams go through a reader that ends with the end mark: a process that the command has left running holds a pipe
 * that nobody reads any more, as it would after any other program that started it and went away. The shell itself writes the
 * last mark, for when what should write the end mark was killed.
 */
const separateText = (mark: string, fed: string, group: string | number): string => {
  const reader = `LC_ALL=C sed '/^${mark}E/q'`
  return `{ {
printf '${mark}B%d;' ${group}; printf '${mark}B0;' >&2
exec 3>&-
${fed}
printf '\n${mark}E%d;\n' $?; printf '\n${mark}E0;\n' >&2
} 2>&1 >&3 | ${reader} >&2 3>&-
} 3>&1 | ${reader}
printf '\n${mark}X;'; printf '\n${mark}X;' >&2
`
}

/** Lines of 76 characters: some shells read long lines slowly. */
const base64Lines = (data: Buffer): string => data.toString('base64').replace(/.{1,76}/g, '$&\n')

/** The exit code of a command whose surroundings were killed. */
const killed = 137

/** Collects a stream until its end mark, or the mark that comes after it where it is missing. */
const collect = ({ mark, separate }: Omit<Frame, 'text'>) => {
  const begin = Buffer.from(`${mark}B`)
  const end = Buffer.from(separate ? `\n${mark}E` : `${mark}E`)
  const after = Buffer.from(`\n${mark}X`)
  const chunks: Buffer[] = []
  let tail = Buffer.alloc(0)
  const numberAfter = (data: Buffer, at: number): number => Number.parseInt(data.toString('latin1', at, at + 12), 10)
  const isIn = (data: Buffer, part: Buffer): boolean => {
    const at = data.lastIndexOf(part)
    return at >= 0 && data.indexOf(';', at) >= 0
  }
  return {
    /** True when the mark has arrived. */
    push(chunk: Buffer): boolean {
      chunks.push(chunk)
      tail = Buffer.concat([tail, chunk])
      if (isIn(tail, end) || isIn(tail, after)) return true
      tail = tail.subarray(-(end.length + 8))
      return false
    },
    content(): { data: Buffer; code: number } {
      const data = Buffer.concat(chunks)
      const from = data.indexOf(';', data.indexOf(begin)) + 1
      const to = data.lastIndexOf(end)
      if (to < 0) return { data: data.subarray(from, data.lastIndexOf(after)), code: killed }
      return { data: data.subarray(from, to), code: numberAfter(data, to + end.length) }
    },
    /** The number in the begin mark, as soon as it is there. */
    group(): number | undefined {
      const head = Buffer.concat(chunks.slice(0, 4))
      const from = head.indexOf(begin)
      return from >= 0 && head.indexOf(';', from) > 0 ? numberAfter(head, from + begin.length) : undefined
    },
    /** What has come so far, without the mark: for the reason of a failure. */
    unfinished: () =>
      Buffer.concat(chunks)
        .toString()
        .replaceAll(`${mark}B0;`, '')
        .replace(/^\n[0-9a-f]{32}X;/, '')
        .replace(announcement, '')
        .trim(),
  }
}

/** Why a channel ended before the answer was complete. */
export class Lost {
  readonly ending: Ending
  readonly stderr: string
  constructor(ending: Ending, stderr: string) {
    this.ending = ending
    this.stderr = stderr
  }
}

export type Answer = {
  readonly done: Promise<Output | Lost>
  /** The process group of the shell, when it was asked for and has answered. */
  group(): number | undefined
  /** Reads no further; `done` stays open. */
  stop(): void
}

/** A channel whose end can be waited for, and no longer: what hangs on a promise is kept as long as the promise is. */
export type WatchedChannel = Channel & {
  /** Returns what stops the waiting. */
  onEnd(listener: (ending: Ending) => void): () => void
}

export const watched = (channel: Channel): WatchedChannel => {
  const listeners = new Set<(ending: Ending) => void>()
  let ended: Ending | undefined
  void channel.ended.then((ending) => {
    ended = ending
    for (const listener of listeners) listener(ending)
  })
  return {
    ...channel,
    onEnd(listener) {
      if (ended) listener(ended)
      else listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/** Reads the answer to a frame; `done` becomes Lost when the channel ends first. */
export const readAnswer = (channel: WatchedChannel, framed: Omit<Frame, 'text'>): Answer => {
  const { promise: done, resolve } = Promise.withResolvers<Output | Lost>()
  const stdout = collect(framed)
  const stderr = collect(framed)
  let stopped = false
  let unwatch: (() => void) | undefined
  const stop = () => {
    stopped = true
    unwatch?.()
    channel.stdout.off('data', onStdout)
    channel.stderr.off('data', onStderr)
  }
  let waiting = 2
  const finish = () => {
    if (--waiting > 0) return
    stop()
    const { data, code } = stdout.content()
    resolve({ code, stdout: data, stderr: stderr.content().data })
  }
  const onStdout = (chunk: Buffer) => {
    if (!stdout.push(chunk)) return
    channel.stdout.off('data', onStdout)
    finish()
  }
  const onStderr = (chunk: Buffer) => {
    if (!stderr.push(chunk)) return
    channel.stderr.off('data', onStderr)
    finish()
  }
  channel.stdout.on('data', onStdout)
  channel.stderr.on('data', onStderr)
  channel.stdout.resume()
  channel.stderr.resume()
  unwatch = channel.onEnd(async (ending) => {
    await drained(channel)
    if (stopped) return
    stop()
    resolve(new Lost(ending, stderr.unfinished()))
  })
  return { done, group: stdout.group, stop }
}
