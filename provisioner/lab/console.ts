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
  const forward = (typed: Buffer) => {
    const end = typed.indexOf(leaveKey)
    line.write(end === -1 ? typed : typed.subarray(0, end))
    if (end !== -1) resolve()
  }
  const leave = () => resolve()
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

const follow = async (file: string, { output, signal }: ConsoleStreams): Promise<void> => {
  const stat = (): Stats | undefined => statSync(file, { throwIfNoEntry: false })
  const start = tail(file, 8_000)
  output.write(start.slice(start.length < 8_000 ? 0 : start.indexOf('\n') + 1))
  let { ino = 0, size: offset = 0 } = stat() ?? {}
  const buffer = Buffer.alloc(65_536)
  while (!signal?.aborted) {
    const now = stat()
    if (now && now.ino !== ino) {
      ino = now.ino
      offset = 0
    }
    if (now && now.size > offset) {
      const descriptor = openSync(file, 'r')
      const read = readSync(descriptor, buffer, 0, buffer.length, offset)
      closeSync(descriptor)
      offset += read
      output.write(Buffer.from(buffer.subarray(0, read)))
    } else {
      await sleep(200, undefined, signal ? { signal } : {}).catch(() => {})
    }
  }
}
