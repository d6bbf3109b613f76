import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { tool } from '../../engine/process.ts'
import { bootNetwork } from '../../provisioner/boot/manifest.ts'
import { renderOverlay } from '../../provisioner/overlay/render.ts'
import { openState } from '../../provisioner/state.ts'
import { openTestSite, writeFiles } from '../provisioner/fixture.ts'
import { suite } from '../suite.ts'
import { type NetworkLab, type NetworkNode, openNetworkLab } from './networkfixture.ts'
import { serveNfs } from './nfs.ts'
import { servicesRoot } from './services.ts'

// What the agent made is taken over by the real service of a root that lies on NFS, reached over that very bond: if it went
// down, the service could not even read its own libraries.
const test = suite('hand-over to the network service of the root')

const macs = ['02:00:00:00:ee:01', '02:00:00:00:ee:02']
const site = `all:
  vars:
    prelude_server: 10.77.0.1
    node_image: compute
  hosts:
    n1:
      node_networks:
        nic0: {mac: "${macs[0]}", boot: true}
        nic1: {mac: "${macs[1]}"}
        bond0:
          type: bond
          mode: 802.3ad
          members: [nic0, nic1]
          xmit_hash_policy: layer3+4
          address: 10.77.0.2/24
          gateway: 10.77.0.1
          mtu: 1400
        bond0.42: {type: vlan, parent: bond0, vlan: 42, address: 10.42.0.2/24}
`

let work: string
let lab: NetworkLab
let node: NetworkNode

/** The files that the stock overlay gives the node, below a directory, and its links. */
const overlay = async () => {
  await writeFiles(work, { 'site/inventory/hosts.yml': site })
  const state = await openState(join(work, 'state'))
  try {
    const loaded = await openTestSite(join(work, 'site/inventory'))
    const one = loaded.nodes.get('n1')!
    const files: Record<string, string> = {}
    for (const { type, path, content } of await renderOverlay(loaded, state, one, 'network_ifupdown'))
      if (type === 'file') files[`/overlay/${path}`] = content.toString()
    return { files, networks: bootNetwork(one.interfaces) }
  } finally {
    state.close()
  }
}

/** What must not change: the bond and its members by their indices, addresses, routes. */
const shown =
  'ip -o link | grep -o "^[0-9]*: [a-z0-9.@]*:\\|master [a-z0-9]*\\|mtu [0-9]*"; ip -o -4 address | sed "s/ *valid.*//"; ip route show default | sed "s/ proto [a-z]*//; s/ metric [0-9]*//; s/ *$//"'

test.before(async () => {
  work = await mkdtemp('/var/tmp/prelude-handover-')
  const image = await servicesRoot()
  await tool('unsquashfs', ['-d', join(work, 'root'), '-no-progress', '-quiet', image])
  lab = await openNetworkLab('handover', { ee: { macs, bonded: true } })
  await serveNfs(lab.segment.start, join(work, 'root'), work)
  const { files, networks } = await overlay()
  node = await lab.boot('ee', { boot: { networks } }, { files, memory: 1024 })
  await node.begin('boot')
  await node.reports(({ stage, state }) => stage === 'network' && state === 'finished', 90_000)
  await node.ask('ended; mkdir -p /lower /upper /new; mount -t tmpfs upper /upper; mkdir /upper/new /upper/work')
  await node.ask(
    'modprobe nfsv4; modprobe overlay; mount -i -t nfs -o ro,vers=4.2,addr=10.77.0.1,proto=tcp,hard 10.77.0.1:/root /lower',
  )
  await node.ask('mount -t overlay -o lowerdir=/lower,upperdir=/upper/new,workdir=/upper/work overlay /new')
  await node.ask(
    'mkdir -p /new/proc /new/sys /new/dev /new/run; for each in proc sys dev run; do mount --bind /$each /new/$each; done',
  )
  node.type('ticking 10.77.0.1\n')
})

test.after(async () => {
  await lab?.close()
  await rm(work, { recursive: true, force: true })
})

/** Waits until the connection that was opened before has carried something new. */
const goesOn = async (): Promise<void> => {
  const before = Number(await node.ask('ticks'))
  for (const end = Date.now() + 20_000; Number(await node.ask('ticks')) < before + 5; )
    assert.ok(Date.now() < end, 'the connection stands still')
}

test('[B17] ifupdown leaves the bond as it is, and no connection breaks', async () => {
  const before = await node.ask(shown)
  assert.match(before, /bond0.*10\.77\.0\.2\/24/)
  await node.ask('cp -a /overlay/. /new/')
  assert.is(await node.ask('chroot /new /usr/sbin/ifup -a; echo $?', 120_000), '0')
  assert.is(await node.ask(shown), before)
  await goesOn()
}, 180_000)

test('[B11] what lies on NFS is read on when a cable of the bond is pulled', async () => {
  const library = 'usr/lib/x86_64-linux-gnu/libc.so.6'
  await node.cable(0, 'pulled')
  await node.ask('echo 3 > /proc/sys/vm/drop_caches')
  const [sum = ''] = (await node.ask(`sha256sum /lower/${library}`, 120_000)).split(' ')
  assert.is(
    sum,
    createHash('sha256')
      .update(await readFile(join(work, 'root', library)))
      .digest('hex'),
  )
  await goesOn()
  await node.cable(0, 'plugged')
}, 180_000)

test.run()
