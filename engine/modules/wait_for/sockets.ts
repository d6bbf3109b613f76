import { ipaddr } from '../../ipaddr.ts'

/** A TCP connection of the host, of IPv4 or IPv6; IPv4 addresses within IPv6 are shown as IPv4. */
export type Socket = {
  readonly local: string
  readonly localPort: number
  readonly remote: string
  readonly remotePort: number
  readonly state: string
}

// As the kernel numbers them, from 1.
const states = [
  'ESTABLISHED',
  'SYN_SENT',
  'SYN_RECV',
  'FIN_WAIT1',
  'FIN_WAIT2',
  'TIME_WAIT',
  'CLOSE',
  'CLOSE_WAIT',
  'LAST_ACK',
  'LISTEN',
  'CLOSING',
]

/** An address in one form, so that two can be compared. */
export const canonical = (address: string): string => ipaddr().process(address).toString()

/** The kernel writes each 32-bit word of an address with its lowest byte first. */
const address = (hex: string): string => {
  const bytes = Buffer.from(hex, 'hex')
  for (let word = 0; word < bytes.length; word += 4) bytes.subarray(word, word + 4).reverse()
  return canonical(
    ipaddr()
      .fromByteArray([...bytes])
      .toString(),
  )
}

const socketLine = /^\s*\d+: ((?:[0-9A-F]{8}){1,4}):([0-9A-F]{4}) ((?:[0-9A-F]{8}){1,4}):([0-9A-F]{4}) ([0-9A-F]{2}) /

/** Reads /proc/net/tcp and /proc/net/tcp6; other lines are skipped. */
export const parseSockets = (text: string): Socket[] =>
  text.split('\n').flatMap((line) => {
    const [, local, localPort, remote, remotePort, state] = socketLine.exec(line) ?? []
    if (!local || !localPort || !remote || !remotePort || !state) return []
    return {
      local: address(local),
      localPort: Number.parseInt(localPort, 16),
      remote: address(remote),
      remotePort: Number.parseInt(remotePort, 16),
      state: states[Number.parseInt(state, 16) - 1] ?? state,
    }
  })
