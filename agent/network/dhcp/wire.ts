import type { Socket } from 'node:dgram'
import { once } from 'node:events'

/** What a socket hears, one message after the other, and a way to send that never fails. */
export type SocketWire = {
  sendTo(message: Buffer, port: number, address: string): Promise<void>
  next(ms: number): Promise<Buffer | undefined>
  close(): Promise<void>
}

/** Binds a socket to a client's port. */
export const wireOf = async (socket: Socket, port: number, address?: string): Promise<SocketWire> => {
  const waiting: Buffer[] = []
  let wake: (() => void) | undefined
  socket.on('message', (message) => {
    waiting.push(message)
    wake?.()
  })
  socket.bind(port, address)
  await once(socket, 'listening') // rejects with the error of a bind that failed
  socket.on('error', () => {}) // a send that failed is a message that was lost
  socket.unref() // who renews a lease does not hold up the end of the boot
  return {
    sendTo: (message, to, where) =>
      new Promise((resolve) => {
        socket.send(message, to, where, () => resolve())
      }),
    async next(ms) {
      if (waiting.length === 0 && ms > 0) {
        const { promise, resolve } = Promise.withResolvers<void>()
        wake = resolve
        const timer = setTimeout(resolve, ms)
        await promise
        clearTimeout(timer)
        wake = undefined
      }
      return waiting.shift()
    },
    close: async () => void socket.close(),
  }
}
