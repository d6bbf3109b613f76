import { randomBytes } from 'node:crypto'
import { constants } from 'node:os'
import { type Command, sh } from '../command.ts'
import type { Channel, Ending } from './transport.ts'

const endingOf = (code: number): Ending => {
  const [signal] = Object.entries(constants.signals).find(([, number]) => number === code - 128) ?? []
  return { code, reason: signal === undefined ? `ended with exit code ${code}` : `was killed by ${signal}` }
}

/** What announced commands write behind everything else into their standard error. */
export const announcement = /\n[0-9a-f]{32}D\d+;/

/**
 * A command whose end is told as soon as it ends. The system's ssh tells it only when nothing on the host holds the
 * command's streams any more: what a killed shell has left running does. A shell that waits for the command writes it
 * into the standard error instead; the command runs in the foreground, as what runs in the background ignores signals.
 */
export const announced = (command: Command): { text: Command; watch(channel: Channel): Channel } => {
  const mark = randomBytes(16).toString('hex')
  const script = `exec 3>&2 2>/dev/null; ${sh`/bin/sh -c ${command.text}`.text} 2>&3 3>&-; printf '\\n${mark}D%d;' $? >&3`
  const told = new RegExp(`\n${mark}D(\\d+);`)
  const watch = (channel: Channel): Channel => {
    const { promise, resolve } = Promise.withResolvers<Ending>()
    let tail = ''
    channel.stderr.on('data', (chunk: Buffer) => {
      tail = (tail + chunk.toString('latin1')).slice(-chunk.length - mark.length - 8)
      const code = told.exec(tail)?.[1]
      if (code === undefined) return
      resolve(endingOf(Number(code)))
      channel.kill()
    })
    return { ...channel, ended: Promise.race([promise, channel.ended]) }
  }
  return { text: sh`exec /bin/sh -c ${script}`, watch }
}
