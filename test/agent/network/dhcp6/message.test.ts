import * as assert from 'uvu/assert'
import { clientDuid, decodeAnswer6, encodeRequest6 } from '../../../../agent/network/dhcp6/message.ts'
import { fc } from '../../../fc.ts'
import { suite } from '../../../suite.ts'

const test = suite('agent DHCPv6 messages')

const mac = '52:54:00:00:01:01'
const infiniband = '80:00:02:08:fe:80:00:00:00:00:00:00:00:02:c9:03:00:00:00:01'
const client = '0001000a00030001525400000101'
const server = Buffer.from('00030001020000000001', 'hex')
const serverOption = `0002000a${server.toString('hex')}`
const address = `fd77${'00'.repeat(12)}0142`

/** An answer of a server: its type and transaction, its options. */
const answer = (options: string, head = '07010203'): Buffer => Buffer.from(`${head}${options}`, 'hex')
/** An association of the client: renewal and rebinding, its options. */
const association = (times: string, options: string, identifier = '00000101'): string => {
  const length = (12 + options.length / 2).toString(16).padStart(4, '0')
  return `0003${length}${identifier}${times}${options}`
}
const held = (preferred: string, valid: string): string => `00050018${address}${preferred}${valid}`
const minute = '0000003c'

test('a solicitation, octet by octet', () => {
  const message = encodeRequest6({ type: 'solicit', transaction: 0x010203, mac, seconds: 7 })
  const association = '0003000c000001010000000000000000'
  assert.is(message.toString('hex'), `01010203${client}0008000202bc0006000400170018${association}`)
})

test('a request names the server and the address; a question for information neither', () => {
  const own = { transaction: 1, mac, seconds: 0 }
  const request = encodeRequest6({ ...own, type: 'request', server, address: 'fd77::142' }).toString('hex')
  assert.ok(request.startsWith('03000001'))
  assert.ok(request.includes(serverOption))
  assert.ok(request.includes(`00050018${address}${'00'.repeat(8)}`))
  assert.not.match(encodeRequest6({ ...own, type: 'information' }).toString('hex'), /0003000c/)
})

test('a card of InfiniBand is known by its whole address', () => {
  assert.is(clientDuid(infiniband).toString('hex'), `00030020${infiniband.replaceAll(':', '')}`)
})

test('a reply gives an address with its times, name servers and domains', () => {
  const more = `00170010${address}00180006016302743100`
  const given = decodeAnswer6(
    answer(`${client}${serverOption}${association(`${minute}00000060`, held('00000078', '000000f0'))}${more}`),
    mac,
  )
  assert.equal(given, {
    type: 'reply',
    transaction: 0x010203,
    server,
    preference: 0,
    address: 'fd77::142',
    leaseTime: 240,
    preferred: 120,
    renewal: 60,
    rebinding: 96,
    dns: ['fd77::142'],
    search: ['c.t1'],
  })
})

test('a server that leaves the times to the client gets its own; for ever is for ever', () => {
  const own = decodeAnswer6(
    answer(`${client}${serverOption}${association('0'.repeat(16), held('00000064', '000000c8'))}`),
    mac,
  )
  assert.equal([own?.renewal, own?.rebinding], [50, 80])
  const forever = decodeAnswer6(
    answer(`${client}${serverOption}${association('f'.repeat(16), held('ffffffff', 'ffffffff'))}`),
    mac,
  )
  assert.equal([forever?.leaseTime, forever?.renewal], [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY])
})

test('what gives no address gives none', () => {
  const times = `${minute}${minute}`
  for (const [what, options] of [
    ['a status of the message', `${association(times, held(minute, minute))}000d00020002`],
    ['a status of the association', association(times, `${held(minute, minute)}000d00020002`)],
    ['a status of the address', association(times, `0005001e${address}${minute}${minute}000d00020002`)],
    ['an address that is over', association(times, held('00000000', '00000000'))],
    ['an association of somebody else', association(times, held(minute, minute), '00000102')],
    ['none', ''],
  ] as const) {
    const given = decodeAnswer6(answer(`${client}${serverOption}${options}`), mac)
    assert.is(given?.type, 'reply', what)
    assert.is(given?.address, undefined, what)
  }
})

test('what is for another client, or of no server, is no answer', () => {
  const whole = association(`${minute}${minute}`, held(minute, minute))
  assert.is(decodeAnswer6(answer(`${client}${serverOption}${whole}`), '52:54:00:00:01:02'), undefined)
  assert.is(decodeAnswer6(answer(`${client}${whole}`), mac), undefined)
  assert.is(decodeAnswer6(answer(`${client}${serverOption}`, '01010203'), mac), undefined, 'a solicitation')
})

test('no content makes it fail', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 200 }),
      fc.constantFrom('07010203', `07010203${client}${serverOption}`),
      (bytes, head) => {
        decodeAnswer6(Buffer.concat([Buffer.from(head, 'hex'), bytes]), mac)
      },
    ),
  )
})

test.run()
