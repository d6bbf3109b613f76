import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { tool } from '../../../engine/process.ts'
import { dnsmasqConfiguration } from '../../../provisioner/dhcp/dnsmasq.ts'
import { suite } from '../../suite.ts'
import { type Fixture, makeFixture } from '../fixture.ts'

// A real dnsmasq with the configuration of a site, in a network namespace, asked from another one as a relay asks for
// machines of every kind.
const test = suite('DHCP chain')

const namespaces = [`prelude-dhcp-${process.pid}`, `prelude-pxe-${process.pid}`] as const
const [server, client] = namespaces
const relay = '10.9.0.250'

/** Sends a DISCOVER for a machine, and prints the name of the file that it is offered, and its address. */
const asking = `
const [, mac, architecture, userClass] = process.argv
const octets = (text, by, base) => Buffer.from(text.split(by).map((each) => parseInt(each, base)))
const option = (number, content) => Buffer.concat([Buffer.from([number, content.length]), content])
const head = Buffer.alloc(236)
head.set([1, 1, 6, 1])
octets('${relay}', '.', 10).copy(head, 24)
octets(mac, ':', 16).copy(head, 28)
const number = Buffer.alloc(2)
number.writeUInt16BE(Number(architecture))
const kind = 'PXEClient:Arch:' + architecture.padStart(5, '0') + ':UNDI:003016'
const message = Buffer.concat([head, Buffer.from('63825363350101', 'hex'), option(93, number), option(60, Buffer.from(kind)),
  ...(userClass ? [option(77, Buffer.from(userClass))] : []), Buffer.from([255])])
const socket = require('node:dgram').createSocket('udp4')
socket.on('message', (answer) => {
  console.log(answer.subarray(108, 236).toString('latin1').replace(/\\0.*/s, ''), answer.subarray(16, 20).join('.'))
  socket.close()
})
socket.bind(67, '${relay}', () => socket.send(message, 67, '10.9.0.254'))
setTimeout(() => process.exit(1), 10000).unref()
`

let fixture: Fixture
let dnsmasq: ChildProcess | undefined

/** Starts dnsmasq in place of the one before. */
const serve = async (efi?: 'snponly.efi' | 'ipxe.efi'): Promise<void> => {
  await stop()
  const file = join(fixture.directory, 'dnsmasq.conf')
  const text = dnsmasqConfiguration({
    settings: { ...fixture.site.settings, dhcp: { mode: 'server', interface: 'served', ...(efi && { efi }) } },
    nodes: [...fixture.site.nodes.values()],
    tftpRoot: fixture.directory,
    leaseFile: join(fixture.directory, 'leases'),
  })
  await writeFile(file, `${text}no-ping\n`)
  const args = ['netns', 'exec', server, 'dnsmasq', '--user=root', '--pid-file=', `--conf-file=${file}`]
  dnsmasq = spawn('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  for await (const chunk of dnsmasq.stderr!) {
    said += chunk
    if (said.includes('TFTP root is')) break
  }
  assert.match(said, 'TFTP root is')
}

const stop = async (): Promise<void> => {
  if (dnsmasq === undefined) return
  const ended = once(dnsmasq, 'exit')
  dnsmasq.kill('SIGKILL')
  await ended
  dnsmasq = undefined
}

test.before(async () => {
  fixture = await makeFixture()
  for (const namespace of namespaces) await tool('ip', ['netns', 'add', namespace])
  await tool('ip', ['-n', server, 'link', 'add', 'served', 'type', 'veth', 'peer', 'name', 'asking', 'netns', client])
  for (const [namespace, device, address] of [
    [server, 'served', '10.9.0.254/24'],
    [client, 'asking', `${relay}/24`],
  ] as const) {
    await tool('ip', ['-n', namespace, 'address', 'add', address, 'dev', device])
    await tool('ip', ['-n', namespace, 'link', 'set', device, 'up'])
  }
})

test.after(async () => {
  await stop()
  for (const namespace of namespaces) await tool('ip', ['netns', 'delete', namespace]).catch(() => {})
  await fixture.remove()
})

const ask = async (architecture: number, userClass = '', mac = '52:54:00:00:03:01'): Promise<string> => {
  const program = [process.execPath, '-e', asking, mac, String(architecture), userClass]
  return (await tool('ip', ['netns', 'exec', client, ...program])).trim()
}

const script = 'http://10.9.0.254:9873/boot/ipxe?mac=${net0/mac}'

test('each kind of firmware is given its iPXE, and iPXE of each kind the boot script', async () => {
  await serve()
  assert.is(await ask(0), 'undionly.kpxe 10.9.0.3')
  assert.is(await ask(7), 'snponly.efi 10.9.0.3')
  assert.is(await ask(9), 'snponly.efi 10.9.0.3')
  for (const architecture of [0, 7, 9]) assert.is(await ask(architecture, 'iPXE'), `${script} 10.9.0.3`)
  assert.is(await ask(11), '10.9.0.3', 'there is no iPXE for ARM')
  assert.is(await ask(7, '', '52:54:00:00:01:02'), 'snponly.efi 10.9.0.1', 'another card of the bond')
})

test('a site whose firmware has a driver that does not work takes the iPXE with drivers', async () => {
  await serve('ipxe.efi')
  assert.is(await ask(7), 'ipxe.efi 10.9.0.3')
  assert.is(await ask(0), 'undionly.kpxe 10.9.0.3')
})

test.run()
