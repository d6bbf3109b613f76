import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { clientIdentifier } from '../../../../agent/network/dhcp/message.ts'
import { waitFor } from '../../../../agent/system/wait.ts'
import { tool } from '../../../../engine/process.ts'
import { suite } from '../../../suite.ts'
import { ifupdown } from './ifupdown.ts'

// The agent's question for an IPv6 address in a network namespace, and a real dnsmasq in another: once for each kind of
// network that a site may have.
const test = suite('agent addresses by IPv6')

const mac = '02:00:00:00:66:01'
const networks = {
  leased: ['--enable-ra', '--dhcp-range=fd77::100,fd77::1ff,64,2m', `--dhcp-host=${mac},[fd77::142]`],
  stateless: ['--enable-ra', '--dhcp-range=fd77::,ra-stateless,64'],
  advertised: ['--enable-ra', '--dhcp-range=fd77::,ra-only,64'],
  both: ['--enable-ra', '--dhcp-range=fd77::100,fd77::1ff,slaac,64,2m', `--dhcp-host=${mac},[fd77::142]`],
  silent: ['--no-dhcp-interface=served'],
  leased4: ['--dhcp-range=10.66.0.100,10.66.0.199,2m'],
} as const
type Network = keyof typeof networks

let work: string
const servers: ChildProcess[] = []
const ends = (network: Network) => [`prelude-${process.pid}-${network}`, `prelude-${process.pid}-${network}-c`] as const

const open = async (network: Network): Promise<void> => {
  const [server, client] = ends(network)
  for (const namespace of [server, client]) {
    await tool('ip', ['netns', 'add', namespace])
    await tool('ip', ['-n', namespace, 'link', 'set', 'lo', 'up'])
  }
  const peer = ['peer', 'name', 'bond0', 'address', mac, 'netns', client]
  await tool('ip', ['-n', server, 'link', 'add', 'served', 'type', 'veth', ...peer])
  await tool('ip', ['-n', server, 'address', 'add', 'fd77::1/64', 'dev', 'served', 'nodad'])
  await tool('ip', ['-n', server, 'address', 'add', '10.66.0.1/24', 'dev', 'served'])
  await tool('ip', ['-n', server, 'link', 'set', 'served', 'up'])
  const args = [
    ...['dnsmasq', '--keep-in-foreground', '--log-facility=-', '--log-dhcp', '--conf-file=/dev/null', '--pid-file='],
    ...[
      '--port=0',
      '--user=root',
      '--interface=served',
      '--bind-interfaces',
      `--dhcp-leasefile=${join(work, network)}`,
    ],
    ...['--dhcp-option=option6:dns-server,[fd77::1],[fd77::2]', '--dhcp-option=option6:domain-search,c1.test'],
    ...networks[network],
  ]
  const child = spawn('ip', ['netns', 'exec', server, ...args], { stdio: ['ignore', 'ignore', 'pipe'] })
  servers.push(child)
  let said = ''
  for await (const chunk of child.stderr) {
    said += chunk
    if (/ started,/.test(said)) break
  }
  await tool('ip', ['-n', client, 'link', 'set', 'bond0', 'up'])
}

type Asked = { given: { address?: string; dns: string[]; search: string[]; leaseTime?: number } | null; shown: string }

const ask = async (network: Network, seconds = 30): Promise<Asked> => {
  await open(network)
  const [, client] = ends(network)
  const program = [process.execPath, join(import.meta.dirname, 'ask.ts'), 'bond0', String(seconds)]
  const given = JSON.parse(await tool('ip', ['netns', 'exec', client, ...program]))
  const show = () => tool('ip', ['-n', client, '-6', '-o', 'address', 'show', 'scope', 'global'])
  // the lease may be there before the router's word is
  const shown =
    network === 'both' ? await waitFor(20, async () => ((await show()).includes(own) ? show() : undefined)) : undefined
  return { given, shown: shown ?? (await show()) }
}

/** All of them side by side: what takes time is what the protocols wait for. */
let asked: { [network in Exclude<Network, 'leased4'>]: Promise<Asked> }

