import { spawn } from 'node:child_process'
import { Duplex } from 'node:stream'
import { setTimeout } from 'node:timers/promises'
import { Failure } from '../failure.ts'
import { channelOf } from './childchannel.ts'
import { drained } from './drained.ts'

export type ProxyProcess = {
  readonly socket: Duplex
  /** The last that the command said, also when that is still on its way. */
  said(): Promise<string>
  close(): void
}

/** How long a program that ends is waited for; one that goes on has nothing more to say. */
const graceMs = 1_000

/** Starts a ProxyCommand: %h, %p and %r stand for host, port and user, %% for a percent sign. */
export const openProxy = (command: string, target: { host: string; port: number; user: string }): ProxyProcess => {
  const values: Readonly<Record<string, string>> = {
    '%': '%',
    h: target.host,
    n: target.host,
    p: String(target.port),
    r: target.user,
  }
  const text = command.replace(/%(.)/g, (token, letter: string) => {
    const value = values[letter]
    if (value === undefined) throw new Failure('connection.arguments', `ProxyCommand: ${token} has no meaning here`)
    return value
  })
  const child = spawn('/bin/sh', ['-c', `exec ${text}`], { detached: true })
  const channel = channelOf(child)
  let said = ''
  channel.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-500)
  })
  const socket = Duplex.from({ readable: child.stdout, writable: child.stdin })
  socket.on('error', () => {}) // told by the ssh client, which listens too
  return {
    socket,
    async said() {
      const late = new AbortController()
      const grace = setTimeout(graceMs, undefined, late).catch(() => {})
      await Promise.race([channel.ended.then(() => drained(channel)), grace])
      late.abort()
      return said.trim()
    },
    close: channel.kill,
  }
}
