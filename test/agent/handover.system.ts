import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import * as assert from 'uvu/assert'
import { tool } from '../../engine/process.ts'
import { writeFiles } from '../provisioner/fixture.ts'
import { suite } from '../suite.ts'
import { fetchManifest } from './firmware.ts'
import { type NetworkLab, type NetworkNode, openNetworkLab } from './networkfixture.ts'
import { serveNfs } from './nfs.ts'
import { servicesRoot } from './services.ts'

// What the agent made is taken over by the real service of a root that lies on NFS, reached over that very bond: if it went
// down, the service could not even read its own libraries. Two nodes boot whole, from a provisioner: one has a static
// address on LACP, one asks by DHCP.
const test = suite('hand-over to the network service of the root')

const root = join(import.meta.dirname, '..', '..')
const macs = {
  ee: ['02:00:00:00:ee:01', '02:00:00:00:ee:02'],
  ff: ['02:00:00:00:ff:01', '02:00:00:00:ff:02'],
} as const
const cardsOf = ([one, two]: readonly [string, string]) => `nic0: {mac: "${one}", boot: true}, nic1: {mac: "${two}"}`
/** What the DHCP server gives to the node that asks. */
const leasedTo = '10.77.0.50'
const ports = { http: 9883, https: 9884 }
const site = `all:
  vars:
    prelude_server: 10.77.0.1
    prelude_http_port: ${ports.http}
    prelude_https_port: ${ports.https}
  children:
    images: {hosts: {compute: {}}}
    nodes:
      vars:
        node_image: compute
        node_root: {type: nfs, source: "10.77.0.1:/root"}
        node_overlays: {system: [network_ifupdown, network_networkmanager, network_networkd]}
      hosts:
        ee:
          node_networks:
            ${cardsOf(macs.ee).replace(', nic1', '\n            nic1')}
            bond0:
              type: bond
              mode: 802.3ad
              members: [nic0, nic1]
              xmit_hash_policy: layer3+4
              address: 10.77.0.2/24
              gateway: 10.77.0.1
              mtu: 1400
            bond0.42: {type: vlan, parent: bond0, vlan: 42, address: 10.42.0.2/24}
        ff: {node_networks: {${cardsOf(macs.ff)}, bond0: {type: bond, members: [nic0, nic1]}}}
`

let work: string
let lab: NetworkLab
let fixed: NetworkNode
let leased: NetworkNode

/** A provisioner with the site and an image, whose kernel the guests do not take. */
const serve = async (): Promise<void> => {
  const [inventory, state, image] = ['inventory', 'state', 'image'].map((name) => join(work, name)) as [
    string,
    string,
    string,
  ]
  await writeFiles(work, {
    'inventory/hosts.yml': site,
    'playbooks/compute.yml': '- hosts: compute\n  tasks: [{name: build, command: echo build, tags: build}]\n',
    'image/etc/os-release': 'PRETTY_NAME="Small Linux 1"\n',
    'image/boot/vmlinuz-1': 'kernel',
    'image/boot/initrd.img-1': 'initramfs',
  })
  const publish = ['image', 'publish', image, '--name', 'compute', '--playbook', 'playbooks/compute.yml']
  await tool(join(root, 'bin/provision'), [...publish, '--state', state])
  lab.segment.serve([join(root, 'bin/provision'), 'serve', '-i', inventory, '--state', state])
  await lab.segment.hears(/serving 2 nodes/, 30_000)
}

/** Boots a node to the point where its real root would start, whose tree it then has in /sysroot. */
const boot = async (name: 'ee' | 'ff'): Promise<NetworkNode> => {
  const from = name === 'ff' ? leasedTo : undefined
  const manifest = await fetchManifest(lab.segment, `http://10.77.0.1:${ports.http}`, macs[name][0], from)
  if (from !== undefined) await lab.segment.run(['ip', 'address', 'delete', `${from}/32`, 'dev', 'lo'])
  const node = await lab.boot(name, {}, { files: { '/prelude/boot.json': JSON.stringify(manifest) }, memory: 1024 })
  node.type('agent boot\n')
  await node.shows(/is ready for its root/, 180_000)
  await node.ask('for each in proc sys dev run; do mount --bind /$each /sysroot/$each; done')
  node.type('ticking 10.77.0.1\n')
  return node
}

