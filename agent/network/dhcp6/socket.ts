import { createSocket } from 'node:dgram'
import type { DhcpWire } from '../dhcp/socket.ts'
import { wireOf } from '../dhcp/wire.ts'

const clientPort = 546
const serverPort = 547
/** All servers and relays of a segment. */
const everybody = 'ff02::1:2'

/** A socket at the client's port of a device with that link-local address; servers are asked all at once. */
export const openDhcp6Socket = async (device: string, linkLocal: string): Promise<DhcpWire> => {
  const socket = createSocket({ type: 'udp6', ipv6Only: true, reuseAddr: true })
  const wire = await wireOf(socket, clientPort, `${linkLocal}%${device}`)
  return {
    ...wire,
    send: (message) => wire.sendTo(message, serverPort, `${everybody}%${device}`),
  }
}
