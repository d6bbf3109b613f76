import { createRequire } from 'node:module'
import * as assert from 'uvu/assert'
import { ensureHost } from '../../../../engine/inventory/build.ts'
import type { Site } from '../../../../engine/site.ts'
import { Template, toPlain } from '../../../../engine/vars/value.ts'
import { toldBy } from '../../../golden.ts'
import { suite } from '../../../suite.ts'
import { withInventory } from './site.ts'

const test = suite('the variable node')

const cluster = `all:
  hosts:
    head: {}
    image: {node: mine}
  children:
    nodes:
      vars: {node_image: compute, size: 2, node_networks: {eno1: {boot: true}}}
      hosts:
        n01: {node_networks: {eno1: {mac: "52:54:00:00:01:01"}}, node_root: {size: "{{ size }}G"}}
        n02: {node_networks: {eno1: {mac: "52:54:00:00:02:01"}}, node_image: "{{ hostvars['n01'].node.image }}-big"}
        n03: {}
        n04: {node_networks: {eno1: {mac: "52:54:00:00:04:01"}}, node_image: "{{ node.name }}"}
`

const says = (site: Site, host: string, source: string): unknown =>
  toPlain(site.templar.evaluate(new Template(source, { file: 'page', line: 1, column: 1 }), site.scope(host)))

/** Whether the program has loaded what checks records. */
const isAjvLoaded = (): boolean =>
  Object.keys(createRequire(import.meta.url).cache).some((file) => file.includes('/node_modules/ajv/'))

test('a record is checked when somebody asks for it, and what checks it is loaded then', () =>
  withInventory(cluster, (site) => {
    assert.is(says(site, 'n01', '{{ node_image }} {{ size }}'), 'compute 2')
    assert.is(says(site, 'head', '{{ node is defined }}'), false)
    assert.not(isAjvLoaded())
    assert.equal(says(site, 'n01', '{{ node }}'), {
      name: 'n01',
      image: 'compute',
      root: { size: '2G' },
      networks: { eno1: { boot: true, mac: '52:54:00:00:01:01' } },
    })
    assert.ok(isAjvLoaded())
  }))

test('hosts that are no nodes have none, or a variable of that name', () =>
  withInventory(cluster, (site) => {
    assert.is(says(site, 'head', "{{ node | default('none') }}"), 'none')
    assert.is(says(site, 'image', '{{ node }}'), 'mine')
    assert.is(says(site, 'localhost', '{{ node is defined }}'), false)
  }))

test('hostvars has it too, and records may use those of other nodes', () =>
  withInventory(cluster, (site) => {
    assert.is(says(site, 'head', "{{ hostvars['n01'].node.networks.eno1.mac }}"), '52:54:00:00:01:01')
    assert.is(says(site, 'head', "{{ hostvars['n02'].node.image }}"), 'compute-big')
    assert.is(says(site, 'n02', "{{ hostvars['head'].node is defined }}"), false)
  }))

test('variables of the command line count', () =>
  withInventory(cluster, (site) => assert.is(says(site, 'n01', '{{ node.root.size }}'), '9G'), new Map([['size', 9]])))

test('a wrong record is told with its place, each time', () =>
  withInventory(cluster, async (site, directory) => {
    for (const source of ['{{ node.image }}', '{{ node }}']) {
      const told = await toldBy(() => says(site, 'n03', source), directory)
      assert.match(told, /^hosts\.yml:7:\d+: node n03: boot interface 'eno1' has no MAC\n.*\n.*\^\n {2}hint: set/)
    }
  }))

test('a record that needs itself is told', () =>
  withInventory(cluster, async (site, directory) =>
    assert.match(
      await toldBy(() => says(site, 'n04', '{{ node.image }}'), directory),
      /the record of n04 needs itself/,
    ),
  ))

test('a changed inventory makes it anew', () =>
  withInventory(cluster, (site) => {
    const first = site.node('n01')
    assert.is(site.node('n01'), first)
    ensureHost(site.inventory, 'n01').layers.push({
      source: 'add_host',
      values: new Map([['node_image', 'other']]),
      positions: new Map(),
      level: 8,
      order: 1,
    })
    ensureHost(site.inventory, 'n05', 'nodes')
    assert.is(site.node('n01')?.get('image'), 'other')
    assert.is(says(site, 'n01', '{{ node.image }}'), 'other')
  }))

test.run()
