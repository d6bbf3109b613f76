import * as assert from 'uvu/assert'
import { isCardOf } from '../../../agent/network/cards.ts'
import { planLinks } from '../../../agent/network/plan.ts'
import { Failure } from '../../../engine/failure.ts'
import type { NodeNetwork } from '../../../schema/types.ts'
import { suite } from '../../suite.ts'

const test = suite('agent network plan')

const nic0: NodeNetwork = { name: 'nic0', mac: '52-54-00-00-01-01', boot: true }
const nic1: NodeNetwork = { name: 'nic1', mac: '52:54:00:00:01:02' }
const bond0: NodeNetwork = { name: 'bond0', type: 'bond', members: ['nic1', 'nic0'] }
const vlan: NodeNetwork = { name: 'bond0.42', type: 'vlan', parent: 'bond0', vlan: 42, address: '10.42.0.1/24' }
const ib0: NodeNetwork = { name: 'ib0', type: 'infiniband', mac: '00:02:c9:03:00:00:00:01', address: '10.2.0.1/16' }

const shown = (networks: readonly NodeNetwork[]): string[] =>
  planLinks(networks).map((plan) => {
    const address = plan.kind === 'bond' ? ` as ${plan.address}` : ''
    return `${plan.kind} ${plan.network.name}${address}${plan.asks ? ' asks' : ''}`
  })

const cases: readonly { name: string; networks: readonly NodeNetwork[]; plan: readonly string[] }[] = [
  {
    name: 'a bond is made before its VLAN, takes the boot card’s address and asks for none when the VLAN has one',
    networks: [nic0, nic1, vlan, bond0],
    plan: ['bond bond0 as 52:54:00:00:01:01', 'vlan bond0.42'],
  },
  {
    name: 'a bond of its own address',
    networks: [nic0, nic1, { ...bond0, mac: '52:54:00:00:01:09' }],
    plan: ['bond bond0 as 52:54:00:00:01:09 asks'],
  },
  {
    name: 'an interface that is not brought up at boot is left alone',
    networks: [nic0, { ...nic1, onboot: false }],
    plan: ['card nic0 asks'],
  },
  {
    name: 'InfiniBand: a partition over its card, beside the card that the node boots over',
    networks: [nic0, ib0, { name: 'ib0.8042', type: 'infiniband', parent: 'ib0', pkey: 0x8042 }],
    plan: ['card nic0 asks', 'card ib0', 'partition ib0.8042'],
  },
  {
    name: 'a bond of InfiniBand cards has no address of its own',
    networks: [
      { ...ib0, address: undefined as never },
      { name: 'bond1', type: 'bond', members: ['ib0'], address: '10.2.0.1/16' },
    ].map((network) => JSON.parse(JSON.stringify(network)) as NodeNetwork),
    plan: ['bond bond1 as undefined'],
  },
]
for (const { name, networks, plan } of cases) test(name, () => assert.equal(shown(networks), plan))

const refused: readonly { name: string; networks: readonly NodeNetwork[]; message: RegExp }[] = [
  {
    name: 'a member without MAC',
    networks: [{ name: 'a' }, { name: 'b', type: 'bond', members: ['a'] }],
    message: /member 'a' of b has no MAC/,
  },
  {
    name: 'a member that is not there',
    networks: [{ name: 'b', type: 'bond', members: ['x'] }],
    message: /member 'x'/,
  },
  { name: 'a bond without members', networks: [{ name: 'b', type: 'bond' }], message: /no members/ },
  { name: 'a VLAN without parent', networks: [{ name: 'v', type: 'vlan', vlan: 3 }], message: /needs 'parent'/ },
  {
    name: 'an option of another mode',
    networks: [nic0, nic1, { ...bond0, lacp_rate: 'fast' }],
    message: /lacp_rate means nothing in mode active-backup/,
  },
]
for (const { name, networks, message } of refused) {
  test(`refuses ${name}`, () =>
    assert.throws(
      () => planLinks(networks),
      (thrown: Error) => thrown instanceof Failure && thrown.code === 'network.plan' && message.test(thrown.message),
    ))
}

const whole = '80:00:02:08:fe:80:00:00:00:00:00:00:00:02:c9:03:00:00:00:01'
const cards: readonly { name: string; network: NodeNetwork; mac: string; isIt: boolean }[] = [
  { name: 'an Ethernet address', network: nic0, mac: '52:54:00:00:01:01', isIt: true },
  { name: 'another Ethernet address', network: nic0, mac: '52:54:00:00:01:02', isIt: false },
  { name: 'an InfiniBand GUID', network: ib0, mac: whole, isIt: true },
  {
    name: 'a whole InfiniBand address whose queue pair changed',
    network: { ...ib0, mac: whole.replace('02:08', '03:07') },
    mac: whole,
    isIt: true,
  },
  { name: 'another GUID', network: { ...ib0, mac: '00:02:c9:03:00:00:00:02' }, mac: whole, isIt: false },
  {
    name: 'an Ethernet card that ends like a GUID',
    network: { ...nic0, mac: '03:00:00:00:00:01' },
    mac: whole,
    isIt: false,
  },
]
for (const { name, network, mac, isIt } of cards)
  test(`knows a card by ${name}`, () =>
    assert.is(isCardOf({ type: 'ethernet', ...network }, { device: 'x', mac }), isIt))

test.run()