test.before(async () => {
  work = await mkdtemp(join(tmpdir(), 'prelude-dhcp6-'))
  asked = {
    leased: ask('leased'),
    stateless: ask('stateless'),
    advertised: ask('advertised'),
    both: ask('both'),
    silent: ask('silent', 4),
  }
  for (const each of Object.values(asked)) each.catch(() => {}) // each test sees its own
})

test.after(async () => {
  await Promise.allSettled(Object.values(asked))
  for (const server of servers) server.kill('SIGKILL')
  for (const namespace of Object.keys(networks).flatMap((network) => ends(network as Network)))
    await tool('ip', ['netns', 'delete', namespace]).catch(() => {})
  await rm(work, { recursive: true })
})

const own = 'fd77::ff:fe00:6601'
const told = { dns: ['fd77::1', 'fd77::2'], search: ['c1.test'] }

test('a DHCPv6 server gives the address that is reserved for the card, its name servers and domains', async () => {
  const { given, shown } = await asked.leased
  assert.equal([given?.address, given?.leaseTime, given?.dns, given?.search], ['fd77::142', 120, told.dns, told.search])
  assert.match(shown, /inet6 fd77::142\/128 .*valid_lft 1[12]\dsec/)
  assert.not.match(shown, own)
  assert.match(await readFile(join(work, 'leased'), 'utf8'), / fd77::142 .*00:03:00:01:02:00:00:00:66:01$/m)
}, 60_000)

test('a router gives the address, a DHCPv6 server what it does not say', async () => {
  const { given, shown } = await asked.stateless
  assert.equal(given, told)
  assert.match(shown, `inet6 ${own}/64`)
}, 60_000)

test('a router alone gives the address', async () => {
  const { given, shown } = await asked.advertised
  assert.is(given?.address, undefined)
  assert.is(given?.leaseTime, undefined)
  assert.match(shown, `inet6 ${own}/64`)
}, 60_000)

test('where both give one, the node has both: the reserved one is what others know it by', async () => {
  const { given, shown } = await asked.both
  assert.is(given?.address, 'fd77::142')
  assert.match(shown, /inet6 fd77::142\/128/)
  assert.match(shown, `inet6 ${own}/64`)
}, 60_000)

test('where nobody gives one, it says so in time', async () => {
  const { given, shown } = await asked.silent
  assert.equal([given, shown], [null, ''])
}, 60_000)

test('ifupdown goes on with the lease, as the same client', async () => {
  await asked.leased
  const after = await ifupdown(ends('leased')[1], mac, 'fd77::1')
  assert.match(after, /inet6 fd77::142\/128 .*valid_lft/)
  assert.match(after, /^ *iaaddr fd77::142 \{$/m)
  assert.not.match(after, /^Deleted/m)
  const leases = await readFile(join(work, 'leased'), 'utf8')
  assert.equal(leases.match(/ fd77::\S+ .*/g)?.length, 1, leases)
  assert.match(leases, / fd77::142 .*00:03:00:01:02:00:00:00:66:01$/m)
}, 90_000)

test('ifupdown leaves an address that a router advertised as it is, and asks nobody', async () => {
  await asked.advertised
  const after = await ifupdown(ends('advertised')[1], mac, 'fd77::1')
  assert.match(after, `inet6 ${own}/64`)
  assert.not.match(after, /^Deleted|iaaddr/m)
}, 90_000)

test('ifupdown asks a DHCPv4 server as the client that the firmware and the initramfs are', async () => {
  await open('leased4')
  const after = await ifupdown(ends('leased4')[1], mac, '10.66.0.1')
  const [, address] = /inet (10\.66\.0\.1\d\d)\//.exec(after) ?? []
  const [lease] = (await readFile(join(work, 'leased4'), 'utf8')).split('\n')
  assert.match(lease ?? '', ` ${mac} ${address} `)
  const client = lease?.split(' ').at(-1)?.replaceAll(':', '')
  assert.is(client, clientIdentifier(mac).toString('hex'))
}, 90_000)

test.run()
