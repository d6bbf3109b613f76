import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { channelOf } from '../../../engine/connections/childchannel.ts'
import { connectionOver } from '../../../engine/connections/connect.ts'
import type { Connection } from '../../../engine/connections/connection.ts'
import { packageLayer } from './packagelayer.ts'

/**
 * This machine's own root, writable and thrown away: an overlay on a tmpfs in namespaces that vanish with the process
 * that holds them. What modules do in it to users, packages, services or mounts never reaches the machine.
 */
export type ScratchRoot = {
  readonly connection: Connection
  /** Runs a shell command in it, which must succeed; returns what it printed. */
  readonly run: (command: string) => string
  /** All that differs from the machine's root, as text: a line for each file. */
  readonly snapshot: () => string[]
  /** The same as a tar archive; what is gone is a character device there, as overlays have it. */
  readonly archive: () => Buffer
  /** The command and arguments before a program that is to run in it. */
  readonly enter: readonly string[]
  readonly close: () => Promise<void>
}

export type ScratchOptions = {
  /** A real systemd runs in it, with no unit started but what its tests start; else no init runs. */
  readonly systemd?: boolean
  /** It has a network of its own, with no interface but its loopback. */
  readonly hasNetwork?: boolean
  /** Debian packages that it has beyond the machine's, unpacked and not configured. */
  readonly packages?: readonly string[]
}

// $1 is the directory to build in, $2 what runs as process 1, $3 a layer of packages, if any.
const setUp = `
set -e
mount -t tmpfs -o mode=0755 scratch "$1"
mkdir "$1/upper" "$1/work" "$1/root"
lower=/
# A copy: one layer may not lie within another.
[ -z "$3" ] || { cp -a "$3" "$1/packages"; lower=$1/packages:/; }
mount -t overlay -o "lowerdir=$lower,upperdir=$1/upper,workdir=$1/work" overlay "$1/root"
root=$1/root
mount -t tmpfs tmp "$root/tmp"
mount -t tmpfs -o mode=0755 run "$root/run"
mount -t proc proc "$root/proc"
# Read-only: nothing in it may act on the machine's devices.
mount -t sysfs -o ro sysfs "$root/sys"
mount -t tmpfs -o mode=0755 cgroup "$root/sys/fs/cgroup"
mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
mount -t tmpfs -o mode=0755 dev "$root/dev"
for device in null zero full random urandom tty; do
  : >"$root/dev/$device"
  mount --bind "/dev/$device" "$root/dev/$device"
done
mkdir "$root/dev/shm" "$root/dev/pts"
ln -s /proc/self/fd "$root/dev/fd"
: >"$root/etc/fstab"
echo ready
[ "$2" = systemd ] || exec sleep infinity
printf '[Unit]\\nDefaultDependencies=no\\n' >"$root/etc/systemd/system/scratch.target"
exec chroot "$root" env container=prelude /lib/systemd/systemd --log-target=null --unit=scratch.target`

/** The process of the shell in the new namespaces, as this machine numbers it. */
const isReady = async (holder: ChildProcessWithoutNullStreams): Promise<string> => {
  let said = ''
  holder.stderr.on('data', (data: Buffer) => {
    said += data
  })
  for await (const line of createInterface(holder.stdout)) {
    if (line === 'ready') return readFileSync(`/proc/${holder.pid}/task/${holder.pid}/children`, 'utf8').trim()
  }
  throw new Error(`cannot make a scratch root: ${said}`)
}

const cgroups = (): string | undefined => /^cgroup2 (\S+) cgroup2 /m.exec(readFileSync('/proc/mounts', 'utf8'))?.[1]

/** The environment of what runs in a scratch root. */
export const scratchEnvironment = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: '/root',
  LANG: 'C.UTF-8',
}

export const openScratchRoot = async ({
  systemd = false,
  hasNetwork = false,
  packages = [],
}: ScratchOptions = {}): Promise<ScratchRoot> => {
  const base = mkdtempSync(join(tmpdir(), 'prelude-scratch-'))
  // A control group of its own, which the namespace then takes for the root of all.
  const cgroup = join(cgroups() ?? '/sys/fs/cgroup', base.slice(base.lastIndexOf('/') + 1))
  const enterCgroup = `mkdir "$1" && echo $$ >"$1/cgroup.procs" && shift && exec "$@"`
  const network = hasNetwork ? ['--net'] : []
  // A test that is killed takes its namespaces with it.
  const unshare = [
    'setpriv',
    '--pdeathsig',
    'KILL',
    'unshare',
    '--mount',
    '--uts',
    '--ipc',
    '--pid',
    '--cgroup',
    '--fork',
    '--kill-child',
    ...network,
  ]
  const layer = packages.length > 0 ? await packageLayer(packages) : ''
  const init = ['sh', '-c', setUp, 'sh', base, systemd ? 'systemd' : 'none', layer]
  const holder = spawn('sh', ['-c', enterCgroup, 'sh', cgroup, ...unshare, ...init])
  const ended = new Promise((resolve) => holder.once('close', resolve))
  const pid = await isReady(holder)
  const enter = ['--target', pid, '--mount', '--uts', '--ipc', '--pid', '--cgroup', ...network, '--']
  const chroot = [...enter, 'chroot', join(base, 'root')]
  const shell = (command: string) => [...chroot, '/bin/sh', '-c', command]
  const connection = connectionOver({
    kind: 'scratch',
    name: 'scratch',
    shells: 4,
    spawn: async (command) =>
      channelOf(spawn('nsenter', shell(command.text), { detached: true, env: scratchEnvironment })),
    close: async () => {},
  })
  const inside = (command: string[]) =>
    execFileSync('nsenter', command, { env: scratchEnvironment, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  const root: ScratchRoot = {
    connection,
    enter: ['nsenter', ...chroot],
    archive: () =>
      execFileSync('nsenter', [...enter, 'tar', '-C', join(base, 'upper'), '--exclude=./var/cache', '-cf', '-', '.'], {
        maxBuffer: 2 ** 28,
      }),
    run: (command) => inside(shell(`set -e; ${command}`)),
    snapshot: () =>
      // Caches of programs that only look are no change.
      inside([
        ...enter,
        'sh',
        '-c',
        `cd "$1/upper" && find . -path ./var/cache -prune -o -printf '%p %M %U %G %s %l %T@\\n'`,
        'sh',
        base,
      ])
        .split('\n')
        .filter((line) => !/^\.\/?(tmp|root|var)? d/.test(line))
        .sort(),
    async close() {
      await connection.close()
      holder.kill('SIGKILL')
      await ended
      rmdirSync(base)
      for (let tries = 0; ; tries++) {
        try {
          execFileSync('find', [cgroup, '-depth', '-type', 'd', '-exec', 'rmdir', '{}', '+'], { stdio: 'ignore' })
          return
        } catch (thrown) {
          // Its processes are still ending, which takes a while on a busy machine.
          if (tries > 500) throw thrown
          await sleep(20)
        }
      }
    },
  }
  if (systemd) await started(root)
  return root
}

/** Waits until systemctl has somebody to talk to. */
const started = async ({ run }: ScratchRoot): Promise<void> => {
  for (let tries = 0; tries < 200; tries++) {
    if (run('systemctl is-system-running || true').trim() === 'running') return
    await sleep(25)
  }
  throw new Error('the systemd of a scratch root did not start')
}
