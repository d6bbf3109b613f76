import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { Failure } from '../../../engine/failure.ts'
import { renderFailure } from '../../../engine/report/failure.ts'
import { type Site, selectNodes } from '../../../provisioner/site.ts'
import { suite } from '../../suite.ts'
import { openTestSite, siteFiles, temporaryDirectory, writeFiles } from '../fixture.ts'

const test = suite('node records')

/** Loads a site of these files and calls `check` with it. */
const withSite = async (
  files: Readonly<Record<string, string>>,
  check: (site: Site) => void | Promise<void>,
): Promise<void> => {
  const { directory, remove } = await temporaryDirectory()
  try {
    await writeFiles(directory, files)
    await check(await openTestSite(join(directory, 'inventory')))
  } finally {
    await remove()
  }
}

/** What loading a site says is wrong with it, as people read it. */
const problemOf = async (files: Readonly<Record<string, string>>): Promise<string> => {
  const { directory, remove } = await temporaryDirectory()
  try {
    await writeFiles(directory, files)
    await openTestSite(join(directory, 'inventory'))
    return 'nothing is wrong'
  } catch (thrown) {
    if (!(thrown instanceof Failure)) throw thrown
    return renderFailure(thrown, { directory })
  } finally {
    await remove()
  }
}

test('a node is a host with node_image; groups merge, the host wins', () =>
  withSite(siteFiles, ({ nodes }) => {
    assert.equal([...nodes.keys()], ['n01', 'n02', 'n03'])
    const n01 = nodes.get('n01')!
    assert.equal(n01.record.kernel?.args, ['console=ttyS0', 'iommu=pt'])
    assert.equal(nodes.get('n03')!.record.kernel?.args, ['quiet', 'console=ttyS0'])
    assert.is(n01.mac, '52:54:00:00:01:01')
    assert.is(n01.address, '10.9.0.1')
    assert.is(nodes.get('n02')!.mac, '52:54:00:00:02:01', 'one spelling of a MAC')
    assert.is(nodes.get('n03')!.address, '10.9.0.3')
    assert.equal(n01.groups, ['all', 'nodes', 'bonded'])
  }))

test('interfaces come in the order in which they can be made, with names', () =>
  withSite(
    {
      'inventory/hosts.yml': `all:
  hosts:
    n1:
      node_image: i
      node_networks:
        v: {name: bond0.5, parent: b, vlan: 5}
        b: {name: bond0, members: [first, second]}
        first: {name: eno1, mac: "02:00:00:00:00:01"}
        second: {name: eno2, mac: "02:00:00:00:00:02", boot: true}
`,
    },
    ({ nodes }) => {
      const { interfaces, mac } = nodes.get('n1')!
      assert.equal(
        interfaces.map(({ name, type }) => `${name} ${type}`),
        ['eno1 ethernet', 'eno2 ethernet', 'bond0 bond', 'bond0.5 vlan'],
      )
      assert.equal(interfaces[2]?.members, ['eno1', 'eno2'])
      assert.is(interfaces[3]?.parent, 'bond0')
      assert.is(mac, '02:00:00:00:00:02')
    },
  ))

test('nodes are chosen by name, range and group', () =>
  withSite(siteFiles, (site) => {
    const names = (...patterns: string[]) => selectNodes(site, patterns).map(({ name }) => name)
    assert.equal(names(), ['n01', 'n02', 'n03'])
    assert.equal(names('n[01-02]'), ['n01', 'n02'])
    assert.equal(names('n[02:03]'), ['n02', 'n03'])
    assert.equal(names('plain', 'n01'), ['n01', 'n03'])
    assert.equal(names('nodes:!bonded'), ['n03'])
    assert.equal(names('bonded[0]'), ['n01'])
    assert.equal(names('n[01-02],n03'), ['n01', 'n02', 'n03'])
    assert.throws(() => names('n[01-09]'), /no node is named by 'n04'/)
    assert.throws(() => names('images'), /no node is named by 'images'/)
  }))

const host = (variables: string): Record<string, string> => ({
  'inventory/hosts.yml': `all:
  hosts:
    n1:
      node_image: i
${variables}`,
})

