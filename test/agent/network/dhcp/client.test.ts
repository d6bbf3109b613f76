import * as assert from 'uvu/assert'
import { acquireLease, keepLease } from '../../../../agent/network/dhcp/client.ts'
import type { DhcpAnswer } from '../../../../agent/network/dhcp/message.ts'
import { suite } from '../../../suite.ts'
import { dhcpWorld } from './world.ts'

const test = suite('agent DHCP client')

const mac = '52:54:00:00:01:01'
const kind = { discover: 1, offer: 2, request: 3, ack: 5, nak: 6 }

/** What a server says to a request: the type, or silence. */
type Server = (request: {
  type: number
  requested: string | undefined
  own: string
  at: number
  to: string
}) => keyof typeof kind | undefined

const optionOf = (message: Buffer, wanted: number): Buffer | undefined => {
  for (let at = 240; message[at] !== 255; at += 2 + message[at + 1]!)
    if (message[at] === wanted) return message.subarray(at + 2, at + 2 + message[at + 1]!)
  return undefined
}

/** A simulated card, and a server that gives 10.77.0.100 for two minutes. */
const world = (server: Server) => {
  const sent: string[] = []
  const card = dhcpWorld(mac, (message, at, to) => {
    const type = optionOf(message, 53)![0]!
    const requested = optionOf(message, 50)?.join('.')
    const own = message.subarray(12, 16).join('.')
    const name = Object.entries(kind).find(([, number]) => number === type)?.[0]
    sent.push(`${Math.round(at)} ${name}${requested ? ` ${requested}` : ''} to ${to}`)
    const said = server({ type, requested, own, at, to: to! })
    if (said === undefined) return undefined
    const answer = Buffer.alloc(240 + 3 + 6 + 6 + 1)
    answer[0] = 2
    message.copy(answer, 4, 4, 8)
    Buffer.from([10, 77, 0, 100]).copy(answer, 16)
    Buffer.from('63825363', 'hex').copy(answer, 236)
    Buffer.from([53, 1, kind[said], 54, 4, 10, 77, 0, 1, 51, 4, 0, 0, 0, 120, 255]).copy(answer, 240)
    return answer
  })
  return { ...card, sent }
}

const gives: Server = ({ type }) => (type === kind.discover ? 'offer' : 'ack')

test('discovers, then requests what was offered', async () => {
  const { options, sent } = world(gives)
  const lease = await acquireLease(options, 600)
  assert.is(lease?.address, '10.77.0.100')
  assert.equal(sent, ['0 discover to all', '0 request 10.77.0.100 to all'])
})

test('a server that is silent for five minutes and then back is found, by attempts with jitter below 30 s', async () => {
  const { options, sent, seconds } = world((request) => (request.at < 300 ? undefined : gives(request)))
  const lease = await acquireLease(options, 600)
  assert.is(lease?.address, '10.77.0.100')
  assert.ok(seconds() < 300 + 34, `after ${seconds()} s`)
  const times = sent.map((line) => Number.parseInt(line, 10))
  assert.equal(
    times.slice(0, 6),
    [0, 5, 11, 19, 31, 50],
    'half of a bound that doubles, after four seconds of listening',
  )
})

test('a budget that is over ends it', async () => {
  const { options, seconds } = world(() => undefined)
  assert.is(await acquireLease(options, 60), undefined)
  assert.ok(seconds() <= 60)
})

test('the address from before is asked for first; denied, another one is discovered at once', async () => {
  const known = world(gives)
  await acquireLease(known.options, 600, '10.77.0.50')
  assert.equal(known.sent, ['0 request 10.77.0.50 to all'])
  const denied = world(({ type, requested }) =>
    type === kind.discover ? 'offer' : requested === '10.77.0.50' ? 'nak' : 'ack',
  )
  await acquireLease(denied.options, 600, '10.77.0.50')
  assert.equal(denied.sent, ['0 request 10.77.0.50 to all', '0 discover to all', '0 request 10.77.0.100 to all'])
})

test('servers that do not know the address from before stay silent: it is given up', async () => {
  const { options, sent } = world(({ type, requested }) =>
    type === kind.discover ? 'offer' : requested === '10.77.0.50' ? undefined : 'ack',
  )
  assert.is((await acquireLease(options, 600, '10.77.0.50'))?.address, '10.77.0.100')
  assert.equal(
    sent.map((line) => line.split(' ')[1]),
    ['request', 'request', 'request', 'discover', 'request'],
  )
})

const lease = { address: '10.77.0.100', server: '10.77.0.1', leaseTime: 120, renewal: 60, rebinding: 105 } as DhcpAnswer

test('a lease is renewed at half of its time, by its server, with its address', async () => {
  const renewals: number[] = []
  const { options, sent, stop, seconds } = world(({ own }) => (own === '10.77.0.100' ? 'ack' : undefined))
  const end = await keepLease(options, lease, async () => {
    renewals.push(seconds())
    if (renewals.length === 3) stop.abort()
  })
  assert.is(end, 'ended')
  assert.equal(renewals, [60, 120, 180])
  assert.equal(sent[0], '60 request to 10.77.0.1')
})

test('a server that does not answer is asked again, then all are, and then the lease is lost', async () => {
  const { options, sent } = world(() => undefined)
  assert.is(await keepLease(options, lease, async () => {}), 'lost')
  assert.equal(sent, ['60 request to 10.77.0.1', '94 request to 10.77.0.1'])
  const late = world(({ to }) => (to === 'all' ? 'ack' : undefined))
  const long = { ...lease, leaseTime: 1000, renewal: 500, rebinding: 800 }
  await keepLease(late.options, long, async () => late.stop.abort())
  assert.is(late.sent.at(-1)?.replace(/^\d+ /, ''), 'request to all')
})

test('a lease that is denied is lost; an endless one is never renewed', async () => {
  assert.is(await keepLease(world(() => 'nak').options, lease, async () => {}), 'lost')
  const endless = world(gives)
  const forever = { ...lease, leaseTime: Number.POSITIVE_INFINITY, renewal: Number.POSITIVE_INFINITY }
  assert.is(await keepLease(endless.options, forever, async () => {}), 'ended')
  assert.equal(endless.sent, [])
})

test.run()
