import { randomBytes } from 'node:crypto'
import { chmod, cp, link, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { tool } from '../../engine/process.ts'
import type { BootManifest } from '../../schema/types.ts'
import { writeFiles } from '../provisioner/fixture.ts'
import { suite } from '../suite.ts'
import { assertChecks, busyboxInit } from './checks.ts'
import { fetchManifest } from './firmware.ts'
import { startGuest } from './guest.ts'
import { makeFurtherInitrd, makeInitrd } from './initrd.ts'
import { serveNfs } from './nfsserver.ts'
import { openSegment } from './segment.ts'

const test = suite('agent roots')
const root = join(import.meta.dirname, '..', '..')
const address = '10.77.0.1'

/** A capability as the kernel keeps it: cap_net_raw+ep. */
const capability = '0x0100000200200000000000000000000000000000'

/** An init that looks at the root after the switch, without any network service. */
const init = `#!/bin/sh
PATH=/bin
same() { if [ "$2" = "$3" ]; then echo "ok $1"; else echo "not ok $1: $2"; fi; }
same 'after the switch: the root still reads' "$(busybox sha256sum < /usr/share/content | busybox cut -d ' ' -f 1)" "$(busybox cat /sum)"
echo x > /etc/x
same 'after the switch: it still writes' "$(busybox cat /etc/x)" x
same 'after the switch: the NFS mount is there' "$(busybox grep -c ' nfs4 ' /proc/mounts)" 1
echo 'end of the guest'
busybox poweroff -f
`

/** The tree of a small system, with what is easily lost: links, capabilities, holes, whiteouts. */
const makeTree = async (tree: string): Promise<string> => {
  for (const directory of ['bin', 'sbin', 'etc', 'boot', 'proc', 'sys', 'dev', 'run', 'tmp', 'usr/bin', 'usr/share'])
    await mkdir(join(tree, directory), { recursive: true })
  await cp('/bin/busybox', join(tree, 'bin/busybox'))
  await symlink('busybox', join(tree, 'bin/sh'))
  const content = randomBytes(6 << 20)
  await writeFile(join(tree, 'usr/share/content'), content)
  await link(join(tree, 'usr/share/content'), join(tree, 'usr/share/linked'))
  await writeFile(join(tree, 'usr/share/doomed'), 'x')
  await tool('mknod', [join(tree, 'usr/share/whiteout'), 'c', '0', '0'])
  await writeFile(join(tree, 'usr/bin/ping'), 'x')
  await tool('setfattr', ['-n', 'security.capability', '-v', capability, join(tree, 'usr/bin/ping')])
  await writeFiles(tree, {
    'etc/os-release': 'PRETTY_NAME="Small Linux 1"\n',
    'boot/vmlinuz-1': 'kernel',
    'boot/initrd.img-1': 'initramfs',
    'sbin/init': init,
  })
  await chmod(join(tree, 'sbin/init'), 0o755)
  const [sum = ''] = (await tool('sha256sum', [join(tree, 'usr/share/content')])).split(' ')
  await writeFile(join(tree, 'sum'), sum)
  return sum
}

const macOf = (node: number, card = 1) => `02:00:00:00:0${node}:0${card}`
const nodes = ['sq', 'er', 'tm', 'n3', 'n4'] as const

const inventory = (tree: string): string => {
  const plain = (name: string, node: number, more: string) =>
    `    ${name}: {node_networks: {lan${node}: {mac: "${macOf(node)}", boot: true, address: 10.77.0.1${node}/24}}, ${more}}`
  const bond = `{lan5: {mac: "${macOf(5)}", boot: true}, lan6: {mac: "${macOf(5, 2)}"}, bond0: {type: bond, members: [lan5, lan6], mode: 802.3ad, lacp_rate: fast, address: 10.77.0.15/24}}`
  return `all:
  vars: {prelude_server: ${address}}
  hosts:
${plain('sq', 1, `node_image: sq, prelude_servers: ["http://${address}:9999"]`)}
${plain('er', 2, 'node_image: er')}
${plain('tm', 3, 'node_image: sq, node_root: {type: tmpfs}')}
${plain('n3', 4, `node_image: sq, node_root: {type: nfs, source: "${address}:${tree}", version: 3, writable: true}`)}
    n4: {node_image: sq, node_root: {type: nfs, source: "${address}:${tree}"}, node_networks: ${bond}}
  children: {images: {hosts: {image: {}}}}
`
}

/** A server that sends half of what it is asked for, and ends. */
const dying = `
const http = require('node:http'), fs = require('node:fs')
const [, , blobs] = process.argv
http.createServer((request, response) => {
  const hex = request.url.replace('/blobs/sha256:', '')
  const content = fs.readFileSync(blobs + '/sha256/' + hex.slice(0, 2) + '/' + hex)
  response.writeHead(200, { 'content-length': content.length })
  response.write(content.subarray(0, content.length >> 1), () => response.socket.end(() => process.exit()))
}).listen(9999, '${address}', () => console.log('the dying server listens'))
`

test(
  'images of two formats, unpacked, NFS 3 and 4: each is a root, and what must not be one is none',
  async () => {
    await tool(join(root, 'scripts/launch'), ['agent', '--version'])
    const work = await mkdtemp('/var/tmp/prelude-root-')
    const macs = (node: number) => ({ macs: [macOf(node)], bonded: false })
    const plain = { sq: macs(1), er: macs(2), tm: macs(3), n3: macs(4) }
    const segment = await openSegment('root', { ...plain, n4: { macs: [macOf(5), macOf(5, 2)], bonded: true } })
    try {
      const [tree, state] = [join(work, 'tree'), join(work, 'state')]
      const sum = await makeTree(tree)
      await writeFiles(work, {
        'inventory/hosts.yml': inventory(tree),
        'playbooks/small.yml': '- hosts: image\n  tasks: [{name: build, command: echo build, tags: build}]\n',
        'dying.cjs': dying,
      })
      const provision = (...args: string[]) => tool(join(root, 'bin/provision'), [...args, '--state', state])
      const keys = await provision('image', 'key')
      const built = new Date().toISOString()
      for (const [name, format] of [
        ['sq', 'squashfs'],
        ['er', 'erofs'],
      ] as const)
        await provision(
          'image',
          'publish',
          tree,
          '--name',
          name,
          '--playbook',
          'playbooks/small.yml',
          '--format',
          format,
        )
      await serveNfs(segment, tree, work)
      segment.serve([process.execPath, join(work, 'dying.cjs'), join(state, 'blobs')])
      await segment.hears(/the dying server listens/, 10_000)
      segment.serve([join(root, 'bin/provision'), 'serve', '-i', join(work, 'inventory'), '--state', state])
      await segment.hears(/serving 5 nodes/, 30_000)

      // each boot spends a token of its own
      const manifest = (node: (typeof nodes)[number]) =>
        fetchManifest(segment, `http://${address}:9873`, macOf(nodes.indexOf(node) + 1))
      const [full, large, unsigned] = [await manifest('tm'), await manifest('tm'), await manifest('sq')]
      const foreign = await manifest('n3')
      const manifests: Record<string, BootManifest> = {
        full: { ...full, root: { type: 'tmpfs', size: '4m' } },
        large: { ...large, image: { ...large.image, unpacked: 1 << 30 }, root: { type: 'tmpfs', size: '4g' } },
        unsigned,
        foreign: { ...foreign, root: { ...foreign.root, nfs: { ...foreign.root.nfs!, path: '/elsewhere' } } },
      }
      delete full.image.unpacked
      delete unsigned.image.signed
      for (const name of nodes) manifests[name] = await manifest(name)
      const files = Object.entries(manifests).map(([name, told]) => [`/manifests/${name}.json`, JSON.stringify(told)])
      const programs = ['busybox', 'ip', 'modprobe', 'mount', 'umount', 'losetup', 'unsquashfs', 'cp', 'getfattr']
      const modules = [
        'virtio_pci',
        'virtio_net',
        'bonding',
        'loop',
        'squashfs',
        'erofs',
        'overlay',
        'nfs',
        'nfsv3',
        'nfsv4',
      ]
      const script = await readFile(join(import.meta.dirname, 'root.guest.sh'), 'utf8')
      const initrd = await makeInitrd({ programs, modules, files: { '/init': await busyboxInit(script) } }, work)
      const trust = '/usr/lib/prelude/trust'
      const further = await makeFurtherInitrd(
        {
          ...Object.fromEntries(files),
          '/sum': sum,
          '/capability': capability,
          [`${trust}/site.pub`]: keys,
          [`${trust}/built`]: built,
          [`${trust}/nfs`]: `${address}:${tree}`,
        },
        work,
        'further',
      )
      const guest = await startGuest({
        initrds: [initrd, further],
        cards: Object.keys({ ...plain, n4: 0 }).flatMap((node) => segment.cards(node)),
        namespace: segment.namespace,
        memory: 1024,
        timeout: 8 * 60_000,
      })
      const output = await guest.ended
      const layered = script.match(/^layered /gm)!.length
      const expected = script.match(/^check '/gm)!.length + layered * script.match(/^ {4}check "/gm)!.length
      assertChecks(output, expected + init.match(/^same '/gm)!.length)
      assert.is(await readFile(join(tree, 'etc/written'), 'utf8'), 'written\n')
    } finally {
      await segment.close()
      await rm(work, { recursive: true, force: true })
    }
  },
  10 * 60_000,
)

test.run()
