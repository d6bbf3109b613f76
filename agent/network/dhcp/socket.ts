import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { tool } from '../../../engine/process.ts'

/** How messages travel between a client and the servers. */
export type DhcpWire = {
  /** Sends to one server, or to all that listen. */
  send(message: Buffer, to: string | 'all'): Promise<void>
  /** The next message that arrives within `ms` milliseconds. */
  next(ms: number): Promise<Buffer | undefined>
  close(): Promise<void>
}

const clientPort = 68
const serverPort = 67
const everybody = '255.255.255.255'

const filters = (device: string) => ['all', device].map((name) => `/proc/sys/net/ipv4/conf/${name}/rp_filter`)

/**
 * A socket at the client's port. The kernel sends from an interface without an address when a route leads there, and takes
 * the broadcast answers of a server that it has no route to as long as it does not filter by them.
 */
export const openDhcpSocket = async (device: string): Promise<DhcpWire> => {
  const former = await Promise.all(
    filters(device).map(async (file) => ({ file, value: await readFile(file, 'utf8').catch(() => undefined) })),
  )
  for (const { file, value } of former) if (value !== undefined) await writeFile(file, '0')
  await tool('ip', ['route', 'replace', `${everybody}/32`, 'dev', device])
  const socket = createSocket({ type: 'udp4', reuseAddr: true })
  const waiting: Buffer[] = []
  let wake: (() => void) | undefined
  socket.on('message', (message) => {
    waiting.push(message)
    wake?.()
  })
  socket.on('error', () => {}) // a send that failed is a message that was lost
  socket.bind(clientPort)
  await once(socket, 'listening')
  socket.setBroadcast(true)
  socket.unref() // who renews a lease does not hold up the end of the boot
  return {
    send: (message, to) =>
      new Promise((resolve) => {
        socket.send(message, serverPort, to === 'all' ? everybody : to, () => resolve())
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
    async close() {
      socket.close()
      await tool('ip', ['route', 'delete', `${everybody}/32`, 'dev', device]).catch(() => {})
      for (const { file, value } of former) if (value !== undefined) await writeFile(file, value).catch(() => {})
    },
  }
}
