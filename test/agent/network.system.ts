import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import * as assert from 'uvu/assert'
import { bondCommands } from '../../agent/network/commands.ts'
import { planLinks } from '../../agent/network/plan.ts'
import { bondOptions } from '../../engine/inventory/node/bond.ts'
import type { BootEvent, NodeNetwork } from '../../schema/types.ts'
import { suite } from '../suite.ts'
import { type NetworkLab, type NetworkNode, openNetworkLab, server6 } from './networkfixture.ts'

// Four guests on one segment, started together; each test looks at what one of them did. The names in brackets are
// those of the list of acceptance tests.
const test = suite('agent network on cards')

const macsOf = (node: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `02:00:00:00:${node}:0${index + 1}`)
const cards = (macs: readonly string[], name = 'nic'): NodeNetwork[] =>
  macs.map((mac, index) => ({ name: `${name}${index}`, mac, ...(index === 0 ? { boot: true } : {}) }))

const lacpMacs = macsOf('aa', 2)
const plainMacs = macsOf('bb', 4)
const trickMacs = macsOf('cc', 2)
const lateMacs = macsOf('dd', 2)

const bond = (rest: NodeNetwork): NodeNetwork => ({ name: 'bond0', type: 'bond', members: ['nic0', 'nic1'], ...rest })
const lacp = (rest: NodeNetwork): NodeNetwork => bond({ mode: '802.3ad', ...rest })

let lab: NetworkLab
let work: string
let hosts: string
let dnsmasq: number
let aggregated: NetworkNode
let plain: NetworkNode
let trick: NetworkNode
let late: NetworkNode
/** What happens to the late node: its switch port is there after 70 s, its DHCP server after 85 s. */
let lateness: Promise<void>

const isNetwork = (state: BootEvent['state'], boot?: string) => (event: BootEvent) =>
  event.stage === 'network' && event.state === state && (boot === undefined || event.boot === boot)
const reasonsOf = (event: BootEvent | undefined): readonly string[] => (event?.details?.['reasons'] ?? []) as string[]

/** What a boot reported of the network when the stage was over. */
const finished = async (node: NetworkNode, boot: string, ms = 60_000) => {
  const event = await node.reports(isNetwork('finished', boot), ms)
  const { links = 0 } = (event.details?.['bond0'] ?? {}) as { links?: number }
  return { event, links, degraded: node.events().filter(isNetwork('degraded', boot)) }
}

/** Waits until lines that a guest sends come back again, `count` of them. */
const goesOn = async (node: NetworkNode, from: number, count: number): Promise<void> => {
  for (const end = Date.now() + 15_000; Number(await node.ask('ticks')) < from + count; )
    assert.ok(Date.now() < end, 'the connection stands still')
}

const beLate = async (began: number): Promise<void> => {
  const { segment } = lab
  await sleep(began + 70_000 - Date.now())
  assert.not.match(segment.heard(), /^session dd/m)
  const taps = segment.cards('dd').map(({ tap }) => tap)
  const options = ['bond_mode=balance-tcp', 'lacp=active', 'other_config:lacp-time=fast']
  await segment.vsctl(['add-bond', 'br0', segment.port('dd'), ...taps, ...options])
  await sleep(began + 85_000 - Date.now())
  await appendFile(hosts, `${lateMacs[0]},10.77.0.60\n`)
  process.kill(dnsmasq, 'SIGHUP')
}

