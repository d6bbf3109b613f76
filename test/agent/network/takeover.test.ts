import * as assert from 'uvu/assert'
import { parseTaken, takenCommands } from '../../../agent/network/takeover.ts'
import { suite } from '../../suite.ts'

const test = suite('agent network takeover')

// as ip(8) of iproute2 6.1 prints them after a DHCP client of the firmware or the kernel
const addresses = JSON.stringify([
  { ifname: 'lo', addr_info: [{ family: 'inet', local: '127.0.0.1', prefixlen: 8, scope: 'host' }] },
  {
    ifname: 'eth0',
    addr_info: [
      {
        family: 'inet',
        local: '10.77.0.2',
        prefixlen: 24,
        scope: 'global',
        valid_life_time: 3600,
        preferred_life_time: 1800,
      },
      {
        family: 'inet6',
        local: 'fd00::2',
        prefixlen: 64,
        scope: 'global',
        valid_life_time: 4294967295,
        preferred_life_time: 4294967295,
      },
      { family: 'inet6', local: 'fe80::1', prefixlen: 64, scope: 'link' },
    ],
  },
  {
    ifname: 'eth1',
    addr_info: [
      { family: 'inet6', local: 'fe80::2', prefixlen: 64, scope: 'link' },
      // another machine has it
      { family: 'inet6', local: 'fd00::3', prefixlen: 64, scope: 'global', tentative: true, dadfailed: true },
    ],
  },
])
const routes4 = JSON.stringify([
  { dst: 'default', gateway: '10.77.0.254', dev: 'eth0', protocol: 'dhcp', metric: 100 },
  { dst: '10.77.0.0/24', dev: 'eth0', protocol: 'kernel', scope: 'link' },
  { dst: '10.77.0.254', dev: 'eth0', scope: 'link' },
  { dst: '172.16.0.0/12', gateway: '10.9.0.1', dev: 'eth9' },
])
const routes6 = JSON.stringify([
  { dst: 'default', gateway: 'fe80::9', dev: 'eth0', protocol: 'ra', metric: 1024 },
  { dst: 'fd01::/64', gateway: 'fd00::9', dev: 'eth0', metric: 1024 },
])

const taken = parseTaken(addresses, routes4, routes6)
const commands = (...given: string[]) =>
  takenCommands('bond0', taken.get('eth0')!, given).map((words) => words.join(' '))
const routes = [
  'ip route replace 10.77.0.254 dev bond0',
  'ip route replace default via 10.77.0.254 dev bond0 metric 100',
  'ip -6 route replace fd01::/64 via fd00::9 dev bond0',
]

test('links with an address of their own are taken over, and no others', () => {
  assert.equal([...taken.keys()], ['eth0'])
})

test('addresses keep their lifetimes, routes their metrics; gateways can be reached before they are used', () => {
  assert.equal(commands(), [
    'ip address replace 10.77.0.2/24 dev bond0 valid_lft 3600 preferred_lft 1800',
    'ip -6 address replace fd00::2/64 dev bond0 nodad',
    ...routes,
  ])
})

test('an address that the inventory gives is not taken over as a passing one', () => {
  assert.equal(commands('10.77.0.2/24', 'fd00::2/64'), routes)
})

test('beside another address of the inventory it fades out, in its family alone', () => {
  assert.equal(commands('10.77.0.9/24'), [
    'ip address replace 10.77.0.2/24 dev bond0 valid_lft 600 preferred_lft 0',
    'ip -6 address replace fd00::2/64 dev bond0 nodad',
    ...routes,
  ])
})

test('nothing at all is nothing', () => assert.is(parseTaken('', '', '').size, 0))

test.run()
