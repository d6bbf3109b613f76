import * as assert from 'uvu/assert'
import { interfacesOf } from '../../../../engine/inventory/node/interfaces.ts'
import { type OriginalRecord, readRecord, readRecords } from '../../../../engine/inventory/node/records.ts'
import type { Site } from '../../../../engine/site.ts'
import { toldBy } from '../../../golden.ts'
import { suite } from '../../../suite.ts'
import { withInventory } from './site.ts'

const test = suite('node records')

const recordsOf = ({ inventory, resolve }: Site): ReadonlyMap<string, OriginalRecord> => readRecords(inventory, resolve)

const cluster = `all:
  hosts: {head: {}}
  children:
    nodes:
      vars:
        node_image: compute
        node_kernel: {args: [quiet, console=ttyS0]}
        node_networks: {eno1: {boot: true}}
        size: 2
      hosts:
        n01: {node_networks: {eno1: {mac: "52:54:00:00:01:01"}}, node_root: {size: "{{ size }}G"}}
        n02: {node_networks: {eno1: {mac: "52-54-00-00-02-01"}}, node_kernel: {args: [~quiet, iommu=pt]}}
        n03: {node_image: null}
`

test('a node is a host with node_image; groups merge, the host wins', () =>
  withInventory(cluster, (site) => {
    const records = recordsOf(site)
    assert.equal([...records.keys()], ['n01', 'n02'])
    assert.equal(records.get('n02')!.record.kernel?.args, ['console=ttyS0', 'iommu=pt'])
    assert.equal(records.get('n01')!.record.root, { size: '2G' })
    assert.is(interfacesOf(records.get('n02')!.record)[0]?.mac, '52:54:00:00:02:01', 'one spelling of a MAC')
    assert.is(readRecord(site.inventory, 'head', site.resolve), undefined)
    assert.equal(readRecord(site.inventory, 'n01', site.resolve)?.record, records.get('n01')!.record)
  }))

test('interfaces come in the order in which they can be made, with names', () =>
  withInventory(
    `all:
  hosts:
    n1:
      node_image: i
      node_networks:
        v: {name: bond0.5, parent: b, vlan: 5}
        b: {name: bond0, members: [first, second]}
        first: {name: eno1, mac: "02:00:00:00:00:01"}
        second: {name: eno2, mac: "02:00:00:00:00:02", boot: true}
`,
    (site) => {
      const interfaces = interfacesOf(recordsOf(site).get('n1')!.record)
      assert.equal(
        interfaces.map(({ name, type }) => `${name} ${type}`),
        ['eno1 ethernet', 'eno2 ethernet', 'bond0 bond', 'bond0.5 vlan'],
      )
      assert.equal(interfaces[2]?.members, ['eno1', 'eno2'])
      assert.is(interfaces[3]?.parent, 'bond0')
    },
  ))

const host = (variables: string): string => `all:
  hosts:
    n1:
      node_image: i
${variables}`

const wrong: { what: string; inventory: string; says: RegExp }[] = [
  {
    what: 'a node without MAC on its boot interface',
    inventory: host('      node_networks: {eno1: {boot: true}}\n'),
    says: /^hosts\.yml:5:7: node n1: boot interface 'eno1' has no MAC\n {2}5 \| {7}node_networks: .*\n.*\^\n {2}hint: set node_networks\.eno1\.mac/,
  },
  {
    what: 'a node without interface',
    inventory: host(''),
    says: /^hosts\.yml:\d+:\d+: node n1: the node has no interface with a MAC/,
  },
  {
    what: 'two boot interfaces',
    inventory: host(
      '      node_networks: {a: {boot: true, mac: "02:00:00:00:00:01"}, b: {boot: true, mac: "02:00:00:00:00:02"}}\n',
    ),
    says: /several interfaces have boot: a, b/,
  },
  {
    what: 'an unknown field',
    inventory: host('      node_networks: {a: {mac: "02:00:00:00:00:01", mtuu: 9000}}\n'),
    says: /'mtuu' is no field of node_networks\.a\n[\s\S]*did you mean 'mtu'/,
  },
  {
    what: 'a MAC that is none',
    inventory: host('      node_networks: {a: {mac: "02:00"}}\n'),
    says: /'02:00' is no hardware address/,
  },
  {
    what: 'an address without prefix',
    inventory: host('      node_networks: {a: {mac: "02:00:00:00:00:01", address: 10.0.0.1}}\n'),
    says: /address '10\.0\.0\.1' of a is wrong\n[\s\S]*prefix length/,
  },
  {
    what: 'a bond with a stranger',
    inventory: host('      node_networks: {a: {mac: "02:00:00:00:00:01"}, b: {type: bond, members: [a, c]}}\n'),
    says: /has a member 'c' that is no network of the node/,
  },
  {
    what: 'a bond of nothing',
    inventory: host('      node_networks: {a: {mac: "02:00:00:00:00:01"}, b: {type: bond}}\n'),
    says: /bond b has no members/,
  },
  {
    what: 'a VLAN without parent',
    inventory: host('      node_networks: {a: {mac: "02:00:00:00:00:01"}, v: {type: vlan, vlan: 5}}\n'),
    says: /needs 'parent' and 'vlan'/,
  },
  {
    what: 'a mode that is none',
    inventory: host('      node_networks: {a: {mac: "02:00:00:00:00:01"}, b: {members: [a], mode: lacp}}\n'),
    says: /node_networks\.b\.mode is 'lacp'\n[\s\S]*802\.3ad/,
  },
  {
    what: 'a kernel argument that breaks the script',
    inventory: host(
      '      node_networks: {a: {mac: "02:00:00:00:00:01"}}\n      node_kernel: {args: ["quiet\\nboot evil"]}\n',
    ),
    says: /cannot stand in a boot script/,
  },
  {
    what: 'a secret outside its directory',
    inventory: host('      node_networks: {a: {mac: "02:00:00:00:00:01"}}\n      node_secrets: {../shadow: {}}\n'),
    says: /'\.\.\/shadow' cannot name a secret/,
  },
  {
    what: 'two nodes with one MAC',
    inventory:
      'all:\n  vars: {node_image: i, node_networks: {a: {mac: "02:00:00:00:00:01"}}}\n  hosts: {n1: {}, n2: {}}\n',
    says: /node n2: mac 02:00:00:00:00:01 of n2 is n1's too/,
  },
  {
    what: 'a template of nothing',
    inventory: host('      node_networks: {a: {mac: "{{ mac_of_n1 }}"}}\n'),
    says: /^hosts\.yml:5:\d+: .*mac_of_n1/,
  },
]

const problemsOf = (inventory: string): Promise<string> =>
  withInventory(inventory, (site, directory) => toldBy(() => recordsOf(site), directory))

for (const { what, inventory, says } of wrong) {
  test(`${what} is told with its place`, async () => assert.match(await problemsOf(inventory), says))
}

test('all problems are told at once', async () => {
  const told = await problemsOf(
    host('      node_networks: {a: {address: x}, b: {members: [c]}}\n      node_secrets: {"a/b": {}}\n'),
  )
  assert.is(told.split('\n').filter((line) => line.startsWith('hosts.yml:')).length, 4)
})

test.run()
