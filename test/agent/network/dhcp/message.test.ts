import * as assert from 'uvu/assert'
import { clientIdentifier, decodeAnswer, encodeRequest } from '../../../../agent/network/dhcp/message.ts'
import { fc } from '../../../fc.ts'
import { suite } from '../../../suite.ts'

const test = suite('agent DHCP messages')

const mac = '52:54:00:00:01:01'
const infiniband = '80:00:02:08:fe:80:00:00:00:00:00:00:00:02:c9:03:00:00:00:01'

const head = (transaction: string, address: string): string =>
  `02010600${transaction}00008000${'00'.repeat(4)}${address}${'00'.repeat(4)}${'00'.repeat(4)}525400000101${'00'.repeat(10 + 192)}63825363`

const answer = (options: string, transaction = '01020304', address = '0a4d0064'): Buffer =>
  Buffer.from(`${head(transaction, address)}${options}ff`, 'hex')

test('a discovery, octet by octet', () => {
  const message = encodeRequest({ type: 'discover', transaction: 0x01020304, mac, seconds: 7 })
  assert.is(message.length, 300)
  assert.is(message.toString('hex', 0, 12), '010106000102030400078000')
  assert.is(message.toString('hex', 28, 34), '525400000101')
  assert.is(
    message.toString('hex', 236).replace(/(00)+$/, ''),
    '63825363350101' + '3d0701525400000101' + '390205dc' + '370a0103060f1a333a3b7779' + 'ff',
  )
})

test('a request names the address and the server; a renewal has its address and takes the answer there', () => {
  const chosen = encodeRequest({
    type: 'request',
    transaction: 1,
    mac,
    seconds: 0,
    requested: '10.77.0.100',
    server: '10.77.0.1',
  })
  assert.match(chosen.toString('hex'), /350103.*32040a4d0064.*36040a4d0001/)
  const renewal = encodeRequest({ type: 'request', transaction: 1, mac, seconds: 0, own: '10.77.0.100' })
  assert.is(renewal.toString('hex', 10, 16), '00000a4d0064')
  assert.not.match(renewal.toString('hex', 240), /3204|3604/)
})

test('the client identifier is that of the firmware', () => {
  assert.is(clientIdentifier(mac).toString('hex'), '01525400000101')
  assert.is(clientIdentifier(infiniband).toString('hex'), 'ff000000000002000002c9000002c90300000001')
  const message = encodeRequest({ type: 'discover', transaction: 1, mac: infiniband, seconds: 0 })
  assert.is(message.toString('hex', 0, 4), '01200000', 'no address of 20 octets in the head')
})

test('an answer with all that is understood', () => {
  const read = decodeAnswer(
    answer(
      '350105' +
        '36040a4d0001' +
        '3304000004b0' +
        '3a0400000258' +
        '3b040000041a' +
        '0104ffff0000' +
        '03080a4d00010a4d0002' +
        '06040a4d0003' +
        '0f09632e6578616d706c65' +
        '1a022328',
    ),
  )
  assert.equal(read, {
    type: 'ack',
    transaction: 0x01020304,
    address: '10.77.0.100',
    prefix: 16,
    server: '10.77.0.1',
    routers: ['10.77.0.1', '10.77.0.2'],
    routes: [],
    dns: ['10.77.0.3'],
    search: ['c.example'],
    mtu: 9000,
    leaseTime: 1200,
    renewal: 600,
    rebinding: 1050,
  })
})

test('classless routes replace the routers; names of a search list point into it', () => {
  const read = decodeAnswer(
    answer(
      '350102' + '03040a4d0001' + '790d180a0102' + '0a4d0001' + '000a4d0002' + '770f0163076578616d706c65000164c002',
    ),
  )
  assert.equal(read?.routers, [])
  assert.equal(read?.routes, [
    { to: '10.1.2.0/24', via: '10.77.0.1' },
    { to: '0.0.0.0/0', via: '10.77.0.2' },
  ])
  assert.equal(read?.search, ['c.example', 'd.example'])
})

test('what is not said: half and seven eighths of the time, no MTU; what is endless stays so', () => {
  const short = decodeAnswer(answer('350105' + '330400000078'))
  assert.equal(
    [short?.leaseTime, short?.renewal, short?.rebinding, short?.mtu, short?.prefix],
    [120, 60, 105, undefined, 24],
  )
  assert.is(decodeAnswer(answer('350105' + '3304ffffffff'))?.renewal, Number.POSITIVE_INFINITY)
})

test('what cannot stand in resolv.conf is left out', () => {
  assert.equal(decodeAnswer(answer(`350105${'0f0a'}${Buffer.from('a\nnameserv').toString('hex')}`))?.search, [])
})

test('what is no answer is none, whatever it is', () => {
  assert.is(decodeAnswer(encodeRequest({ type: 'discover', transaction: 1, mac, seconds: 0 })), undefined)
  const bytes = fc.uint8Array({ maxLength: 400 })
  fc.assert(fc.property(bytes, (some) => decodeAnswer(Buffer.from(some)) === undefined))
  // any options behind a right head: read, or left out, but never thrown over
  fc.assert(fc.property(bytes, (some) => void decodeAnswer(answer(Buffer.from(some).toString('hex')))))
})

test.run()
