import { Ajv } from 'ajv'
import formats from 'ajv-formats'
import * as assert from 'uvu/assert'
import type { Interface } from '../../../engine/inventory/node/interfaces.ts'
import { bootManifest, bootNetwork, mirrorsOf, serverUrls } from '../../../provisioner/boot/manifest.ts'
import { leaveScript } from '../../../provisioner/boot/script.ts'
import bootSchema from '../../../schema/boot.schema.json' with { type: 'json' }
import nodeSchema from '../../../schema/node.schema.json' with { type: 'json' }
import signedSchema from '../../../schema/signed.schema.json' with { type: 'json' }
import { suite } from '../../suite.ts'
import { makeFixture } from '../fixture.ts'

const test = suite('boot manifest')

const card = (name: string, more: Partial<Interface> = {}): Interface => ({ name, type: 'ethernet', ...more })
const names = (...interfaces: Interface[]) => bootNetwork(interfaces).map(({ name }) => name)

test('only what leads to the provisioner is made in the initramfs', () => {
  const boot = card('eno1', { boot: true, mac: '02:00:00:00:00:01' })
  const bond: Interface = { name: 'bond0', type: 'bond', members: ['eno1', 'eno2'] }
  const vlan: Interface = { name: 'bond0.5', type: 'vlan', parent: 'bond0', vlan: 5 }
  const ib: Interface = { name: 'ib0', type: 'infiniband' }
  assert.equal(names(boot, card('eno3'), ib), ['eno1'])
  assert.equal(names(boot, card('eno2'), card('eno3'), ib, bond, vlan), ['eno1', 'eno2', 'bond0', 'bond0.5'])
  assert.equal(names(boot, card('eno2'), { ...bond, onboot: false }), ['eno1'])
})

test('addresses of both families make URLs', () => {
  assert.is(serverUrls({ server: '10.0.0.1' }).https, 'https://10.0.0.1:9874')
  assert.is(serverUrls({ server: 'fd00::1', http_port: 80 }).http, 'http://[fd00::1]:80')
})

test('it is what its schema says, and holds no password', async () => {
  const fixture = await makeFixture({
    'inventory/host_vars/n01.yml':
      'node_bmc: {type: ipmi, address: 10.3.0.1, user: admin, password: hunter2}\nnode_root: {type: nfs, source: "[fd00::1]:/srv/roots/{{ inventory_hostname }}", version: 4.1, options: [nconnect=4], size: 2G}\nnode_mkdisk: {wipe: true}\nprelude_boot: {watchdog: 60, shell: true, rate: 1000, shell_password: "$6$salt$hash", secrets: "10.9.0.254:/secrets", secrets_options: [vers=4.2]}\nprelude_servers: [http://cache1:9873/, http://cache2:9873]\n',
  })
  try {
    const node = fixture.site.nodes.get('n01')!
    const { image, site } = fixture
    const manifest = bootManifest({
      node,
      image,
      settings: site.settings,
      ca: 'CA',
      boot: 'b',
      token: 't',
      time: new Date(),
      attempts: { attempt: 3, last: 'root failed' },
    })
    const ajv = new Ajv({ allowUnionTypes: true })
    formats.default(ajv)
    ajv.addSchema(nodeSchema, 'node.schema.json')
    ajv.addSchema(signedSchema, 'signed.schema.json')
    const isManifest = ajv.compile(bootSchema)
    assert.ok(isManifest(JSON.parse(JSON.stringify(manifest))), JSON.stringify(isManifest.errors))
    const nfs = { server: 'fd00::1', path: '/srv/roots/n01', version: '4.1', options: ['nconnect=4'], writable: false }
    assert.equal(manifest.root, { type: 'nfs', size: '2G', nfs })
    assert.equal(manifest.mirrors, mirrorsOf('n01', ['http://cache1:9873', 'http://cache2:9873']))
    assert.equal(manifest.image.signed, image.signed)
    assert.is(manifest.watchdog, 60)
    assert.equal(manifest.retry, {
      rate: 1000,
      shell: true,
      shell_password: '$6$salt$hash',
      attempt: 3,
      last: 'root failed',
    })
    assert.equal(manifest.secrets, {
      source: '10.9.0.254:/secrets',
      options: ['vers=4.2'],
      required: ['secrets.yml'],
      optional: ['extra.key'],
    })
    assert.not.match(JSON.stringify(manifest), 'hunter2')
  } finally {
    await fixture.remove()
  }
})

test('nodes begin at different servers, each always at the same, and ask all of them', () => {
  const servers = ['http://a', 'http://b/', 'http://c', 'http://a']
  const firsts = new Map<string, number>()
  for (let number = 0; number < 300; number++) {
    const order = mirrorsOf(`n${number}`, servers)
    assert.equal(order.toSorted(), ['http://a', 'http://b', 'http://c'])
    assert.equal(order, mirrorsOf(`n${number}`, servers))
    firsts.set(order[0]!, (firsts.get(order[0]!) ?? 0) + 1)
  }
  for (const [server, count] of firsts) assert.ok(count > 70 && count < 130, `${server}: ${count} of 300`)
  assert.equal(mirrorsOf('n1', []), [])
})

test('a message cannot bring a command into a script', () => {
  assert.not.match(leaveScript('x\nchain http://evil || boot'), /\nchain|\|\|/)
})

test.run()
