import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { tool } from '../../engine/process.ts'
import { installBusybox } from '../agent/busybox.ts'
import { assertChecks, countChecks } from '../agent/checks.ts'
import { startGuest } from '../agent/guest.ts'
import { makeFurtherInitrd } from '../agent/initrd.ts'
import { serveNfs } from '../agent/nfs.ts'
import { openSegment, type Segment } from '../agent/segment.ts'
import { writeFiles } from '../provisioner/fixture.ts'
import { suite } from '../suite.ts'
import { makeDracut, testTools } from './initramfs.ts'
import { initOf, script } from './roottree.ts'

// A node whose root another dracut module makes, as Warewulf's wwinit does: 91preboot and 92mkdisk have their turn in it.
const test = suite('dracut, root=wwinit')
const mac = '52:54:00:00:77:02'
const server = '10.77.0.1'

let work: string
let segment: Segment

/** Gives a stage of a node as the archive of a directory; 404 for those that it has not. */
const stages = `
const http = require('node:http'), fs = require('node:fs')
http.createServer((request, response) => {
  const stage = new URL(request.url, 'http://localhost').searchParams.get('stage')
  const file = process.argv[2] + '/' + stage + '.cpio.gz'
  if (fs.existsSync(file)) fs.createReadStream(file).pipe(response)
  else response.writeHead(404).end()
}).listen(9873, '${server}', () => console.log('the stages are served'))
`

const packStage = async (name: string, files: Parameters<typeof writeFiles>[1]): Promise<string> => {
  const tree = join(work, name)
  await writeFiles(tree, files)
  return tree
}

const pack = (tree: string) =>
  tool('sh', ['-c', 'cd "$1" && find . | cpio -o -H newc --quiet | gzip -1 > "$1.cpio.gz"', 'sh', tree])

test.before(async () => {
  work = await mkdtemp('/var/tmp/prelude-wwinit-')
  segment = await openSegment('wwinit', { n1: { macs: [mac], bonded: false } }, `${server}/24`)
  const image = await packStage('image', {
    'etc/os-release': 'PRETTY_NAME="Small Linux"\n',
    'etc/passwd': 'root:x:0:0:root:/root:/bin/sh\n',
    'etc/mkdisk/profiles.d/test': 'disk_config[1]="raid1:ext4:/system"\n',
    '.buildinfo': 'Image: small\nPlaybook: small.yml\n',
    'container_repo/ansible/small.yml': await script('wwinit.yml'),
    'warewulf/run-init': { text: await initOf('wwinit.guest.sh'), mode: 0o755 },
  })
  for (const directory of ['proc', 'sys', 'dev', 'run', 'tmp', 'root', 'var/log', 'sbin', 'usr'])
    await mkdir(join(image, directory), { recursive: true })
  await installBusybox(image)
  await pack(image)
  await pack(await packStage('system', { 'etc/hostname': 'n1\n' }))
  await writeFiles(work, {
    'secrets/secrets.yml': { text: 'canary: CANARY-of-the-test\n', mode: 0o400 },
    'stages.cjs': stages,
  })
  await serveNfs(segment.start, join(work, 'secrets'), work, '/warewulf/secrets')
  segment.serve([
    ...['dnsmasq', '--keep-in-foreground', '--log-facility=-', '--conf-file=/dev/null', '--pid-file='],
    ...['--user=root', '--interface=br0', '--bind-interfaces', '--no-ping', '--no-resolv', '--no-hosts'],
    ...['--dhcp-range=10.77.0.50,10.77.0.99,10m', `--dhcp-option=option:dns-server,${server}`],
    ...['--address=/server.test/10.77.0.9', `--dhcp-leasefile=${join(work, 'leases')}`],
  ])
  segment.serve([process.execPath, join(work, 'stages.cjs'), work])
  await segment.hears(/the stages are served/, 10_000)
})

test.after(async () => {
  await segment?.close()
  await rm(work, { recursive: true, force: true })
})

test(
  'preboot and mkdisk work in a root that another module made, and the secrets are gone',
  async () => {
    const args = [
      '--no-hostonly',
      '--no-compress',
      ...testTools,
      '--add',
      'network-legacy wwinit preboot mkdisk',
      '--omit',
      'systemd-networkd',
    ]
    const initramfs = await makeDracut(join(work, 'dracut'), args, [join(import.meta.dirname, '90wwinit')])
    const hooks = { 'usr/lib/dracut/hooks/pre-pivot/93-look.sh': await script('wwinit.hook.sh') }
    const disks = ['one', 'two'].map((name) => join(work, name))
    for (const disk of disks) {
      await writeFile(disk, '')
      await truncate(disk, 128 * 1024 ** 2)
    }
    const guest = await startGuest({
      initrds: [initramfs, await makeFurtherInitrd(hooks, work, 'hooks')],
      cards: segment.cards('n1'),
      disks,
      namespace: segment.namespace,
      memory: 2048,
      args: `root=wwinit wwinit.uri=http://${server}:9873/provision/${mac} init=/warewulf/run-init rd.neednet=1 net.ifnames=0 ifname=boot0:${mac} ip=boot0:dhcp`,
      timeout: 12 * 60_000,
    })
    const output = await guest.ended
    assertChecks(output, countChecks(await script('wwinit.guest.sh')))
    assert.not.match(output, /CANARY/)
  },
  15 * 60_000,
)

test.run()
