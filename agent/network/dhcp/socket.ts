import { createSocket } from 'node:dgram'
import { readFile, writeFile } from 'node:fs/promises'
import { tool } from '../../../engine/process.ts'
import { wireOf } from './wire.ts'

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
  const wire = await wireOf(socket, clientPort)
  socket.setBroadcast(true)
  return {
    ...wire,
    send: (message, to) => wire.sendTo(message, serverPort, to === 'all' ? everybody : to),
    async close() {
      await wire.close()
      await tool('ip', ['route', 'delete', `${everybody}/32`, 'dev', device]).catch(() => {})
      for (const { file, value } of former) if (value !== undefined) await writeFile(file, value).catch(() => {})
    },
  }
}