test.before(async () => {
  work = await mkdtemp(join(tmpdir(), 'prelude-dhcp-'))
  hosts = join(work, 'hosts')
  lab = await openNetworkLab('network', {
    aa: { macs: lacpMacs, bonded: true },
    b1: { macs: plainMacs.slice(0, 2), bonded: true },
    b2: { macs: plainMacs.slice(2), bonded: false },
    cc: { macs: trickMacs, bonded: false },
    dd: { macs: lateMacs, bonded: true },
  })
  const { segment } = lab
  // the DHCP server knows one node; another one finds it silent until it is told of it
  await writeFile(hosts, `${trickMacs[0]},10.77.0.50\n`)
  const server = segment.serve([
    ...['dnsmasq', '--keep-in-foreground', '--log-facility=-', '--conf-file=/dev/null', '--pid-file=', '--port=0'],
    ...['--user=root', '--interface=br0', '--bind-interfaces', '--no-ping', '--dhcp-option=option:mtu,1400'],
    '--dhcp-option=option:dns-server,10.77.0.1',
    ...['--dhcp-range=10.77.0.50,10.77.0.99,2m', '--dhcp-ignore=tag:!known', `--dhcp-hostsfile=${hosts}`],
    ...['--enable-ra', '--dhcp-range=fd77::100,fd77::1ff,slaac,64,2m', '--ra-param=br0,10,0'],
    ...['--dhcp-option=option6:dns-server,[fd77::1]', '--dhcp-option=option6:domain-search,c1.test'],
    `--dhcp-leasefile=${join(work, 'leases')}`,
  ])
  dnsmasq = server.pid ?? 0
  // the late node's switch port is not there yet
  await segment.vsctl(['del-port', 'br0', segment.port('dd')])

  const vlan = { name: 'bond0.42', type: 'vlan' as const, parent: 'bond0', vlan: 42, address: '10.42.0.2/24' }
  const rated = (lacp_rate: 'fast' | 'slow') => ({
    networks: [...cards(lacpMacs), lacp({ address: '10.77.0.2/24', lacp_rate })],
  })
  const static3 = { address: '10.77.0.3/24' }
  const [one, two] = segment.cards('cc')
  ;[aggregated, plain, trick, late] = await Promise.all([
    lab.boot(
      'aa',
      {
        large: { networks: [...cards(lacpMacs), lacp({ address: '10.77.0.2/24', mtu: 9000 }), vlan] },
        fast: rated('fast'),
        slow: rated('slow'),
      },
      { cards: segment.cards('aa', { model: 'e1000' }), modules: 'e1000' },
    ),
    lab.boot(
      'bb',
      {
        speedless: { networks: [...cards(plainMacs.slice(0, 2)), lacp(static3)] },
        partnerless: { networks: [...cards(plainMacs.slice(2)), lacp(static3)] },
      },
      { cards: [...segment.cards('b1', { isSpeedless: true }), ...segment.cards('b2')] },
    ),
    lab.boot(
      'cc',
      {
        trick: {
          networks: [
            ...cards([...trickMacs, '02:00:00:00:cc:09'], 'eth'),
            bond({ members: ['eth0', 'eth1', 'eth2'], primary_member: 'eth0' }),
          ],
        },
      },
      { cards: [one!, { ...two!, model: 'e1000' }], args: 'net.ifnames=0' },
    ),
    lab
      .boot('dd', {
        late: { networks: [...cards(lateMacs), lacp({})] },
        six: { networks: [...cards(lateMacs), lacp({ address6: 'fd77::2/64' })], server: server6 },
        advertised: { networks: [...cards(lateMacs), lacp({})], server: server6 },
        leased: { networks: [...cards(lateMacs), lacp({})], server: server6 },
        duplicate: { networks: [...cards(lateMacs), lacp({ address: '10.77.0.4/24', address6: `${server6}/64` })] },
      })
      .then(async (node) => {
        lateness = beLate(await node.begin('late'))
        return node
      }),
  ])
})

test.after(async () => {
  await lab?.close()
  await rm(work, { recursive: true, force: true })
})

test('[B12 B6] a card with an address goes into the bond, and an open connection goes on', async () => {
  await trick.ask('firmware eth0')
  trick.type('ticking 10.77.0.1\n')
  const look = `ip -o -4 route show default | sed 's/ dev.*//'; cat /etc/resolv.conf; ip -o -4 address | grep -o 'inet 10[^ ]*'`
  const before = await trick.ask(look)
  assert.match(before, /^default via 10\.77\.0\.1\s*\nnameserver 10\.77\.0\.1\ninet 10\.77\.0\.50\/24$/)
  assert.match(
    await readFile(join(work, 'leases'), 'utf8'),
    / 02:00:00:00:cc:01 10\.77\.0\.50 \S+ 01:02:00:00:00:cc:01/,
  )

  await trick.begin('trick')
  const { degraded } = await finished(trick, 'trick')
  assert.equal(reasonsOf(degraded[0]), ['missing-card'])
  assert.match(degraded[0]?.message ?? '', /no card is there for eth1 .*eth2 /, 'one is late, one never comes')
  assert.is(await trick.ask(look), before)
  assert.is(await trick.ask('mac bond0'), trickMacs[0])
  assert.match(await trick.ask('ip -o -4 address'), /: bond0 +inet 10\.77\.0\.50\/24/)
  await goesOn(trick, Number(await trick.ask('ticks')), 10)
  assert.is((await readFile(join(work, 'leases'), 'utf8')).match(/cc:01 10/g)?.length, 1, 'one lease, of one client')
}, 120_000)

