import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { verbatim } from '../../../engine/command.ts'
import type { Connection } from '../../../engine/connections/connection.ts'
import { openSsh } from '../../../engine/connections/ssh.ts'
import { type Machine, type RunningGuest, startGuest } from '../../agent/guest.ts'
import { makeInitrd } from '../../agent/initrd.ts'
import { debianKernel } from '../../agent/kernel.ts'
import { packageLayer } from './packagelayer.ts'

/**
 * This machine's own root with a kernel of its own, in a virtual machine: for what needs the kernel's device mapper,
 * arrays, swap or firewall. The root is read-only underneath; what is written to it is gone with the guest. Reached by ssh.
 */
export type GuestRoot = {
  readonly connection: Connection
  /** Logs in once more. */
  readonly connect: () => Promise<Connection>
  /** The variables of an inventory's host by which `play` reaches it. */
  readonly variables: string
  /** Pulls the cable of its only card, or plugs it in. */
  readonly cable: (state: 'plugged' | 'pulled') => Promise<unknown>
  /** Runs a shell command in it, which must succeed; returns what it printed. */
  readonly run: (command: string) => Promise<string>
  readonly close: () => Promise<void>
}

// The initramfs only finds the root. $WORK is the directory with keys and the next script, seen through the shared root.
const init = `#!/usr/bin/busybox sh
/usr/bin/busybox --install -s /usr/bin
mount -t proc proc /proc
mount -t devtmpfs dev /dev
for module in virtio_pci virtio_net 9pnet_virtio 9p overlay nvme dm-mod; do modprobe $module; done
mkdir /lower /rw /root.d
mount -t 9p -o ro,trans=virtio,version=9p2000.L,msize=262144,cache=loose root /lower || poweroff -f
mount -t tmpfs rw /rw
mkdir /rw/upper /rw/work /packages
lower=/lower
mount -t 9p -o ro,trans=virtio,version=9p2000.L,msize=262144,cache=loose packages /packages 2>/dev/null && lower=/packages:/lower
mount -t overlay -o lowerdir=$lower,upperdir=/rw/upper,workdir=/rw/work overlay /root.d || poweroff -f
umount /proc
mount --move /dev /root.d/dev
exec switch_root /root.d /bin/sh $WORK/start
`

// $TREE is the directory with the guest's kernel modules.
const start = `
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
exec >/dev/console 2>&1
mount -t proc proc /proc
mount -t sysfs sys /sys
for place in run tmp mnt; do mount -t tmpfs $place /$place; done
mkdir -p /dev/pts /run/sshd /run/lock /lib/modules
mount -t devpts devpts /dev/pts
mount --bind $TREE/lib/modules /lib/modules
: >/etc/fstab
# what an admin has there may take seconds at each login
: >/root/.bashrc
ln -sf /proc/mounts /etc/mtab
ip link set lo up; ip link set eth0 up; ip addr add 10.0.2.15/24 dev eth0
/lib/systemd/systemd-udevd --daemon
udevadm trigger --subsystem-match=block
echo the guest is ready
# No PAM, no names: a login costs what it must.
/usr/sbin/sshd -D -f $WORK/sshd_config
echo o >/proc/sysrq-trigger
`

const freePort = async (): Promise<number> => {
  const server = createServer()
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo
  await new Promise((closed) => server.close(closed))
  return port
}

/**
 * A machine that comes up again whenever it restarts, as a process of its own: one that QEMU resets may crawl afterwards, when
 * the host is busy.
 */
const openMachine = async (machine: Machine): Promise<{ guest: () => RunningGuest; close: () => Promise<void> }> => {
  let guest = await startGuest(machine)
  let isOn = true
  const keepOn = async () => {
    for (await guest.ended; isOn; await guest.ended) {
      guest = await startGuest(machine)
      if (!isOn) await guest.kill()
    }
  }
  const over = keepOn()
  over.catch(() => {}) // who closes it sees it
  return {
    guest: () => guest,
    async close() {
      isOn = false
      await guest.kill()
      await over
    },
  }
}

