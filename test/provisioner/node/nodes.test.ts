import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { type Site, selectNodes } from '../../../provisioner/site.ts'
import { toldBy } from '../../golden.ts'
import { suite } from '../../suite.ts'
import { openTestSite, siteFiles, temporaryDirectory, writeFiles } from '../fixture.ts'

const test = suite('nodes')

type Files = Readonly<Record<string, string>>

/** Loads a site of these files and calls `check` with it. */
const withSite = async (files: Files, check: (site: Site) => void): Promise<void> => {
  const { directory, remove } = await temporaryDirectory()
  try {
    await writeFiles(directory, files)
    check(await openTestSite(join(directory, 'inventory')))
  } finally {
    await remove()
  }
}

/** What loading a site says is wrong with it, as people read it. */
const problemsOf = async (files: Files): Promise<string> => {
  const { directory, remove } = await temporaryDirectory()
  try {
    await writeFiles(directory, files)
    return await toldBy(() => openTestSite(join(directory, 'inventory')), directory)
  } finally {
    await remove()
  }
}

test('the overlays of a site lie in its directory of inventories, and are none', () =>
  withSite({ ...siteFiles, 'inventory/overlays/own/etc/chrony.conf': 'server 10.1.0.1 iburst\n' }, ({ nodes }) => {
    assert.equal([...nodes.keys()], ['n01', 'n02', 'n03'])
  }))

test('a node has its record and what follows from it', () =>
  withSite(siteFiles, ({ nodes }) => {
    assert.equal([...nodes.keys()], ['n01', 'n02', 'n03'])
    const n01 = nodes.get('n01')!
    assert.equal(n01.record.kernel?.args, ['console=ttyS0', 'iommu=pt'])
    assert.equal(nodes.get('n03')!.record.kernel?.args, ['quiet', 'console=ttyS0'])
    assert.is(n01.mac, '52:54:00:00:01:01')
    assert.is(n01.address, '10.9.0.1', 'of the bond that it speaks over')
    assert.is(nodes.get('n02')!.mac, '52:54:00:00:02:01', 'one spelling of a MAC')
    assert.is(nodes.get('n03')!.address, '10.9.0.3')
    assert.equal(n01.groups, ['all', 'nodes', 'bonded'])
  }))

test('the boot interface is the one that says so', () =>
  withSite(
    {
      'inventory/hosts.yml': `all:
  hosts:
    n1:
      node_image: i
      node_networks:
        first: {name: eno1, mac: "02:00:00:00:00:01"}
        second: {name: eno2, mac: "02:00:00:00:00:02", boot: true}
`,
    },
    ({ nodes }) => assert.is(nodes.get('n1')!.mac, '02:00:00:00:00:02'),
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

const withVariables = (variables: string): Files => ({
  'inventory/hosts.yml': `all:
  hosts:
    n1:
      node_image: i
${variables}`,
})

const card = '      node_networks: {a: {mac: "02:00:00:00:00:01"}}\n'

const wrong: { what: string; files: Files; says: RegExp }[] = [
  {
    what: 'a record that is wrong',
    files: withVariables('      node_networks: {eno1: {boot: true}}\n'),
    says: /^inventory\/hosts\.yml:5:7: node n1: boot interface 'eno1' has no MAC/,
  },
  {
    what: 'an unknown setting',
    files: withVariables(`${card}  vars:\n    prelude_serverr: 10.0.0.1\n`),
    says: /^inventory\/hosts\.yml:7:5: 'prelude_serverr' is no setting[\s\S]*prelude_server'/,
  },
  {
    what: 'a server that is no address',
    files: withVariables(`${card}  vars:\n    prelude_server: head\n`),
    says: /prelude_server 'head' is no address/,
  },
]

for (const { what, files, says } of wrong) {
  test(`${what} is told with its place`, async () => assert.match(await problemsOf(files), says))
}

test.run()