test('[B5] a card whose driver is late joins while the boot goes on', async () => {
  const before = trick.events().length
  await trick.ask('modprobe e1000')
  await trick.shows(/eth1 \(02:00:00:00:cc:02\) has come/, 30_000)
  const event = await trick.reports(isNetwork('degraded'), 30_000, before)
  assert.match(event.message ?? '', /^bond0: no card is there for eth2/)
  assert.is(event.details?.['links'], 2)
}, 90_000)

test('[B11] a pulled cable costs less than a second, and no connection', async () => {
  assert.is(await trick.ask('cat /sys/class/net/bond0/bonding/active_slave'), 'eth0')
  const ticks = Number(await trick.ask('ticks'))
  const asked = trick.ask('failover eth0 eth1')
  await sleep(500)
  await trick.cable(0, 'pulled')
  const hundredths = Number(await asked)
  assert.ok(hundredths <= 100, `${hundredths} hundredths of a second`)
  await goesOn(trick, ticks, 20)
  const event = await trick.reports((one) => reasonsOf(one).includes('link-down'), 20_000)
  assert.match(event.message ?? '', /1 of 2 links are up/)
  const seen = trick.events().length
  await trick.cable(0, 'plugged')
  assert.equal(reasonsOf(await trick.reports(isNetwork('degraded'), 20_000, seen)), ['missing-card'])
}, 90_000)

test('[B5] a card that is pulled out of the machine is missing, and joins again when it is back', async () => {
  const missing = (event: BootEvent) => /no card is there for eth1 /.test(event.message ?? '')
  const before = trick.events().length
  await trick.qmp('device_del', { id: 'card1' })
  await trick.reports(missing, 30_000, before)
  await trick.qmp('device_add', { driver: 'e1000', id: 'card1', netdev: 'net1', mac: trickMacs[1], romfile: '' })
  const seen = trick.events().length
  const event = await trick.reports(isNetwork('degraded'), 60_000, seen)
  assert.match(event.message ?? '', /^bond0: no card is there for eth2/)
  assert.is(event.details?.['links'], 2)
}, 120_000)

test('[B2] cards that tell no speed: degraded, and on', async () => {
  await plain.begin('speedless')
  const { degraded, event } = await finished(plain, 'speedless')
  assert.equal(degraded.map(reasonsOf), [['no-speed']])
  assert.ok(Number(event.details?.['waited']) < 10_000, 'there is nothing to wait for')
  await plain.reports(({ stage, boot }) => stage === 'root' && boot === 'speedless', 20_000)
}, 90_000)

test('[B3] a switch without LACP: degraded, and on', async () => {
  await plain.begin('partnerless')
  const { degraded } = await finished(plain, 'partnerless')
  assert.equal(degraded.map(reasonsOf), [['no-partner']])
  await plain.reports(({ stage, boot }) => stage === 'root' && boot === 'partnerless', 20_000)
}, 90_000)

test('[B1 B9 B10 B13 B14] LACP with a VLAN, in place of a bond that the module made; large frames are dropped', async () => {
  await aggregated.ask('modprobe bonding')
  const found = await aggregated.ask('cat /sys/class/net/bonding_masters /sys/class/net/bond0/bonding/mode')
  assert.match(found, /^bond0\s+balance-rr/)
  await aggregated.begin('large')
  const { links, degraded } = await finished(aggregated, 'large')
  assert.is(links, 2)
  assert.equal(degraded.map(reasonsOf), [['mtu']])
  assert.match(degraded[0]?.message ?? '', /frames of 9000 bytes do not reach 10\.77\.0\.1; MTU 1500 instead/)
  const [shown, mac, ...mtus] = (
    await aggregated.ask('bond bond0; mac bond0.42; cat /sys/class/net/bond0/mtu /sys/class/net/bond0.42/mtu')
  ).split('\n')
  assert.match(shown ?? '', /^bond +bond0 .*802\.3ad.* 2 of 2 links +partner (?!00:00:00:00:00:00)(\w\w:){5}\w\w$/)
  assert.equal([mac, ...mtus], [lacpMacs[0], '1500', '1500'])
}, 120_000)

