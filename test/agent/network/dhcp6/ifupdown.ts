import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { tool } from '../../../../engine/process.ts'
import { renderOverlay } from '../../../../provisioner/overlay/render.ts'
import { openState } from '../../../../provisioner/state.ts'
import { packageLayer } from '../../../engine/modules/packagelayer.ts'
import { openTestSite, writeFiles } from '../../../provisioner/fixture.ts'

/** The /etc/network/interfaces of a node that asks for an address of the server's family over its card bond0. */
const interfacesOf = async (directory: string, mac: string, server: string): Promise<string> => {
  await writeFiles(directory, {
    'inventory/hosts.yml': `all:
  vars: {prelude_server: "${server}", node_image: compute}
  hosts: {n1: {node_networks: {bond0: {mac: "${mac}", boot: true}}}}
`,
  })
  const state = await openState(join(directory, 'state'))
  try {
    const site = await openTestSite(join(directory, 'inventory'))
    const entries = await renderOverlay(site, state, site.nodes.get('n1')!, 'network_ifupdown')
    return String(entries.find(({ path }) => path === 'etc/network/interfaces')?.content)
  } finally {
    state.close()
  }
}

// $1 is a directory to build in, $2 the layer of packages; the input has the interfaces. All that it starts ends with the shell.
const takeOver = `set -e
mount -t tmpfs -o mode=0755 scratch "$1"
mkdir "$1/upper" "$1/work" "$1/root"
cp -a "$2" "$1/packages"
mount -t overlay -o "lowerdir=$1/packages:/,upperdir=$1/upper,workdir=$1/work" overlay "$1/root"
for place in run tmp; do mount -t tmpfs $place "$1/root/$place"; done
mount -t proc proc "$1/root/proc"
mount --rbind /dev "$1/root/dev"
cat >"$1/root/etc/network/interfaces"
ip monitor address >"$1/monitor" & monitor=$!
chroot "$1/root" ifup -a >&2
leases=$1/root/var/lib/dhcp/dhclient6.bond0.leases
if ip -6 -o address show dev bond0 scope global | grep -q /128; then
  until grep -qs '^ *iaaddr .*{' "$leases"; do sleep 0.1; done
fi
ip -o address show dev bond0 scope global
kill $monitor
grep ^Deleted "$1/monitor" || true
cat "$leases" 2>/dev/null || true`

/**
 * Lets ifupdown of Debian, with dhclient, take over the card bond0 of a network namespace, where it goes on as long as this
 * takes. Returns the card's addresses, those that were deleted meanwhile, and the leases of dhclient.
 */
export const ifupdown = async (namespace: string, mac: string, server: string): Promise<string> => {
  const layer = await packageLayer(['ifupdown', 'isc-dhcp-client'])
  const directory = await mkdtemp(join(tmpdir(), 'prelude-ifupdown-'))
  try {
    const args = ['unshare', '--mount', '--pid', '--fork', '--kill-child', 'sh', '-c', takeOver, 'sh']
    const stdin = await interfacesOf(directory, mac, server)
    return await tool('ip', ['netns', 'exec', namespace, ...args, directory, layer], { stdin, timeout: 80_000 })
  } finally {
    await rm(directory, { recursive: true })
  }
}
