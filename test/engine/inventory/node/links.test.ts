import * as assert from 'uvu/assert'
import { type BondMode, bondOptions } from '../../../../engine/inventory/node/bond.ts'
import { interfacesOf } from '../../../../engine/inventory/node/interfaces.ts'
import { askingInterface, linkProblems } from '../../../../engine/inventory/node/links.ts'
import type { NodeNetwork } from '../../../../schema/types.ts'
import { suite } from '../../../suite.ts'

const test = suite('node links')

const nic0: NodeNetwork = { mac: '52:54:00:00:01:01', boot: true }
const nic1: NodeNetwork = { mac: '52:54:00:00:01:02' }
const ib0: NodeNetwork = { type: 'infiniband', mac: '00:02:c9:03:00:00:00:01' }
const ib1: NodeNetwork = { type: 'infiniband', mac: '00:02:c9:03:00:00:00:02' }

const interfaces = (networks: Readonly<Record<string, NodeNetwork>>) =>
  interfacesOf({ name: 'n', image: 'i', networks: { ...networks } })

const bondOver = (bond: NodeNetwork) =>
  interfaces({ nic0, nic1, bond0: { type: 'bond', members: ['nic0', 'nic1'], ...bond } })

const modes: readonly BondMode[] = [
  'balance-rr',
  'active-backup',
  'balance-xor',
  'broadcast',
  '802.3ad',
  'balance-tlb',
  'balance-alb',
]

/** An option alone in a bond, and the modes that take it: Documentation/networking/bonding.rst of Linux. */
const options: readonly { option: NodeNetwork; modes: string }[] = [
  { option: { miimon: 50 }, modes: 'rr ab xor bc ad tlb alb' },
  { option: { updelay: 200 }, modes: 'rr ab xor bc ad tlb alb' },
  { option: { downdelay: 300 }, modes: 'rr ab xor bc ad tlb alb' },
  { option: { arp_interval: 250, arp_ip_target: ['10.0.0.1'] }, modes: 'rr ab xor bc' },
  { option: { arp_interval: 250, arp_ip_target: ['10.0.0.1'], arp_validate: 'all' }, modes: 'rr ab xor bc' },
  { option: { primary_member: 'nic1' }, modes: 'ab tlb alb' },
  { option: { primary_member: 'nic1', primary_reselect: 'failure' }, modes: 'ab tlb alb' },
  { option: { fail_over_mac: 'follow' }, modes: 'ab' },
  { option: { num_grat_arp: 3 }, modes: 'ab tlb alb' },
  { option: { resend_igmp: 3 }, modes: 'rr ab tlb alb' },
  { option: { all_slaves_active: true }, modes: 'rr ab xor bc ad tlb alb' },
  { option: { packets_per_slave: 0 }, modes: 'rr' },
  { option: { tlb_dynamic_lb: false }, modes: 'tlb alb' },
  { option: { lp_interval: 5 }, modes: 'tlb alb' },
  { option: { lacp_rate: 'slow' }, modes: 'ad' },
  { option: { lacp_active: 'off' }, modes: 'ad' },
  { option: { ad_select: 'bandwidth' }, modes: 'ad' },
  { option: { ad_actor_sys_prio: 1 }, modes: 'ad' },
  { option: { ad_actor_system: '02:00:00:00:00:01' }, modes: 'ad' },
  { option: { ad_user_port_key: 5 }, modes: 'ad' },
  { option: { min_links: 1 }, modes: 'ad' },
  { option: { xmit_hash_policy: 'layer3+4' }, modes: 'xor ad tlb' },
]
const short = ['rr', 'ab', 'xor', 'bc', 'ad', 'tlb', 'alb']

for (const { option, modes: taken } of options) {
  test(`${Object.keys(option).at(-1)} is for ${taken}, and refused elsewhere`, () => {
    const accepted = modes.filter((mode) => linkProblems(bondOver({ mode, ...option })).length === 0)
    assert.is(accepted.map((mode) => short[modes.indexOf(mode)]).join(' '), taken)
  })
}