test('large frames pass where the switch takes them', async () => {
  const { segment } = lab
  for (const { tap } of segment.cards('aa')) await segment.run(['ip', 'link', 'set', tap, 'mtu', '9000'])
  await segment.vsctl(['set', 'Interface', 'br0', 'mtu_request=9000'])
  const seen = aggregated.events().length
  await aggregated.begin('large')
  const event = await aggregated.reports(isNetwork('finished', 'large'), 60_000, seen)
  assert.is(event.details?.['mtu'], 9000)
  assert.is(await aggregated.ask('cat /sys/class/net/bond0/mtu'), '9000')
}, 90_000)

test('[B1] both sides fast or slow: aggregated within ten seconds', async () => {
  const { segment } = lab
  for (const node of ['fast', 'slow']) {
    for (const side of ['fast', 'slow']) {
      await segment.vsctl(['set', 'Port', segment.port('aa'), `other_config:lacp-time=${side}`])
      const seen = aggregated.events().length
      await aggregated.begin(node)
      const event = await aggregated.reports(isNetwork('finished', node), 60_000, seen)
      const { links } = (event.details?.['bond0'] ?? {}) as { links?: number }
      const waited = Number(event.details?.['waited'])
      assert.ok(links === 2 && waited <= 10_000, `node ${node}, switch ${side}: ${links} links after ${waited} ms`)
      assert.is((await segment.bond('aa'))?.aggregated, true)
    }
  }
}, 180_000)

test('[B16] links that flap twenty times during a download: it completes, and they are no news', async () => {
  const seen = aggregated.events().length
  const block = 'dd if=/dev/zero bs=32k count=1 2>/dev/null | tr "\\0" "\\\\$(printf %03o $i)"'
  const expected = await aggregated.ask(`i=0; while [ $i -lt 200 ]; do ${block}; i=$((i + 1)); done | md5sum`, 60_000)
  const download = aggregated.ask('wget -q -O - http://10.77.0.1:9873/slow | md5sum', 120_000)
  // a connection that is being opened while nothing passes is refused for want of a neighbour; this one is open
  await lab.segment.hears(/^slow begins$/m, 20_000)
  for (let flap = 0; flap < 20; flap++) {
    await aggregated.cable(flap % 2, 'pulled')
    await sleep(300)
    await aggregated.cable(flap % 2, 'plugged')
    await sleep(500)
  }
  assert.is(await download, expected)
  assert.ok(aggregated.events().slice(seen).filter(isNetwork('degraded')).length <= 2)
}, 200_000)

test('[B7 B8] nodes of one image have bonds with addresses of their own, whatever udev gives a bond without one', async () => {
  const nodes = [aggregated, plain]
  const bonds = await Promise.all(nodes.map((node) => node.ask('mac bond0')))
  assert.equal(bonds, [lacpMacs[0], plainMacs[2]])
  await Promise.all(nodes.map((node) => node.ask('ip link add bond9 type bond; udevadm settle')))
  const traps = await Promise.all(nodes.map((node) => node.ask('mac bond9')))
  assert.is(traps[0], traps[1], 'udev gives both the same')
}, 60_000)

