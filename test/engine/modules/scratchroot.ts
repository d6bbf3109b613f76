import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { channelOf } from '../../../engine/connections/childchannel.ts'
import { connectionOver } from '../../../engine/connections/connect.ts'
import type { Connection } from '../../../engine/connections/connection.ts'

/**
 * This machine's own root, writable and thrown away: an overlay on a tmpfs in a mount and UTS namespace that vanishes
 * with the process that holds it. What modules do in it to users, packages or mounts never reaches the machine.
 */
export type ScratchRoot = {
  readonly connection: Connection
  /** Runs a shell command in it, which must succeed; returns what it printed. */
  readonly run: (command: string) => string
  /** All that differs from the machine's root, as text: a line for each file. */
  readonly snapshot: () => string[]
  readonly close: () => Promise<void>
}

const setUp = `
set -e
mount -t tmpfs -o mode=0755 scratch "$1"
mkdir "$1/upper" "$1/work" "$1/root"
mount -t overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" overlay "$1/root"
mount --rbind /dev "$1/root/dev"
mount -t tmpfs tmp "$1/root/tmp"
mount -t tmpfs run "$1/root/run"
mount -t proc proc "$1/root/proc" 2>/dev/null || mount --rbind /proc "$1/root/proc"
mount --rbind /sys "$1/root/sys"
echo "ready $$"
read -r _ || true`

const ready = async (holder: ChildProcessWithoutNullStreams): Promise<string> => {
  let said = ''
  holder.stderr.on('data', (data: Buffer) => {
    said += data
  })
  for await (const line of createInterface(holder.stdout)) {
    const [, pid] = /^ready (\d+)$/.exec(line) ?? []
    if (pid) return pid
  }
  throw new Error(`cannot make a scratch root: ${said}`)
}

export const openScratchRoot = async (): Promise<ScratchRoot> => {
  const base = mkdtempSync(join(tmpdir(), 'prelude-scratch-'))
  const holder = spawn('unshare', ['--mount', '--uts', 'sh', '-c', setUp, 'sh', base])
  const ended = new Promise((resolve) => holder.once('close', resolve))
  // Where PIDs are those of this machine, the holder's shell is the child itself.
  const pid = await ready(holder)
  const enter = ['--target', pid, '--mount', '--uts', '--']
  const shell = (root: string, command: string) => [...enter, 'chroot', root, '/bin/sh', '-c', command]
  const inside = join(base, 'root')
  const environment = {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: '/root',
    LANG: 'C.UTF-8',
  }
  const connection = connectionOver({
    kind: 'scratch',
    name: 'scratch',
    spawn: async (command) =>
      channelOf(spawn('nsenter', shell(inside, command.text), { detached: true, env: environment })),
    close: async () => {},
  })
  return {
    connection,
    run: (command) =>
      execFileSync('nsenter', shell(inside, `set -e; ${command}`), {
        env: environment,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    snapshot: () =>
      execFileSync(
        'nsenter',
        // Caches of programs that only look are no change.
        [
          ...enter,
          'sh',
          '-c',
          `cd "$1/upper" && find . -path ./var/cache -prune -o -printf '%p %M %U %G %s %l %T@\\n'`,
          'sh',
          base,
        ],
        { encoding: 'utf8' },
      )
        .split('\n')
        .filter((line) => !/^\.\/?(tmp|root|var)? d/.test(line))
        .sort(),
    close: async () => {
      await connection.close()
      holder.stdin.end()
      await ended
      rmdirSync(base)
    },
  }
}
