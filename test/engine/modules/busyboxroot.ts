import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { channelOf } from '../../../engine/connections/childchannel.ts'
import { connectionOver } from '../../../engine/connections/connect.ts'
import type { Connection } from '../../../engine/connections/connection.ts'

/** A root with busybox and nothing else, as a small Alpine has it. The directory for temporary files is the machine's own. */
export type BusyboxRoot = {
  readonly connection: Connection
  /** Where it stands on this machine. */
  readonly directory: string
  readonly close: () => Promise<void>
}

const files = {
  'etc/passwd':
    'root:x:0:0:root:/root:/bin/sh\ndaemon:x:1:1::/:/sbin/nologin\nnobody:x:65534:65534:nobody:/:/sbin/nologin\n',
  'etc/group': 'root:x:0:root\ndaemon:x:1:\ntty:x:5:\nusers:x:100:\nnogroup:x:65534:\n',
  'etc/shadow': 'root:*:19000:0:::::\n',
  'etc/os-release':
    'NAME="Alpine Linux"\nID=alpine\nVERSION_ID=3.18.4\nPRETTY_NAME="Alpine Linux v3.18"\nHOME_URL="https://alpinelinux.org/"\n',
  'etc/alpine-release': '3.18.4\n',
  'etc/hostname': 'bare\n',
}

// $1 is the root, $2 the directory for temporary files, $3 the command. All mounts end with the shell.
const enter = `set -e
mount --bind "$2" "$1$2"
mount -t proc proc "$1/proc"
mount -t sysfs -o ro sysfs "$1/sys"
mount -t tmpfs -o mode=0755 dev "$1/dev"
for device in null zero full random urandom tty; do
  : >"$1/dev/$device"
  mount --bind "/dev/$device" "$1/dev/$device"
done
ln -s /proc/self/fd "$1/dev/fd"
exec chroot "$1" /bin/sh -c "$3"`

const environment = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: '/root',
  LANG: 'C.UTF-8',
}

export const openBusyboxRoot = (): BusyboxRoot => {
  const directory = mkdtempSync(join(tmpdir(), 'prelude-busybox-'))
  chmodSync(directory, 0o755)
  for (const name of [
    'bin',
    'sbin',
    'usr/bin',
    'usr/sbin',
    'etc',
    'root',
    'var/tmp',
    'dev',
    'proc',
    'run',
    'sys',
    tmpdir(),
  ]) {
    mkdirSync(join(directory, name), { recursive: true })
  }
  copyFileSync('/bin/busybox', join(directory, 'bin/busybox'))
  execFileSync('chroot', [directory, '/bin/busybox', '--install', '-s'])
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text)
  const connection = connectionOver({
    kind: 'busybox',
    name: 'busybox',
    shells: 4,
    spawn: async (command) =>
      channelOf(
        spawn('unshare', ['--mount', 'sh', '-c', enter, 'sh', directory, tmpdir(), command.text], {
          detached: true,
          env: environment,
        }),
      ),
    close: async () => {},
  })
  return {
    connection,
    directory,
    async close() {
      await connection.close()
      rmSync(directory, { recursive: true })
    },
  }
}