const refused: readonly { name: string; networks: Readonly<Record<string, NodeNetwork>>; problem: RegExp }[] = [
  {
    name: 'both monitors',
    networks: {
      nic0,
      b: { type: 'bond', members: ['nic0'], miimon: 100, arp_interval: 100, arp_ip_target: ['10.0.0.1'] },
    },
    problem: /^b arp_interval: links are watched by miimon or by arp_interval, not by both/,
  },
  {
    name: 'no monitor',
    networks: { nic0, b: { type: 'bond', members: ['nic0'], miimon: 0 } },
    problem: /never fails over/,
  },
  {
    name: 'a delay that is no multiple of the interval',
    networks: { nic0, b: { type: 'bond', members: ['nic0'], updelay: 150 } },
    problem: /^b updelay: updelay 150 is no multiple of miimon \(100\)/,
  },
  {
    name: 'ARP without targets',
    networks: { nic0, b: { type: 'bond', members: ['nic0'], arp_interval: 100 } },
    problem: /needs addresses/,
  },
  {
    name: 'a target that is no address',
    networks: { nic0, b: { type: 'bond', members: ['nic0'], arp_interval: 100, arp_ip_target: ['gateway'] } },
    problem: /'gateway' is no IPv4 address/,
  },
  {
    name: 'a primary member from elsewhere',
    networks: { nic0, nic1, b: { type: 'bond', members: ['nic0'], primary_member: 'nic1' } },
    problem: /'nic1' is no member/,
  },
  {
    name: 'a card in two bonds',
    networks: { nic0, a: { type: 'bond', members: ['nic0'] }, b: { type: 'bond', members: ['nic0'] } },
    problem: /^nic0 name: nic0 is a member of a and b/,
  },
  {
    name: 'an address on a member',
    networks: { nic0: { ...nic0, address: '10.0.0.1/8' }, b: { type: 'bond', members: ['nic0'] } },
    problem: /^nic0 address: address of nic0 would be on a member of b/,
  },
  {
    name: 'InfiniBand in 802.3ad',
    networks: { ib0, ib1, b: { type: 'bond', mode: '802.3ad', members: ['ib0', 'ib1'] } },
    problem: /InfiniBand cards cannot be in a bond of mode 802.3ad/,
  },
  {
    name: 'InfiniBand without fail_over_mac active',
    networks: { ib0, b: { type: 'bond', members: ['ib0'], fail_over_mac: 'none' } },
    problem: /address of an InfiniBand card cannot be set/,
  },
  {
    name: 'InfiniBand beside Ethernet',
    networks: { ib0, nic0, b: { type: 'bond', members: ['ib0', 'nic0'] } },
    problem: /InfiniBand and Ethernet cards are in one bond/,
  },
  {
    name: 'a VLAN over InfiniBand',
    networks: { ib0, v: { parent: 'ib0', vlan: 3 } },
    problem: /VLAN v is over InfiniBand/,
  },
  {
    name: 'a partition of an Ethernet card',
    networks: { nic0, p: { type: 'infiniband', parent: 'nic0', pkey: 3 } },
    problem: /which is no InfiniBand/,
  },
  { name: 'a partition of nothing', networks: { p: { type: 'infiniband', pkey: 3 } }, problem: /has no parent/ },
  {
    name: 'frames too large for datagrams',
    networks: { ib0: { ...ib0, mtu: 65520 } },
    problem: /MTU 65520 of ib0 is more than 4092/,
  },
  {
    name: 'a VLAN with larger frames than its bond',
    networks: { nic0, b: { type: 'bond', members: ['nic0'] }, v: { parent: 'b', vlan: 3, mtu: 9000 } },
    problem: /^v mtu: MTU 9000 of v is more than the 1500 of b/,
  },
  { name: 'a name that is too long', networks: { 'a-name-of-16-char': nic0 }, problem: /cannot name an interface/ },
]

for (const { name, networks, problem } of refused) {
  test(`refuses ${name}`, () => {
    const problems = linkProblems(interfaces(networks))
    assert.is(problems.length, 1, JSON.stringify(problems))
    assert.match(`${problems[0]!.name} ${problems[0]!.field}: ${problems[0]!.message}`, problem)
    assert.ok(problems[0]!.hint)
  })
}

test('takes InfiniBand with partitions and large connected frames, and a bond of it', () => {
  assert.equal(
    linkProblems(
      interfaces({
        ib0: { ...ib0, transport: 'connected', mtu: 65520 },
        p: { type: 'infiniband', parent: 'ib0', pkey: 0x8042 },
        ib1,
        ib2: { type: 'infiniband' },
        bond1: { type: 'bond', members: ['ib1', 'ib2'] },
      }),
    ),
    [],
  )
})

test('options in the words of the kernel, with what is set when nothing is said', () => {
  const text = (bond: NodeNetwork, members: readonly NodeNetwork[]) =>
    bondOptions(bond, members)
      .map(({ name, value }) => `${name} ${value}`)
      .join(', ')
  assert.is(text({}, [nic0]), 'mode active-backup, miimon 100')
  assert.is(text({ mode: '802.3ad' }, [nic0]), 'mode 802.3ad, miimon 100, lacp_rate fast')
  assert.is(text({}, [ib0]), 'mode active-backup, miimon 100, fail_over_mac active')
  assert.is(
    text({ arp_interval: 200, arp_ip_target: ['10.0.0.1', '10.0.0.2'], primary_member: 'nic1' }, [nic0]),
    'mode active-backup, arp_interval 200, arp_ip_target 10.0.0.1,10.0.0.2, primary nic1',
  )
  assert.is(text({ mode: 'balance-tlb', tlb_dynamic_lb: false }, []), 'mode balance-tlb, miimon 100, tlb_dynamic_lb 0')
})

const asking: readonly { name: string; networks: Readonly<Record<string, NodeNetwork>>; asks: string | undefined }[] = [
  { name: 'the boot card alone', networks: { nic1, nic0 }, asks: 'nic0' },
  { name: 'the bond over it', networks: { nic0, nic1, b: { type: 'bond', members: ['nic1', 'nic0'] } }, asks: 'b' },
  { name: 'no one beside an address', networks: { nic0: { ...nic0, address: '10.0.0.1/8' }, nic1 }, asks: undefined },
  { name: 'no one beside an IPv6 address', networks: { nic0: { ...nic0, address6: 'fd00::1/64' } }, asks: undefined },
  { name: 'the VLAN that is primary', networks: { nic0, v: { parent: 'nic0', vlan: 3, primary: true } }, asks: 'v' },
  {
    name: 'no one under a VLAN with an address',
    networks: { nic0, v: { parent: 'nic0', vlan: 3, address: '10.0.0.1/8' } },
    asks: undefined,
  },
]
for (const { name, networks, asks } of asking) {
  test(`asks for an address: ${name}`, () => assert.is(askingInterface(interfaces(networks))?.name, asks))
}

test.run()
