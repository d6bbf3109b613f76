import { createHash } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { ensureRoot } from '../../engine/connections/bootstrap.ts'

/** What a small Debian needs to make an initramfs and to be booted as a root. */
const packages = [
  ...['systemd-sysv', 'dbus', 'udev', 'procps', 'util-linux', 'iproute2', 'iputils-ping', 'kmod', 'strace', 'busybox'],
  ...['dracut', 'dracut-core', 'dracut-network', 'isc-dhcp-client', 'iputils-arping', 'nfs-common'],
  ...['binutils', 'elfutils', 'zstd', 'mdadm', 'e2fsprogs', 'xfsprogs', 'dosfstools'],
]

/** Kept between runs, as it takes minutes; made anew for another list. */
const cache = '/var/tmp/prelude-test-cache'

/** A Debian tree with dracut; never changed after it was made. */
export const dracutTree = async (): Promise<string> => {
  const bootstrap = { method: 'mmdebstrap', from: 'bookworm', packages }
  const key = createHash('sha256').update(JSON.stringify(bootstrap)).digest('hex').slice(0, 16)
  await mkdir(cache, { recursive: true })
  const root = join(cache, `dracut-${key}`)
  await ensureRoot(root, bootstrap)
  return root
}