const wrong: { what: string; files: Record<string, string>; says: RegExp }[] = [
  {
    what: 'a node without MAC on its boot interface',
    files: host('      node_networks: {eno1: {boot: true}}\n'),
    says: /^inventory\/hosts\.yml:5:7: node n1: boot interface 'eno1' has no MAC\n {2}5 \| {7}node_networks: .*\n.*\^\n {2}hint: set node_networks\.eno1\.mac/,
  },
  {
    what: 'a node without interface',
    files: host(''),
    says: /^inventory\/hosts\.yml:\d+:\d+: node n1: the node has no interface with a MAC/,
  },
  {
    what: 'two boot interfaces',
    files: host(
      '      node_networks: {a: {boot: true, mac: "02:00:00:00:00:01"}, b: {boot: true, mac: "02:00:00:00:00:02"}}\n',
    ),
    says: /several interfaces have boot: a, b/,
  },
  {
    what: 'an unknown field',
    files: host('      node_networks: {a: {mac: "02:00:00:00:00:01", mtuu: 9000}}\n'),
    says: /'mtuu' is no field of node_networks\.a\n[\s\S]*did you mean 'mtu'/,
  },
  {
    what: 'a MAC that is none',
    files: host('      node_networks: {a: {mac: "02:00"}}\n'),
    says: /'02:00' is no hardware address/,
  },
  {
    what: 'an address without prefix',
    files: host('      node_networks: {a: {mac: "02:00:00:00:00:01", address: 10.0.0.1}}\n'),
    says: /address '10\.0\.0\.1' of a is wrong\n[\s\S]*prefix length/,
  },
  {
    what: 'a bond with a stranger',
    files: host('      node_networks: {a: {mac: "02:00:00:00:00:01"}, b: {type: bond, members: [a, c]}}\n'),
    says: /has a member 'c' that is no network of the node/,
  },
  {
    what: 'a bond of nothing',
    files: host('      node_networks: {a: {mac: "02:00:00:00:00:01"}, b: {type: bond}}\n'),
    says: /bond b has no members/,
  },
  {
    what: 'a VLAN without parent',
    files: host('      node_networks: {a: {mac: "02:00:00:00:00:01"}, v: {type: vlan, vlan: 5}}\n'),
    says: /needs 'parent' and 'vlan'/,
  },
  {
    what: 'a mode that is none',
    files: host('      node_networks: {a: {mac: "02:00:00:00:00:01"}, b: {members: [a], mode: lacp}}\n'),
    says: /node_networks\.b\.mode is 'lacp'\n[\s\S]*802\.3ad/,
  },
  {
    what: 'a kernel argument that breaks the script',
    files: host(
      '      node_networks: {a: {mac: "02:00:00:00:00:01"}}\n      node_kernel: {args: ["quiet\\nboot evil"]}\n',
    ),
    says: /cannot stand in a boot script/,
  },
  {
    what: 'a secret outside its directory',
    files: host('      node_networks: {a: {mac: "02:00:00:00:00:01"}}\n      node_secrets: {../shadow: {}}\n'),
    says: /'\.\.\/shadow' cannot name a secret/,
  },
  {
    what: 'two nodes with one MAC',
    files: {
      'inventory/hosts.yml':
        'all:\n  vars: {node_image: i, node_networks: {a: {mac: "02:00:00:00:00:01"}}}\n  hosts: {n1: {}, n2: {}}\n',
    },
    says: /node n2: mac 02:00:00:00:00:01 of n2 is n1's too/,
  },
  {
    what: 'an unknown setting',
    files: host('      node_networks: {a: {mac: "02:00:00:00:00:01"}}\n  vars:\n    prelude_serverr: 10.0.0.1\n'),
    says: /^inventory\/hosts\.yml:7:5: 'prelude_serverr' is no setting[\s\S]*prelude_server'/,
  },
  {
    what: 'a server that is no address',
    files: host('      node_networks: {a: {mac: "02:00:00:00:00:01"}}\n  vars:\n    prelude_server: head\n'),
    says: /prelude_server 'head' is no address/,
  },
  {
    what: 'a template of nothing',
    files: host('      node_networks: {a: {mac: "{{ mac_of_n1 }}"}}\n'),
    says: /^inventory\/hosts\.yml:5:\d+: .*mac_of_n1/,
  },
]

for (const { what, files, says } of wrong) {
  test(`${what} is told with its place`, async () => assert.match(await problemOf(files), says))
}

test('all problems are told at once', async () => {
  const told = await problemOf(
    host('      node_networks: {a: {address: x}, b: {members: [c]}}\n      node_secrets: {"a/b": {}}\n'),
  )
  assert.is(told.split('\n').filter((line) => line.startsWith('inventory/')).length, 4)
})

test.run()