/** Options that a mode takes, as an inventory gives them. */
const optionsOf: Readonly<Record<NonNullable<NodeNetwork['mode']>, NodeNetwork>> = {
  'balance-rr': {
    packets_per_slave: 4,
    resend_igmp: 2,
    arp_interval: 200,
    arp_ip_target: ['10.77.0.1'],
    arp_validate: 'all',
  },
  'active-backup': { fail_over_mac: 'follow', num_grat_arp: 3, resend_igmp: 2, updelay: 200, downdelay: 200 },
  'balance-xor': { xmit_hash_policy: 'layer2+3', all_slaves_active: true },
  broadcast: { miimon: 50 },
  '802.3ad': {
    ...{ lacp_rate: 'slow', lacp_active: 'on', ad_select: 'bandwidth', ad_actor_sys_prio: 5, min_links: 1 },
    ...{ ad_actor_system: '02:00:00:00:00:09', ad_user_port_key: 7, xmit_hash_policy: 'vlan+srcmac' },
  },
  'balance-tlb': { tlb_dynamic_lb: false, lp_interval: 5, xmit_hash_policy: 'layer3+4', num_grat_arp: 2 },
  'balance-alb': { lp_interval: 5, resend_igmp: 0 },
}

test('the kernel takes every mode with its options, and has them', async () => {
  for (const [mode, options] of Object.entries(optionsOf)) {
    const [plan] = planLinks([
      ...cards(plainMacs.slice(0, 2)),
      bond({ name: 'test0', mode: mode as keyof typeof optionsOf, ...options }),
    ])
    if (plan?.kind !== 'bond') throw new Error('no bond is planned')
    const words = bondCommands(plan)
      .map((command) => command.join(' '))
      .join(' && ')
    assert.is(await plain.ask(`${words} && echo made`), 'made', mode)
    for (const { name, value } of bondOptions(plan.network, plan.members)) {
      const has = await plain.ask(`cat /sys/class/net/test0/bonding/${name}`)
      assert.ok(has.split(' ').includes(value), `${mode}: ${name} is '${has}', not ${value}`)
    }
    await plain.ask('ip link delete test0')
  }
}, 180_000)

test('[B6] the lease is renewed while the boot goes on, by the same client', async () => {
  await trick.shows(/the lease of 10\.77\.0\.50 is renewed/, 90_000)
  assert.match(
    await readFile(join(work, 'leases'), 'utf8'),
    / 02:00:00:00:cc:01 10\.77\.0\.50 \S+ 01:02:00:00:00:cc:01/,
  )
}, 120_000)

test('[B4 R1] an LACP partner after seventy seconds, a DHCP server still later: the boot goes on', async () => {
  await lateness
  const { links } = await finished(late, 'late', 90_000)
  assert.is(links, 2)
  assert.match(
    await late.ask('ip -4 address show bond0; cat /sys/class/net/bond0/mtu'),
    /10\.77\.0\.60\/24[\s\S]*\n1400$/,
  )
}, 240_000)

test('[B15] IPv6 alone: a static address, one that a router advertises, one that a DHCPv6 server gives', async () => {
  await late.begin('six')
  await finished(late, 'six')
  assert.match(lab.segment.heard(), /^session dd fd77::2$/m)
  await late.ask('ended; ip link delete bond0') // its static address would be taken over
  await late.begin('advertised')
  await finished(late, 'advertised')
  assert.match(lab.segment.heard(), /^session dd fd77::ff:fe00:dd01$/m)
  assert.is(await late.ask('ip -o -4 address show dev bond0'), '')

  await late.ask('ended; ip link delete bond0; rm -f /etc/resolv.conf')
  await appendFile(hosts, `${lateMacs[0]},[fd77::160]\n`)
  process.kill(dnsmasq, 'SIGHUP')
  await late.begin('leased')
  const { links } = await finished(late, 'leased')
  assert.is(links, 2)
  assert.match(lab.segment.heard(), /^session dd fd77::160$/m)
  assert.match(await late.ask('ip -o -6 address show dev bond0'), /inet6 fd77::160\/128 .* valid_lft 1[01]\dsec/)
  assert.match(await late.ask('cat /etc/resolv.conf'), /^nameserver fd77::1\b/m)
  // the client is the boot card, whose address the bond has
  assert.match(await readFile(join(work, 'leases'), 'utf8'), / fd77::160 \S+ 00:03:00:01:02:00:00:00:dd:01$/m)
}, 180_000)

test('an IPv6 address that another machine has is told', async () => {
  await late.begin('duplicate')
  const { degraded } = await finished(late, 'duplicate')
  assert.equal(degraded.map(reasonsOf), [['duplicate-address']])
  assert.match(degraded[0]?.message ?? '', /another machine has fd77::1 too/)
}, 90_000)

test.run()
