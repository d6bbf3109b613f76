import * as assert from 'uvu/assert'
import { canonical, parseSockets } from '../../../../engine/modules/wait_for/sockets.ts'
import { suite } from '../../../suite.ts'

const test = suite('sockets of the kernel')

const text = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1234 1 0000000000000000 100 0 0 10 0
   1: 0200A8C0:0016 0500A8C0:D431 01 00000000:00000000 02:000A7E6C 00000000     0        0 1235 2 0000000000000000 20 4 29 10 -1
  sl  local_address                         remote_address                        st tx_queue rx_queue
   0: 00000000000000000000000000000000:0016 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000
   1: B80D0120000000000000000001000000:01BB 0000000000000000FFFF00000500A8C0:D431 06 00000000:00000000 00:00000000
garbage
`

test('are read in both families', () => {
  assert.equal(
    parseSockets(text).map(({ local, localPort, remote, remotePort, state }) => [
      local,
      localPort,
      remote,
      remotePort,
      state,
    ]),
    [
      ['127.0.0.1', 22, '0.0.0.0', 0, 'LISTEN'],
      ['192.168.0.2', 22, '192.168.0.5', 54321, 'ESTABLISHED'],
      ['::', 22, '::', 0, 'LISTEN'],
      ['2001:db8::1', 443, '192.168.0.5', 54321, 'TIME_WAIT'],
    ],
  )
})

test('addresses have one form', () => {
  assert.is(canonical('::ffff:192.168.0.5'), '192.168.0.5')
  assert.is(canonical('2001:0DB8:0::1'), '2001:db8::1')
})

test.run()