export type GuestRootOptions = {
  /** Debian packages that it has beyond the machine's. */
  readonly packages?: readonly string[]
  /** Further kernel arguments. */
  readonly args?: string
}

/** Shares a directory, under a name. */
const shared = (name: string, path: string): string[] => [
  ...['-fsdev', `local,id=${name},path=${path},security_model=none,readonly=on,multidevs=remap`],
  ...['-device', `virtio-9p-pci,fsdev=${name},mount_tag=${name}`],
]

/** Starts a guest with NVMe disks of the given sizes, in MiB. */
export const openGuestRoot = async (
  disks: readonly number[],
  { packages = [], args = '' }: GuestRootOptions = {},
): Promise<GuestRoot> => {
  const work = await mkdtemp('/var/tmp/prelude-guestroot-')
  const { tree } = await debianKernel()
  const files = disks.map((_, index) => join(work, `disk${index}`))
  for (const [index, size] of disks.entries()) {
    await writeFile(files[index]!, '')
    await truncate(files[index]!, size * 2 ** 20)
  }
  for (const key of ['host', 'admin']) {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(work, key)])
  }
  const settings = ['UsePAM no', 'StrictModes no', 'PermitRootLogin yes', 'UseDNS no', 'PidFile none']
  const keys = [`HostKey ${work}/host`, `AuthorizedKeysFile ${work}/admin.pub`]
  await writeFile(join(work, 'sshd_config'), `${[...settings, ...keys].join('\n')}\n`)
  await writeFile(join(work, 'start'), start.replaceAll('$TREE', tree).replaceAll('$WORK', work))
  const port = await freePort()
  const initrd = await makeInitrd(
    {
      programs: ['busybox', 'modprobe'],
      hasAgent: false,
      modules: ['virtio_pci', 'virtio_net', '9pnet_virtio', '9p', 'overlay', 'nvme', 'dm-mod'],
      files: { '/init': init.replaceAll('$WORK', work) },
    },
    work,
  )
  const machine = await openMachine({
    initrds: [initrd],
    disks: files,
    args,
    timeout: 20 * 60_000,
    qemu: [
      ...shared('root', '/'),
      ...(packages.length > 0 ? shared('packages', await packageLayer(packages)) : []),
      // nothing leads out of it but its one port
      ...['-netdev', `user,id=net0,restrict=on,hostfwd=tcp:127.0.0.1:${port}-10.0.2.15:22`],
      ...['-device', 'virtio-net-pci,netdev=net0,romfile='],
    ],
  })
  const close = async () => {
    await machine.close()
    await rm(work, { recursive: true, force: true })
  }
  try {
    await machine.guest().shows(/the guest is ready/, 5 * 60_000)
    const connect = () => reach(port, join(work, 'admin'))
    const connection = await connect()
    const run = async (command: string): Promise<string> => {
      const { code, stdout, stderr } = await connection.run(verbatim(`set -e; ${command}`))
      if (code !== 0) throw new Error(`${command} ended with ${code}: ${stderr}${stdout}`)
      return stdout.toString()
    }
    return {
      connection,
      connect,
      variables: Object.entries({
        host: '127.0.0.1',
        port,
        user: 'root',
        host_key_checking: false,
        ssh_private_key_file: join(work, 'admin'),
      })
        .map(([name, value]) => `ansible_${name}=${value}`)
        .join(' '),
      cable: (state) => machine.guest().cable(0, state),
      run,
      close: async () => {
        await close()
        await connection.close()
      },
    }
  } catch (thrown) {
    await close()
    throw thrown
  }
}

/** Logs in, again while sshd is still starting. */
const reach = async (port: number, privateKeyFile: string): Promise<Connection> => {
  for (let tries = 0; ; tries++) {
    try {
      return await openSsh({
        host: '127.0.0.1',
        port,
        user: 'root',
        privateKeyFile,
        hostKeyChecking: false,
        timeout: 60_000,
      })
    } catch (thrown) {
      if (tries >= 30) throw thrown
      await new Promise((resolve) => setTimeout(resolve, 1000))
    }
  }
}
