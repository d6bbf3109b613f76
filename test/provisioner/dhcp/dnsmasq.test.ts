import { execFileSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { dnsmasqConfiguration } from '../../../provisioner/dhcp/dnsmasq.ts'
import { iscConfiguration } from '../../../provisioner/dhcp/foreign.ts'
import type { SiteSettings } from '../../../schema/types.ts'
import { suite } from '../../suite.ts'
import { type Fixture, makeFixture } from '../fixture.ts'

const test = suite('DHCP configuration')
let fixture: Fixture
test.before(async () => {
  fixture = await makeFixture()
})
test.after(() => fixture.remove())

const configuration = async (dhcp: NonNullable<SiteSettings['dhcp']>, settings: SiteSettings = {}): Promise<string> => {
  const text = dnsmasqConfiguration({
    settings: { ...fixture.site.settings, ...settings, dhcp },
    nodes: [...fixture.site.nodes.values()],
    tftpRoot: fixture.directory,
    leaseFile: join(fixture.directory, 'leases'),
  })
  const file = join(fixture.directory, 'dnsmasq.conf')
  await writeFile(file, text)
  execFileSync('dnsmasq', ['--test', `--conf-file=${file}`], { stdio: 'pipe' }) // throws when dnsmasq does not take it
  return text
}

test('every node has a reservation, over every card of its bond', async () => {
  const text = await configuration({ mode: 'server', interface: 'br0' })
  assert.match(text, '\ndhcp-host=52:54:00:00:01:01,52:54:00:00:01:02,set:node,10.9.0.1,n01\n')
  assert.match(text, '\ndhcp-host=52:54:00:00:03:01,set:node,10.9.0.3,n03\n')
  assert.match(text, '\ndhcp-range=10.9.0.0,static,255.255.255.0,12h\n')
  assert.match(text, '\nport=0\n')
  assert.match(text, '\ninterface=br0\n')
})

test('firmware gets iPXE, iPXE gets the boot script', async () => {
  const text = await configuration({ mode: 'server' })
  assert.match(text, '\ndhcp-boot=tag:!ipxe,tag:bios,undionly.kpxe\n')
  assert.match(text, '\ndhcp-boot=tag:!ipxe,tag:efi-x64,snponly.efi\n')
  assert.match(text, '\ndhcp-boot=tag:ipxe,http://10.9.0.254:9873/boot/ipxe?mac=${net0/mac}\n')
  assert.match(text, '\nlisten-address=10.9.0.254\n')
})

test('a range, a router and name servers are as the site says', async () => {
  const text = await configuration({
    mode: 'server',
    range: '10.9.0.100,10.9.0.120',
    router: '10.9.0.253',
    dns: ['10.9.0.254'],
    lease: '1h',
  })
  assert.match(text, '\ndhcp-range=10.9.0.100,10.9.0.120,255.255.255.0,1h\n')
  assert.match(text, '\ndhcp-option=option:router,10.9.0.253\n')
  assert.match(text, '\ndhcp-option=option:dns-server,10.9.0.254\n')
  assert.match(
    await configuration({ mode: 'server', range: '10.9.0.100,10.9.0.120,255.255.0.0' }),
    '\ndhcp-range=10.9.0.100,10.9.0.120,255.255.0.0,12h\n',
  )
})

test('as a proxy it gives no addresses', async () => {
  const text = await configuration({ mode: 'proxy' })
  assert.match(text, '\ndhcp-range=10.9.0.0,proxy,255.255.255.0\n')
  assert.not.match(text, /dhcp-host|dhcp-authoritative/)
  // a name with a suffix is taken as it is: the files that TFTP serves
  assert.equal(text.match(/^pxe-service=.*/gm), [
    'pxe-service=tag:!ipxe,x86PC,"Prelude",undionly.kpxe',
    'pxe-service=tag:!ipxe,BC_EFI,"Prelude",snponly.efi',
    'pxe-service=tag:!ipxe,X86-64_EFI,"Prelude",snponly.efi',
  ])
})

test('without an address of the provisioner, or a network, it says what to set', async () => {
  const { server: _, ...settings } = fixture.site.settings
  const options = { nodes: [...fixture.site.nodes.values()], tftpRoot: '/x', leaseFile: '/y' }
  assert.throws(() => dnsmasqConfiguration({ ...options, settings }), /DHCP needs the IPv4 address/)
  assert.throws(
    () => dnsmasqConfiguration({ ...options, settings: { ...settings, server: '192.0.2.1' } }),
    /no node has an address in the network of the provisioner/,
  )
})

test('another DHCP server gets hosts and the same chain', () => {
  const text = iscConfiguration(fixture.site.settings, [...fixture.site.nodes.values()])
  assert.match(text, 'host n01 { hardware ethernet 52:54:00:00:01:01; fixed-address 10.9.0.1; }')
  assert.match(text, 'filename "http://10.9.0.254:9873/boot/ipxe?mac=${net0/mac}"')
  assert.match(text, /00:09 \{\n {2}filename "snponly\.efi";/)
})

test.run()
