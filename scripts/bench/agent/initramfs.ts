// From the start of the kernel to the real init, with dracut's initramfs and with the minimal one: of the same tree, with the same
// kernel and agent, in the same machine (QEMU, TCG), over the same bond to the same image. Runs in a mount namespace of its own.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildInitramfs } from '../../../provisioner/initramfs/build.ts'
import { startGuest } from '../../../test/agent/guest.ts'
import { openNodeSite, places } from '../../../test/agent/initramfs/nodesite.ts'
import { debianKernel } from '../../../test/agent/kernel.ts'
import { openSegment } from '../../../test/agent/segment.ts'
import { median, table } from './figures.ts'
import { enterMountNamespace } from './namespace.ts'

const top = join(import.meta.dirname, '..', '..', '..')
const rounds = Number(process.env['BENCH_ROUNDS'] ?? 3)

enterMountNamespace(import.meta.filename)

/** The build tree of the demo's image; a play makes it where it is not there, which takes some minutes. */
const demoTree = (): string => {
  const [state, own] = ['/var/lib/prelude/demo', join(top, 'dist/.bench')]
  const tree = [state, own].map((at) => join(at, 'build/debian-12-compute')).find((at) => existsSync(join(at, 'boot')))
  if (tree !== undefined) return tree
  console.log('building the image of the demo ...')
  execFileSync(join(top, 'bin/play'), ['playbooks/debian-12-compute.yml', '-i', 'inventory/demo'], {
    cwd: top,
    env: { ...process.env, PRELUDE_STATE: own },
    stdio: 'ignore',
  })
  return join(own, 'build/debian-12-compute')
}

/**
 * Lays the agent and its dracut modules of now over a tree, without what it trusts (the image is signed by nobody), and makes
 * dracut's initramfs there as the role dracut does, only packed faster: unpacking takes the kernel as long.
 */
const prepare = `
  tree=$1 work=$2 top=$3 kernel=$4
  mkdir -p "$work/upper" "$work/work" "$work/root"
  mount -t overlay -o "lowerdir=$tree,upperdir=$work/upper,workdir=$work/work" root "$work/root"
  cd "$work/root"
  mount -t proc proc proc
  mount -t sysfs sys sys
  mount --rbind /dev dev
  mount -t tmpfs tmp tmp
  rm -rf usr/lib/prelude/trust usr/lib/dracut/modules.d/50prelude
  cp "$top/dist/prelude-agent" usr/lib/prelude/prelude-agent
  cp -r "$top/agent/dracut/50prelude" usr/lib/dracut/modules.d/
  chroot . dracut --force --no-hostonly --compress 'zstd -3 -q -T0' --add prelude --kver "$kernel" /boot/bench.img`

const work = mkdtempSync(join(tmpdir(), 'prelude-bench-'))
const { version } = await debianKernel()
const segment = await openSegment('bench', places, '10.77.0.1/16')
try {
  const root = join(work, 'root')
  const arguments_ = ['-euo', 'pipefail', '-c', prepare, 'bash', demoTree(), work, top, version]
  execFileSync('bash', arguments_, { stdio: ['ignore', 'ignore', 'ignore'] })
  const made = await buildInitramfs({ root, kernel: version, level: 3 })
  writeFileSync(join(work, 'minimal.img'), made.archive)
  const plays = '- hosts: tiny\n  connection: image\n  gather_facts: false\n  tasks: []\n'
  const site = await openNodeSite(work, segment, version, { plays })

  /** Seconds from the kernel's start to the real init, and milliseconds of the agent in them. */
  const boot = async (initramfs: string): Promise<{ whole: number; agent: number }> => {
    const guest = await startGuest({
      initrds: [initramfs, await site.begin('n01')],
      cards: segment.cards('n01'),
      namespace: segment.namespace,
      args: 'root=prelude rd.shell=0',
      memory: 2048,
      timeout: 300_000,
    })
    const [, uptime] = await guest.shows(/^uptime: ([\d.]+) s$/m, 300_000)
    await guest.kill()
    const output = await guest.ended
    const ready = /is ready for its root after (\d+) ms/.exec(output)?.[1]
    return { whole: Number(uptime), agent: Number(ready) / 1000 }
  }

  const ways = [
    { name: 'dracut', file: join(root, 'boot/bench.img'), boots: [] as { whole: number; agent: number }[] },
    { name: 'minimal', file: join(work, 'minimal.img'), boots: [] as { whole: number; agent: number }[] },
  ]
  for (let round = 0; round < rounds; round++) for (const way of ways) way.boots.push(await boot(way.file))
  const figures = ways.map(({ name, file, boots }) => {
    const of = (key: 'whole' | 'agent') => median(boots.map((each) => each[key]))
    const size = Number(execFileSync('stat', ['-c', '%s', file]).toString()) / 1024 ** 2
    return { name, size, whole: of('whole'), agent: of('agent') }
  })
  const ratio = figures[1]!.whole / figures[0]!.whole
  const rows = figures.map(({ name, size, whole, agent }) => [
    name,
    `${size.toFixed(1)} MiB`,
    `${agent.toFixed(1)} s`,
    `${whole.toFixed(1)} s`,
  ])
  console.log(table(['initramfs', 'size', 'agent', 'kernel to real init'], rows))
  console.log(`minimal / dracut: ${ratio.toFixed(2)}   budget 0.50   ${ratio <= 0.5 ? 'ok' : 'OVER'}`)
  process.exitCode = ratio <= 0.5 ? 0 : 1
} finally {
  await segment.close()
  spawnSync('umount', ['-R', join(work, 'root')])
  rmSync(work, { recursive: true, force: true })
}
