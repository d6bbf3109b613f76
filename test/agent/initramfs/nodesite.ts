import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { publishImage } from '../../../provisioner/image/publish.ts'
import { secretStore } from '../../../provisioner/secrets/store.ts'
import { openState } from '../../../provisioner/state.ts'
import { writeFiles } from '../../provisioner/fixture.ts'
import { installBusybox } from '../busybox.ts'
import type { Segment } from '../segment.ts'

// A site of two nodes with a bond each, and an image so small that its boot shows nothing but the boot itself: n01 fetches the
// image, n02 mounts its tree by NFS.

const repository = join(import.meta.dirname, '../../..')

const macs = { n01: ['52:54:00:10:00:01', '52:54:00:10:00:02'], n02: ['52:54:00:10:00:03', '52:54:00:10:00:04'] }

export type NodeName = keyof typeof macs

/** The nodes' places on a segment. */
export const places = { n01: { macs: macs.n01, bonded: true }, n02: { macs: macs.n02, bonded: true } }

const hosts = `all:
  vars:
    prelude_server: 10.77.0.1
    prelude_state: {{ state }}
    prelude_boot: {window: open}
  children:
    images:
      hosts: {tiny: {}}
    nodes:
      hosts:
        n01:
          node_networks: {eth0: {mac: "${macs.n01[0]}"}, eth1: {mac: "${macs.n01[1]}"}, bond0: {address: 10.77.1.1/16}}
        n02:
          node_root: {type: nfs, source: "10.77.0.1:{{ tree }}"}
          node_networks: {eth0: {mac: "${macs.n02[0]}"}, eth1: {mac: "${macs.n02[1]}"}, bond0: {address: 10.77.1.2/16}}
      vars:
        node_image: tiny
        node_kernel: {initramfs: minimal}
        node_networks:
          eth0: {boot: true}
          eth1: {}
          bond0: {type: bond, mode: 802.3ad, lacp_rate: fast, members: [eth0, eth1]}
        node_overlays: {system: [hostname]}{{ vars }}
`

const playbook = `- hosts: tiny
  connection: image
  tasks:
    - name: leave a mark
      mark: {dest: /preboot, owner: "{{ inventory_hostname }}"}
      tags: preboot
`

/** A module of the site's, in TypeScript: the agent runs it as `play` does. */
const mark = `import type { Host } from 'prelude'
type Parameters = { dest: string; owner: string }
export async function* run(host: Host, { dest, owner }: Parameters, { change }) {
  yield* change({ what: \`mark \${dest}\`, apply: () => host.write(dest, Buffer.from(\`of \${owner}\\n\`)) })
  return { dest }
}
`

/** The real init: says what it sees of the boot. It does not power off, as that would cut off what the console still has to show. */
const init = `#!/bin/sh
echo "uptime: $(cut -d ' ' -f 1 /proc/uptime) s"
echo "real init: pid $$, arguments: $*"
cat /etc/hostname
echo "mounts: $(cut -d ' ' -f 2 /proc/mounts | sort | tr '\\n' ' ')"
echo "preboot: $(cat /preboot)"
left() { awk '/^Unevictable/ { print $2 }' /proc/meminfo; }
# switch_root removes the initramfs side by side with the real init
for round in $(seq 100); do [ "$(left)" -lt 1024 ] && break; sleep 0.1; done
echo "left in memory: $(left) KiB"
echo "root: $(ls / | tr '\\n' ' ')"
echo "boot log: $(stat -c %a /run/prelude/boot.log)"
cat /proc/net/bonding/bond0 /proc/modules
echo 'end of the guest'
sleep 1000
`

export type NodeSite = {
  /** Stores a secret of the site; nodes whose `node_secrets` names it get it. */
  secret(name: string, content: string): Promise<void>
  /** Directory of the image's tree. */
  readonly tree: string
  /** Lets a node's boot begin and returns its further initrd, as the boot script loads it. */
  begin(node: NodeName): Promise<string>
}

const makeTree = async (tree: string, kernel: string): Promise<void> => {
  await writeFiles(tree, {
    'etc/os-release': 'PRETTY_NAME="Tiny Linux"\n',
    'etc/passwd': 'root:x:0:0:root:/root:/bin/sh\n',
    'sbin/init': { text: init, mode: 0o755 },
    [`boot/vmlinuz-${kernel}`]: 'loaded by the machine itself\n',
    [`boot/initramfs-minimal-${kernel}.img`]: 'loaded by the machine itself\n',
  })
  for (const directory of ['tmp', 'var/log', 'root']) await mkdir(join(tree, directory), { recursive: true })
  await installBusybox(tree)
}

export type SiteParts = {
  /** What the node runs at its boot. */
  readonly plays?: string
  /** Further variables of the node, as lines of its inventory. */
  readonly vars?: string
}

/** Publishes the image and serves the site on a segment. */
export const openNodeSite = async (
  work: string,
  segment: Segment,
  kernel: string,
  { plays = playbook, vars = '' }: SiteParts = {},
): Promise<NodeSite> => {
  const [state, tree] = [join(work, 'state'), join(work, 'image')]
  await writeFiles(join(work, 'site'), {
    'inventory/hosts.yml': hosts.replace('{{ state }}', state).replace('{{ tree }}', tree).replace('{{ vars }}', vars),
    'playbooks/tiny.yml': plays,
    'playbooks/library/mark.ts': mark,
  })
  await makeTree(tree, kernel)
  const opened = await openState(state)
  await publishImage(opened, { tree, name: 'tiny', playbook: 'playbooks/tiny.yml' })
  opened.close()
  segment.serve([
    join(repository, 'scripts/launch'),
    ...['provision', 'serve', '-i', join(work, 'site/inventory'), '--dhcp', 'none'],
  ])
  await segment.hears(/ready: http/, 30_000)
  let boots = 0
  return {
    tree,
    secret: (name, content) => secretStore(state).set({ name, scope: { kind: 'site' } }, Buffer.from(content)),
    async begin(node) {
      const server = 'http://10.77.0.1:9873'
      const script = await segment.run(['curl', '-sSf', `${server}/boot/ipxe?mac=${macs[node][0]}`])
      const url = /\S+\/boot\/initrd\/\S+/.exec(script)?.[0]
      if (url === undefined) throw new Error(`the boot script names no initrd:\n${script}`)
      const file = join(work, `boot-${++boots}.initrd`)
      await segment.run(['curl', '-sSf', '-o', file, url])
      return file
    },
  }
}

/** What the console of a node does not show although its boot went well, as a pattern; undefined when it shows everything. */
export const missingOf = (node: NodeName, output: string): RegExp | undefined =>
  [
    /real init: pid 1, arguments: single\n/,
    new RegExp(`^${node}$`, 'm'),
    /^mounts: \/ \/dev \/dev\/pts \/dev\/shm \/proc \/run .*\/sys $/m,
    new RegExp(`^preboot: of ${node}$`, 'm'),
    /^root: bin boot dev etc preboot proc root run sbin sys tmp var $/m,
    /^boot log: 600$/m,
    /^\s*Number of ports: 2$/m,
    ...['virtio_net', 'bonding', 'overlay', 'softdog'].map((name) => new RegExp(`^${name} `, 'm')),
    /drivers: .*virtio_net/,
  ].find((pattern) => !pattern.test(output))
