import * as assert from 'uvu/assert'
import { acquireLease6, keepLease6, type Lease6 } from '../../../../agent/network/dhcp6/client.ts'
import { clientDuid } from '../../../../agent/network/dhcp6/message.ts'
import { suite } from '../../../suite.ts'
import { dhcpWorld } from '../dhcp/world.ts'

const test = suite('agent DHCPv6 client')

const mac = '52:54:00:00:01:01'
const names: Readonly<Record<number, string>> = { 1: 'solicit', 3: 'request', 5: 'renew', 6: 'rebind' }

/** What a server says to a request: an address for ten minutes, that it has none, or nothing. */
type Server = (request: { type: string; at: number }) => 'address' | 'none' | undefined

const option = (number: number, content: Buffer): Buffer => {
  const head = Buffer.alloc(4)
  head.writeUInt16BE(number)
  head.writeUInt16BE(content.length, 2)
  return Buffer.concat([head, content])
}
const held = option(5, Buffer.from(`fd77${'00'.repeat(12)}01420000025800000258`, 'hex'))
const association = option(3, Buffer.concat([Buffer.from('000001010000012c000001e0', 'hex'), held]))

/** A simulated card, and a server. */
const world = (server: Server) => {
  const sent: string[] = []
  const card = dhcpWorld(mac, (message, at) => {
    const type = names[message[0]!] ?? '?'
    sent.push(`${Math.round(at)} ${type}`)
    const said = server({ type, at })
    return (
      said &&
      Buffer.concat([
        Buffer.from([type === 'solicit' ? 2 : 7]),
        message.subarray(1, 4),
        option(1, clientDuid(mac)),
        option(2, Buffer.from('00030001020000000001', 'hex')),
        said === 'address' ? association : option(13, Buffer.from([0, 2])),
      ])
    )
  })
  return { ...card, sent }
}

test('a server gives an address in two exchanges', async () => {
  const { options, sent } = world(() => 'address')
  const lease = await acquireLease6(options, 60)
  assert.equal([lease?.address, lease?.leaseTime], ['fd77::142', 600])
  assert.equal(
    sent.map((each) => each.split(' ')[1]),
    ['solicit', 'request'],
  )
})

test('a server that has no address, or is silent, is asked again until the time is over', async () => {
  for (const says of ['none', undefined] as const) {
    const { options, sent, seconds } = world(() => says)
    assert.is(await acquireLease6(options, 60), undefined)
    assert.ok(sent.length >= 4 && sent.length <= 12, sent.join(', '))
    assert.ok(seconds() <= 64)
  }
})

test('a lease is renewed with its server, then with any, then it is lost', async () => {
  let renewals = 0
  const { options, sent } = world(({ type }) => (type === 'renew' && ++renewals <= 2 ? 'address' : undefined))
  const lease = { ...((await acquireLease6(world(() => 'address').options, 60)) as Lease6) }
  const renewed: string[] = []
  const end = await keepLease6(options, lease, async ({ address }) => void renewed.push(address))
  assert.is(end, 'lost')
  assert.equal(renewed, ['fd77::142', 'fd77::142'])
  const kinds = sent.map((each) => each.split(' ')[1])
  assert.equal(kinds.slice(0, 3), ['renew', 'renew', 'renew'])
  assert.ok(kinds.includes('rebind'), sent.join(', '))
  assert.ok(kinds.lastIndexOf('renew') < kinds.indexOf('rebind'))
})

test('a server that gives the address up ends the lease', async () => {
  const { options } = world(() => 'none')
  const lease = (await acquireLease6(world(() => 'address').options, 60)) as Lease6
  assert.is(await keepLease6(options, lease, async () => assert.unreachable()), 'lost')
})

test('a signal ends the question and the renewal', async () => {
  const { options, stop, sent } = world(() => undefined)
  stop.abort()
  assert.is(await acquireLease6(options, 60), undefined)
  assert.equal(sent, [])
  const lease = (await acquireLease6(world(() => 'address').options, 60)) as Lease6
  assert.is(await keepLease6(options, lease, async () => {}), 'ended')
})

test.run()
