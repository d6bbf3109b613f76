import type { Readable, Writable } from 'node:stream'
import { type Command, sh } from '../command.ts'

/** How a process ended, in numbers and in words. */
export type Ending = { readonly code: number | undefined; readonly reason: string }

/** A process on the host, seen through its three streams. */
export type Channel = {
  readonly stdin: Writable
  readonly stdout: Readable
  readonly stderr: Readable
  /** Resolves when the process or the way to it is gone; never rejects. */
  readonly ended: Promise<Ending>
  /** Ends the process, and what belongs to its process group where that can be reached; harmless when it has ended. */
  kill(): void
}

/** A shell that reads what it is to do. */
export const shellItself = sh`exec /bin/sh`

/** A way to start processes on a host as one user; everything else of a connection is built on it. */
export type Transport = {
  readonly kind: string
  readonly name: string
  /** How many shells of one user it carries at a time. */
  readonly shells: number
  /**
   * Starts a command by /bin/sh. The command's text may be visible in process lists: secrets and data go
   * through its input. Throws a Failure 'connection.unreachable' when the host cannot be reached.
   */
  spawn(command: Command): Promise<Channel>
  close(): Promise<void>
}