test.before(async () => {
  work = await mkdtemp('/var/tmp/prelude-handover-')
  const image = await servicesRoot()
  await tool('unsquashfs', ['-d', join(work, 'root'), '-no-progress', '-quiet', image])
  lab = await openNetworkLab('handover', {
    ee: { macs: macs.ee, bonded: true },
    ff: { macs: macs.ff, bonded: false },
  })
  const { segment } = lab
  await mkdir(join(work, 'nfs'))
  await serveNfs(segment.start, join(work, 'root'), join(work, 'nfs'))
  segment.serve([
    ...['dnsmasq', '--keep-in-foreground', '--log-facility=-', '--conf-file=/dev/null', '--pid-file=', '--port=0'],
    ...['--user=root', '--interface=br0', '--bind-interfaces', '--no-ping', '--dhcp-option=option:router,10.77.0.1'],
    ...[
      '--dhcp-range=10.77.0.0,static,2m',
      `--dhcp-host=${macs.ff[0]},${leasedTo}`,
      `--dhcp-leasefile=${join(work, 'leases')}`,
    ],
  ])
  await serve()
  await segment.run(['ip', 'address', 'add', `${leasedTo}/32`, 'dev', 'lo'])
  ;[fixed, leased] = await Promise.all([boot('ee'), boot('ff')])
})

test.after(async () => {
  await lab?.close()
  await rm(work, { recursive: true, force: true })
})

/** What must not change: the bond and its members by their indices, addresses, routes. */
const shown = [
  'ip -o link | grep -o "^[0-9]*: [a-z0-9.@]*:\\|master [a-z0-9]*\\|mtu [0-9]*"',
  'ip -o -4 address | sed "s/ *valid.*//"',
  'ip route show default | sed "s/ proto [a-z]*//; s/ metric [0-9]*//; s/ src [0-9.]*//; s/ *$//" | sort -u',
].join('; ')

/** The leases of the DHCP server, one a line. */
const leases = async (): Promise<readonly string[]> => (await readFile(join(work, 'leases'), 'utf8')).trim().split('\n')

/** Waits until the connection that was opened before has carried something new. */
const goesOn = async (node: NetworkNode): Promise<void> => {
  const before = Number(await node.ask('ticks'))
  for (const end = Date.now() + 20_000; Number(await node.ask('ticks')) < before + 5; )
    assert.ok(Date.now() < end, 'the connection stands still')
}

test('[B17] ifupdown leaves the bond as it is, and no connection breaks', async () => {
  const before = await fixed.ask(shown)
  assert.match(before, /bond0.*10\.77\.0\.2\/24/)
  assert.is(await fixed.ask('chroot /sysroot /usr/sbin/ifup -a; echo $?', 120_000), '0')
  assert.is(await fixed.ask(shown), before)
  await goesOn(fixed)
}, 180_000)

/** Nothing of a bond went away while a service took it over, its members included. */
const stayed = async (node: NetworkNode, address: string): Promise<void> => {
  const monitor = await node.ask('cat /tmp/monitor')
  assert.not.match(monitor, new RegExp(`^Deleted.*( inet ${address}|: (bond0|nic[01])[:@]|default .* dev bond0)`, 'm'))
  assert.not.match(monitor, /: (bond0|nic[01])[:@].*state DOWN/)
  assert.is(await node.ask('cat /sys/class/net/bond0/carrier /sys/class/net/bond0/bonding/slaves'), '1\nnic0 nic1')
  await goesOn(node)
}

