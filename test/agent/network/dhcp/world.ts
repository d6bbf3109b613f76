import type { DhcpOptions } from '../../../../agent/network/dhcp/lease.ts'
import { silentLog } from '../../../../engine/log.ts'

/** A card whose clock only waiting moves, and whose server is `answer`: the reply to a message sent at `at` seconds, if any. */
export const dhcpWorld = (
  mac: string,
  answer: (message: Buffer, at: number, to: string | undefined) => Buffer | undefined,
) => {
  let time = 0
  let reply: Buffer | undefined
  const stop = new AbortController()
  const options: DhcpOptions = {
    mac,
    log: silentLog,
    progress: () => {},
    signal: stop.signal,
    random: () => 0.5,
    now: () => time,
    wait: async (ms) => {
      time += ms
    },
    wire: {
      async send(message, to) {
        reply = answer(message, time / 1000, to)
      },
      async next(ms) {
        const given = reply
        reply = undefined
        if (given === undefined) time += ms
        return given
      },
      async close() {},
    },
  }
  return { options, stop, seconds: () => time / 1000 }
}
