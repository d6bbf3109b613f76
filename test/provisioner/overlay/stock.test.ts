import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import * as assert from 'uvu/assert'
import { parseYamlProfile } from '../../../agent/mkdisk/layout.ts'
import { parseConf } from '../../../agent/mkdisk/profile.ts'
import { renderOverlay } from '../../../provisioner/overlay/render.ts'
import { openState, type State } from '../../../provisioner/state.ts'
import { suite } from '../../suite.ts'
import { openTestSite, temporaryDirectory, writeFiles } from '../fixture.ts'

const test = suite('stock overlays')

/** A node with everything: a bond over two cards, a VLAN over the bond, InfiniBand, both families, routes, disks. */
const site = {
  'inventory/hosts.yml': `all:
  vars:
    prelude_server: 10.1.0.254
    prelude_names: [head.cluster.test]
    prelude_domain: cluster.test
    prelude_mounts:
      - {source: "head:/home", path: /home, type: nfs, options: "defaults,nofail"}
      - {source: "head:/opt", path: /opt, type: nfs}
    prelude_authorized_keys: [ssh-ed25519 AAAA admin@head]
    node_image: compute
  hosts:
    n1:
      node_networks:
        m1: {name: eno1, mac: "02:00:00:00:00:01", boot: true}
        m2: {name: eno2, mac: "02:00:00:00:00:02"}
        bond0:
          type: bond
          members: [m1, m2]
          mode: 802.3ad
          lacp_rate: fast
          xmit_hash_policy: layer3+4
          address: 10.1.0.1/16
          address6: fd00::1/64
          gateway: 10.1.0.253
          mtu: 9000
          primary: true
          dns: [10.1.0.254, "fd00::254"]
          search: [c1.test]
        storage: {name: bond0.42, type: vlan, parent: bond0, vlan: 42, address: 10.42.0.1/24, routes: [{to: 192.168.0.0/16, via: 10.42.0.254}]}
        ib0: {type: infiniband, transport: connected, address: 10.2.0.1/16, mtu: 65520, onboot: false}
        ib0.8042: {type: infiniband, parent: ib0, pkey: 0x8042, onboot: false}
      node_mkdisk:
        profile: compute-node
        disks: {"4": "raid0:ext4:/scratch", "1": "", "2": "raid1:ext4:/system"}
        wipe: true
        fscache: /scratch/fscache
        move: {/var/log: /system/log, /tmp: /system/tmp}
    n2:
      node_networks: {eth0: {mac: "02:00:00:00:02:01", address: 10.1.0.2/16}}
    n3:
      node_networks:
        eth0: {mac: "02:00:00:00:03:01", boot: true}
        eth1: {mac: "02:00:00:00:03:02"}
        bond0: {type: bond, members: [eth0, eth1], primary_member: eth0, num_grat_arp: 2}
        ib0: {type: infiniband, mac: "00:02:c9:03:00:00:00:01"}
        ib1: {type: infiniband, mac: "00:02:c9:03:00:00:00:02"}
        bond1: {type: bond, members: [ib0, ib1], address: 10.3.0.3/16, mtu: 2044}
      node_mkdisk:
        profile: fast
        sets: {fast: {type: [nvme], count: 2}}
        volumes:
          system: {set: fast, level: raid1, filesystem: ext4, mount: /system, size: 50G}
          scratch: {set: fast, level: raid0, filesystem: xfs, mount: /scratch, required: false}
        expendable: [S1]
`,
}

/** A site whose provisioner speaks IPv6, with a node that asks for its address. */
const site6 = {
  'six/hosts.yml': `all:
  vars: {prelude_server: "fd00::254", node_image: compute}
  hosts:
    n4: {node_networks: {eth0: {mac: "02:00:00:00:04:01", boot: true}}}
`,
}

const golden = join(import.meta.dirname, 'golden')
const isUpdate = process.env['UPDATE_GOLDEN'] !== undefined

let directory: string
let state: State
let remove: () => Promise<void>
test.before(async () => {
  ;({ directory, remove } = await temporaryDirectory())
  await writeFiles(directory, { ...site, ...site6 })
  state = await openState(join(directory, 'state'))
})
test.after(async () => {
  state.close()
  await remove()
})

const render = async (overlay: string, node: string) => {
  const loaded = await openTestSite(join(directory, node === 'n4' ? 'six' : 'inventory'))
  const entries = await renderOverlay(loaded, state, loaded.nodes.get(node)!, overlay)
  return entries.filter(({ type }) => type === 'file')
}

const overlays = [
  'hostname',
  'hosts',
  'fstab',
  'resolv',
  'network_networkmanager',
  'network_ifcfg',
  'network_ifupdown',
  'network_networkd',
  'mkdisk',
  'agent',
  'authorized_keys',
]

for (const overlay of overlays) {
  for (const node of overlay.startsWith('network') ? ['n1', 'n2', 'n3', 'n4'] : ['n1', 'n2']) {
    test(`${overlay} for ${node} is what it was`, async () => {
      const entries = await render(overlay, node)
      const text = entries
        .map(({ path, mode, content }) => `=== /${path} ${mode.toString(8).padStart(4, '0')}\n${content}`)
        .join('')
      const file = join(golden, `${overlay}.${node}.txt`)
      if (isUpdate) {
        await mkdir(dirname(file), { recursive: true })
        await writeFile(file, text)
      }
      assert.fixture(text, await readFile(file, 'utf8'))
    })
  }
}

test('a node whose disks are told as volumes has a profile that mkdisk reads', async () => {
  const files = new Map((await render('mkdisk', 'n3')).map(({ path, content }) => [path, String(content)]))
  assert.equal([...files.keys()], ['etc/mkdisk/mkdisk.conf', 'etc/mkdisk/profiles.d/fast.yml'])
  assert.is(parseConf(files.get('etc/mkdisk/mkdisk.conf')!, 'c').profile, 'fast')
  assert.equal(parseConf(files.get('etc/mkdisk/mkdisk.conf')!, 'c').expendable, ['S1'])
  const [set] = parseYamlProfile(files.get('etc/mkdisk/profiles.d/fast.yml')!, 'p')
  assert.equal(
    set?.volumes.map(({ name, required }) => [name, required]),
    [
      ['system', true],
      ['scratch', false],
    ],
  )
})

test("host keys are the node's own, stay the same, and private ones are private", async () => {
  const first = await render('ssh_host_keys', 'n2')
  assert.equal(
    first.map(({ path, mode }) => `${path} ${mode.toString(8)}`),
    [
      'etc/ssh/ssh_host_ecdsa_key 600',
      'etc/ssh/ssh_host_ecdsa_key.pub 644',
      'etc/ssh/ssh_host_ed25519_key 600',
      'etc/ssh/ssh_host_ed25519_key.pub 644',
      'etc/ssh/ssh_host_rsa_key 600',
      'etc/ssh/ssh_host_rsa_key.pub 644',
    ],
  )
  const again = await render('ssh_host_keys', 'n2')
  const contents = (entries: typeof first) => entries.map(({ content }) => content.toString())
  assert.equal(contents(again), contents(first))
  const [other] = await Promise.all([render('ssh_host_keys', 'n1'), render('ssh_host_keys', 'n1')])
  assert.is.not(contents(other)[0], contents(first)[0])
})

test.run()