/** Runs systemd-networkd in a node's root until it has these devices configured, then ends it. */
const configure = async (node: NetworkNode, devices: readonly string[]): Promise<void> => {
  await node.ask('mkdir -p /run/systemd/netif; chown -R 102:102 /run/systemd/netif')
  node.type('ip monitor link address route > /tmp/monitor & monitor=$!\n')
  node.type('chroot /sysroot /lib/systemd/systemd-networkd 2> /tmp/networkd &\n')
  const look = (device: string) =>
    node.ask(`cat /run/systemd/netif/links/$(cat /sys/class/net/${device}/ifindex) 2>/dev/null`)
  for (const device of devices)
    for (const end = Date.now() + 120_000; ; await sleep(500)) {
      const state = await look(device)
      if (/^ADMIN_STATE=configured/m.test(state) && state.includes(`/40-${device}.network`)) break
      assert.ok(Date.now() < end, `${device}: ${state}\n${await node.ask('tail -n 30 /tmp/networkd')}`)
    }
  await node.ask('kill $(busybox pidof systemd-networkd); sleep 1; kill $monitor')
}

test('[B17] systemd-networkd configures the bond, its members and the VLAN as they are', async () => {
  const before = await fixed.ask(shown)
  await configure(fixed, ['bond0', 'nic0', 'nic1', 'bond0.42'])
  await stayed(fixed, '10.77.0.2')
  assert.is(await fixed.ask(shown), before)
}, 300_000)

test('[B17] systemd-networkd goes on with the lease of the agent', async () => {
  await configure(leased, ['bond0', 'nic0', 'nic1'])
  await stayed(leased, leasedTo)
  assert.is((await leases()).length, 1, 'one lease, of one client')
}, 300_000)

/** Starts NetworkManager in a node's root, and waits until it has these devices under its control. */
const manage = async (node: NetworkNode, devices: readonly string[]): Promise<void> => {
  node.type('ip monitor link address route > /tmp/monitor &\n')
  // what is in ifupdown's file is not NetworkManager's
  await node.ask('rm /sysroot/etc/network/interfaces; mkdir -p /run/dbus; chroot /sysroot dbus-daemon --system --fork')
  await node.ask('chroot /sysroot NetworkManager', 120_000)
  const wanted = devices.map((device) => `${device}:connected:${device}`)
  for (const end = Date.now() + 120_000; ; await sleep(500)) {
    const states = await node.ask('chroot /sysroot nmcli -t -f DEVICE,STATE,CONNECTION device', 60_000)
    if (wanted.every((each) => states.split(/\s*\n/).includes(each))) return
    assert.ok(Date.now() < end, `${states}\n${await node.ask('ls /run/NetworkManager/devices')}`)
  }
}

test('[B17] NetworkManager takes over the bond, its members and the VLAN as they are', async () => {
  const before = await fixed.ask(shown)
  await manage(fixed, ['bond0', 'nic0', 'nic1', 'bond0.42'])
  await stayed(fixed, '10.77.0.2')
  assert.is(await fixed.ask(shown), before)
}, 300_000)

test('[B17] NetworkManager goes on with the lease of the agent', async () => {
  await manage(leased, ['bond0', 'nic0', 'nic1'])
  for (const end = Date.now() + 60_000; ; await sleep(500)) {
    const options = await leased.ask('chroot /sysroot nmcli -g DHCP4.OPTION device show bond0', 60_000)
    if (options.includes(`ip_address = ${leasedTo}`)) break
    assert.ok(Date.now() < end, options)
  }
  await stayed(leased, leasedTo)
  assert.is((await leases()).length, 1, 'one lease, of one client')
}, 300_000)

test('[B11] what lies on NFS is read on when a cable of the bond is pulled', async () => {
  const library = 'usr/lib/x86_64-linux-gnu/libc.so.6'
  await fixed.cable(0, 'pulled')
  await fixed.ask('echo 3 > /proc/sys/vm/drop_caches')
  const [sum = ''] = (await fixed.ask(`sha256sum /sysroot/${library}`, 120_000)).split(' ')
  assert.is(
    sum,
    createHash('sha256')
      .update(await readFile(join(work, 'root', library)))
      .digest('hex'),
  )
  await goesOn(fixed)
  await fixed.cable(0, 'plugged')
}, 180_000)

test.run()
