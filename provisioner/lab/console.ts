import { closeSync, openSync, readSync, type Stats, statSync } from 'node:fs'
import { createConnection } from 'node:net'
import type { Readable, Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { Failure } from '../../engine/failure.ts'
import { tail } from './console-log.ts'
import { labNode, loadLabOptions } from './options.ts'
import { nodePaths } from './paths.ts'

/** Ctrl-] leaves an attached console. */
const leaveKey = 0x1d

export type ConsoleStreams = {
  /** What the admin types; a terminal must be in raw mode. Without it the log is followed instead. */
  readonly input?: Readable
  readonly output: Writable
  /** Ends the session. */
  readonly signal?: AbortSignal
}

/**
 * Shows the end of a node's console and goes on with it until the signal: attached to the serial port when there is
 * an `input` (until Ctrl-] or the node is switched off), following the log with its times otherwise (boot after boot).
 * Throws a Failure when the node is unknown, or off and `input` was given.
 */
export const labConsole = async (directory: string, node: string, streams: ConsoleStreams): Promise<void> => {
  labNode(loadLabOptions(directory), node)
  const { console: socket, consoleLog } = nodePaths(directory, node)
  if (streams.input) {
    await attach(socket, node, streams.input, streams, () => streams.output.write(tail(consoleLog, 2_000)))
  } else {
    await follow(consoleLog, streams)
  }
}

const attach = async (
  socket: string,
  node: string,
  input: Readable,
  { output, signal }: ConsoleStreams,
  connected: () => void,
): Promise<void> => {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const line = createConnection(socket)
  const leave = () => resolve()
  const forward = (typed: Buffer) => {
    const end = typed.indexOf(leaveKey)
    if (end === -1) line.write(typed)
    else line.write(typed.subarray(0, end), leave)
  }
  line.on('connect', () => {
    connected()
    input.on('data', forward)
  })
  line.on('data', (shown) => output.write(shown))
  line.on('close', leave)
  line.on('error', (cause) =>
    reject(
      new Failure('lab.console', `${node} has no console: it is off`, {
        cause,
        hint: 'switch it on, or follow its log',
      }),
    ),
  )
  input.on('end', leave)
  signal?.addEventListener('abort', leave, { once: true })
  if (signal?.aborted) leave()
  try {
    await promise
  } finally {
    signal?.removeEventListener('abort', leave)
    input.off('data', forward)
    input.off('end', leave)
    line.destroy()
  }
}

/** How much of the former output a follower sees first, in bytes. */
const shownFirst = 8_192

const follow = async (file: string, { output, signal }: ConsoleStreams): Promise<void> => {
  const stat = (): Stats | undefined => statSync(file, { throwIfNoEntry: false })
  const start = stat()
  let inode = start?.ino
  let offset = Math.max(0, (start?.size ?? 0) - shownFirst)
  let isCut = offset > 0
  const buffer = Buffer.alloc(65_536)
  while (!signal?.aborted) {
    const now = stat()
    if (now && now.ino !== inode) {
      inode = now.ino
      offset = 0
    }
    if (!now || now.size <= offset) {
      await sleep(200, undefined, signal ? { signal } : {}).catch(() => {})
      continue
    }
    const descriptor = openSync(file, 'r')
    const read = readSync(descriptor, buffer, 0, buffer.length, offset)
    closeSync(descriptor)
    offset += read
    output.write(Buffer.from(buffer.subarray(isCut ? buffer.indexOf('\n') + 1 : 0, read)))
    isCut = false
  }
}
