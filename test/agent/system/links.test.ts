import * as assert from 'uvu/assert'
import {
  addressCommands,
  bondCommands,
  type CommandLine,
  cardCommands,
  freeNameCommands,
  planLinks,
  resolvConf,
  vlanCommands,
} from '../../../agent/system/links.ts'
import { Failure } from '../../../engine/failure.ts'
import type { NodeNetwork } from '../../../schema/types.ts'
import { suite } from '../../suite.ts'

const test = suite('agent links')

const lines = (commands: readonly CommandLine[]): string[] => commands.map((words) => words.join(' '))

const nic0: NodeNetwork = { name: 'nic0', mac: '52-54-00-00-01-01', boot: true }
const nic1: NodeNetwork = { name: 'nic1', mac: '52:54:00:00:01:02' }
const bond0: NodeNetwork = {
  name: 'bond0',
  type: 'bond',
  mode: '802.3ad',
  members: ['nic1', 'nic0'],
  xmit_hash_policy: 'layer3+4',
  mtu: 9000,
  address: '10.1.0.1/16',
}
const vlan: NodeNetwork = { name: 'bond0.42', type: 'vlan', parent: 'bond0', vlan: 42 }

test('a bond is made before its VLAN, and takes the boot card’s address', () => {
  const plans = planLinks([nic0, nic1, bond0, vlan])
  assert.equal(
    plans.map(({ kind, network }) => `${kind} ${network.name}`),
    ['bond bond0', 'vlan bond0.42'],
  )
  assert.is(plans[0]?.kind === 'bond' && plans[0].address, '52:54:00:00:01:01')
})

test('an interface that is not brought up at boot is left alone', () => {
  assert.equal(planLinks([{ name: 'ib0', type: 'infiniband', onboot: false }]), [])
})

for (const { name, networks, message } of [
  {
    name: 'a member without MAC',
    networks: [{ name: 'a' }, { name: 'bond0', type: 'bond' as const, members: ['a'] }],
    message: /member 'a' of bond0 has no MAC/,
  },
  {
    name: 'a member that is not there',
    networks: [{ name: 'bond0', type: 'bond' as const, members: ['x'] }],
    message: /member 'x'/,
  },
  { name: 'a bond without members', networks: [{ name: 'bond0', type: 'bond' as const }], message: /no members/ },
  {
    name: 'a VLAN without parent',
    networks: [{ name: 'v', type: 'vlan' as const, vlan: 3 }],
    message: /needs 'parent'/,
  },
]) {
  test(`refuses ${name}`, () => {
    assert.throws(
      () => planLinks(networks),
      (thrown: Error) => thrown instanceof Failure && message.test(thrown.message),
    )
  })
}

test('802.3ad: options at birth, members down first and enslaved by a command of their own', () => {
  const cards = [
    { device: 'eth1', mac: 'b' },
    { device: 'eth0', mac: 'a' },
  ]
  assert.equal(lines(bondCommands({ ...bond0, name: 'bond0' }, '52:54:00:00:01:01', cards)), [
    'modprobe bonding max_bonds=0',
    'ip link add bond0 address 52:54:00:00:01:01 type bond mode 802.3ad miimon 100 lacp_rate fast xmit_hash_policy layer3+4',
    'ip address flush dev eth1',
    'ip link set eth1 down',
    'ip link set eth1 master bond0',
    'ip address flush dev eth0',
    'ip link set eth0 down',
    'ip link set eth0 master bond0',
    'ip link set bond0 mtu 9000',
    'ip link set bond0 up',
  ])
})

test('active-backup gets none of the options of 802.3ad', () => {
  const [, add] = lines(
    bondCommands(
      { name: 'b', mode: 'active-backup', lacp_rate: 'fast', xmit_hash_policy: 'layer2', min_links: 1 },
      'm',
      [],
    ),
  )
  assert.is(add, 'ip link add b address m type bond mode active-backup miimon 100 min_links 1')
})

test('a VLAN, a card under its name, addresses and routes', () => {
  assert.equal(lines(vlanCommands({ name: 'bond0.42' }, 'bond0', 42)), [
    'modprobe 8021q',
    'ip link add link bond0 name bond0.42 type vlan id 42',
    'ip link set bond0.42 up',
  ])
  assert.equal(lines(freeNameCommands('enp129s0f0np0d')), [
    'ip link set enp129s0f0np0d down',
    'ip link set enp129s0f0np0d name was-enp129s0f0n',
  ])
  assert.equal(lines(cardCommands({ name: 'boot0', mtu: 1500 }, 'eth3')), [
    'ip link set eth3 down',
    'ip link set eth3 name boot0',
    'ip link set boot0 mtu 1500',
    'ip link set boot0 up',
  ])
  const network = {
    name: 'e',
    address: '10.0.0.2/8',
    address6: 'fd00::2/64',
    gateway: 'fd00::1',
    routes: [{ to: '172.16.0.0/12', via: '10.0.0.1' }],
  }
  assert.equal(lines(addressCommands(network)), [
    'ip address replace 10.0.0.2/8 dev e',
    'ip -6 address replace fd00::2/64 dev e nodad',
    'ip -6 route replace default via fd00::1 dev e',
    'ip route replace 172.16.0.0/12 via 10.0.0.1 dev e',
  ])
})

test('resolv.conf of all interfaces', () => {
  assert.is(
    resolvConf([{ dns: ['10.0.0.1'], search: ['c'] }, { dns: ['10.0.0.1', '10.0.0.2'] }]),
    'search c\nnameserver 10.0.0.1\nnameserver 10.0.0.2\n',
  )
  assert.is(resolvConf([{ search: ['c'] }]), undefined)
})

test.run()
