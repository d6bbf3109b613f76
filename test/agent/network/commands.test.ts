import * as assert from 'uvu/assert'
import {
  addressCommands,
  bondCommands,
  type CommandLine,
  cardCommands,
  enslaveCommands,
  freeNameCommands,
  memberNameCommands,
  memberOptionCommands,
  partitionCommands,
  resolvConf,
  routeCommands,
  vlanCommands,
} from '../../../agent/network/commands.ts'
import { pingCommands } from '../../../agent/network/mtu.ts'
import { type LinkPlan, planLinks } from '../../../agent/network/plan.ts'
import type { NodeNetwork } from '../../../schema/types.ts'
import { suite } from '../../suite.ts'

const test = suite('agent network commands')

const lines = (commands: readonly CommandLine[]): string[] => commands.map((words) => words.join(' '))

const nic0: NodeNetwork = { name: 'nic0', mac: '52:54:00:00:01:01', boot: true }
const nic1: NodeNetwork = { name: 'nic1', mac: '52:54:00:00:01:02' }

const bondPlan = (bond: NodeNetwork, ...cards: NodeNetwork[]): LinkPlan & { kind: 'bond' } => {
  const members = cards.map(({ name = '' }) => name)
  const [plan] = planLinks([...cards, { name: 'bond0', type: 'bond', members, ...bond }])
  if (plan?.kind !== 'bond') throw new Error('no bond is planned')
  return plan
}

const born: readonly { name: string; plan: LinkPlan & { kind: 'bond' }; commands: readonly string[] }[] = [
  {
    name: '802.3ad',
    plan: bondPlan({ mode: '802.3ad', xmit_hash_policy: 'layer3+4', mtu: 9000, min_links: 1 }, nic0, nic1),
    commands: [
      'ip link add bond0 address 52:54:00:00:01:01 type bond mode 802.3ad miimon 100 lacp_rate fast xmit_hash_policy layer3+4 min_links 1',
      'ip link set bond0 mtu 9000',
    ],
  },
  {
    name: 'active-backup with ARP',
    plan: bondPlan({ arp_interval: 200, arp_ip_target: ['10.0.0.1', '10.0.0.2'], primary_member: 'nic1' }, nic0, nic1),
    commands: [
      'ip link add bond0 address 52:54:00:00:01:01 type bond mode active-backup arp_interval 200 arp_ip_target 10.0.0.1,10.0.0.2',
    ],
  },
  {
    name: 'balance-rr',
    plan: bondPlan({ mode: 'balance-rr', packets_per_slave: 4 }, nic0),
    commands: ['ip link add bond0 address 52:54:00:00:01:01 type bond mode balance-rr miimon 100 packets_per_slave 4'],
  },
  {
    name: 'InfiniBand, whose address cannot be set',
    plan: bondPlan({ mtu: 2044 }, { name: 'ib0', type: 'infiniband', mac: '00:02:c9:03:00:00:00:01' }),
    commands: [
      'ip link add bond0 type bond mode active-backup miimon 100 fail_over_mac active',
      'ip link set bond0 mtu 2044',
    ],
  },
]
for (const { name, plan, commands } of born)
  test(`a bond at birth: ${name}`, () => assert.equal(lines(bondCommands(plan)), commands))

test('a member takes its name, is down, and is enslaved by a command of its own', () => {
  assert.equal(lines(memberNameCommands('eth3', 'nic1')), ['ip link set eth3 down', 'ip link set eth3 name nic1'])
  assert.equal(lines(memberNameCommands('nic1', 'nic1')), [])
  assert.equal(lines(enslaveCommands('bond0', 'nic1')), [
    'ip link set nic1 down',
    'ip address flush dev nic1',
    'ip link set nic1 master bond0',
  ])
})

test('the primary member is told when it is there', () => {
  const { network, members } = bondPlan({ primary_member: 'nic1' }, nic0, nic1)
  assert.equal(lines(memberOptionCommands(network, members, 'nic0')), [])
  assert.equal(lines(memberOptionCommands(network, members, 'nic1')), ['ip link set bond0 type bond primary nic1'])
})

test('a VLAN, a partition, a card under its name', () => {
  assert.equal(lines(vlanCommands({ name: 'bond0.42' }, 'bond0', 42)), [
    'modprobe 8021q',
    'ip link add link bond0 name bond0.42 type vlan id 42',
    'ip link set bond0.42 up',
  ])
  assert.equal(
    lines(
      partitionCommands({ name: 'ib0.8042', type: 'infiniband', transport: 'connected', mtu: 65520 }, 'ib0', 0x8042),
    ),
    [
      'modprobe ib_ipoib',
      'ip link add link ib0 name ib0.8042 type ipoib pkey 0x8042 mode connected',
      'ip link set ib0.8042 mtu 65520',
      'ip link set ib0.8042 up',
    ],
  )
  assert.equal(lines(freeNameCommands('enp129s0f0np0d')), [
    'ip link set enp129s0f0np0d down',
    'ip link set enp129s0f0np0d name was-enp129s0f0n',
  ])
  assert.equal(lines(cardCommands({ name: 'boot0', type: 'ethernet', mtu: 1500 }, 'eth3')), [
    'ip link set eth3 down',
    'ip link set eth3 name boot0',
    'ip link set boot0 mtu 1500',
    'ip link set boot0 up',
  ])
  assert.equal(lines(cardCommands({ name: 'eth0', type: 'ethernet' }, 'eth0')), ['ip link set eth0 up'], 'it stays up')
  assert.equal(lines(cardCommands({ name: 'ib0', type: 'infiniband', transport: 'datagram' }, 'ib0')), [
    'ip link set ib0 type ipoib mode datagram',
    'ip link set ib0 up',
  ])
})

test('addresses and routes of both families', () => {
  const network = {
    name: 'e',
    type: 'ethernet' as const,
    address: '10.0.0.2/8',
    address6: 'fd00::2/64',
    gateway: 'fd00::1',
    routes: [{ to: '172.16.0.0/12', via: '10.0.0.1' }],
  }
  assert.equal(lines([...addressCommands(network), ...routeCommands(network)]), [
    'ip address replace 10.0.0.2/8 dev e',
    'ip -6 address replace fd00::2/64 dev e',
    'ip -6 route replace default via fd00::1 dev e',
    'ip route replace 172.16.0.0/12 via 10.0.0.1 dev e',
  ])
})

test('an echo request fills its frame, headers included', () => {
  assert.equal(lines(pingCommands('10.0.0.1', 9000)), [
    'ping -4 -n -M do -c 1 -W 1 -s 8972 10.0.0.1',
    'busybox ping -4 -c 1 -W 1 -s 8972 10.0.0.1',
  ])
  assert.match(lines(pingCommands('fd00::1', 9000))[0] ?? '', /-s 8952 fd00::1$/)
})

test('resolv.conf of all interfaces, and of a lease after them', () => {
  assert.is(
    resolvConf([{ dns: ['10.0.0.1'], search: ['c'] }, { dns: ['10.0.0.1', '10.0.0.2'] }]),
    'search c\nnameserver 10.0.0.1\nnameserver 10.0.0.2\n',
  )
  assert.is(resolvConf([{ search: ['c'] }]), undefined)
})

test.run()
