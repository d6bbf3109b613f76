// Asks for an IPv6 address as the agent's network stage does, and prints what it was given. usage: ask.ts DEVICE SECONDS
import { givenAddress6 } from '../../../../agent/network/address6.ts'
import { silentLog } from '../../../../engine/log.ts'

const [, , device = '', seconds] = process.argv
const given = await givenAddress6({
  device,
  hasMtu: false,
  towards: 'fd77::1',
  budget: Number(seconds),
  log: silentLog,
  progress: () => {},
  signal: new AbortController().signal,
})
console.log(JSON.stringify(given ?? null))
process.exit()
