import * as assert from 'uvu/assert'
import { labConnect, mountsBelow, parseAddresses, parseLinks, runInLab } from '../../../provisioner/lab/namespace.ts'
import { suite } from '../../suite.ts'

const test = suite('lab namespace')

test('links tell whether they are up and have a carrier', () => {
  const json = JSON.stringify([
    { ifname: 'n01-0', flags: ['NO-CARRIER', 'BROADCAST', 'UP'] },
    { ifname: 'n01-1', flags: ['BROADCAST', 'UP', 'LOWER_UP'] },
    { ifname: 'n02-0', flags: ['BROADCAST'] },
    {},
  ])
  assert.equal(parseLinks(json), [
    { name: 'n01-0', up: true, carrier: false },
    { name: 'n01-1', up: true, carrier: true },
    { name: 'n02-0', up: false, carrier: false },
  ])
  assert.equal(parseLinks(''), [])
})

test('addresses are those that somebody gave', () => {
  const addresses = [
    { local: '10.77.0.1', prefixlen: 24, scope: 'global' },
    { local: 'fe80::1', prefixlen: 64, scope: 'link' },
  ]
  assert.equal(parseAddresses(JSON.stringify([{ ifname: 'br0', addr_info: addresses }, {}])), ['10.77.0.1/24'])
})

test('commands run in the namespace of the lab', () => {
  assert.equal(runInLab({ name: 'demo' }, ['curl', 'a b']), ['ip', 'netns', 'exec', 'prelude-demo', 'curl', 'a b'])
  assert.is(labConnect({ name: 'demo' }), 'ip netns exec prelude-demo nc %h %p')
})

test('mounts below a directory are found, the deepest first', () => {
  assert.is(mountsBelow('/proc').at(-1), '/proc')
  assert.not.ok(mountsBelow('/pro').includes('/proc'))
})

test.run()
