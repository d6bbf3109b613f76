// An image of 1.4 GiB on its way to a usable root, from a `provision serve` on this machine: the agent's stage `root` (size
// and digest checked while it arrives) beside a plain copy of the same squashfs with curl, and beside Warewulf's way, a
// cpio.gz that is unpacked while it arrives. A boot begins the stage while it waits for the network (BootStage.prepare): that
// is before the clock in the first line; in the second everything is on the clock, as it is for the peers. Runs in a mount
// namespace of its own. LINK, a rate as tc takes it (10gbit), gives the loopback a node's network, which the loopback alone
// outruns several times.
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { createReadStream, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { BootContext } from '../../../agent/context.ts'
import { root as rootStage } from '../../../agent/stages/root.ts'
import { createEvents } from '../../../agent/system/events.ts'
import { listMounts } from '../../../agent/system/mounts.ts'
import { createProvisioner } from '../../../agent/system/provisioner.ts'
import { noWatchdog } from '../../../agent/system/watchdog.ts'
import { silentLog } from '../../../engine/log.ts'
import { openState } from '../../../provisioner/state.ts'
import type { BootManifest } from '../../../schema/types.ts'
import { median, table } from './figures.ts'
import { enterMountNamespace } from './namespace.ts'
import { benchTree } from './tree.ts'

const top = join(import.meta.dirname, '..', '..', '..')
const rounds = Number(process.env['BENCH_ROUNDS'] ?? 3)

const link = process.env['LINK'] || undefined
enterMountNamespace(import.meta.filename, link !== undefined)
if (link !== undefined) {
  execFileSync('ip', ['link', 'set', 'lo', 'up'])
  execFileSync('tc', ['qdisc', 'add', 'dev', 'lo', 'root', 'tbf', 'rate', link, 'burst', '4mb', 'latency', '50ms'])
}

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** Bytes of memory that tmpfs and ramfs hold. */
const held = (): number => Number(/^Shmem:\s+(\d+)/m.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1]) * 1024

/** Seconds of a processor that a process has taken (its own and those of children that have ended), of /proc/PID/stat. */
const processor = (pid: number): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ') // from field 3 on
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks) / 100, 0)
}

const sh = (script: string, ...args: string[]): void => {
  execFileSync('bash', ['-euo', 'pipefail', '-c', script, 'bash', ...args], { stdio: ['ignore', 'ignore', 'inherit'] })
}

const work = mkdtempSync(join(tmpdir(), 'prelude-bench-'))
const tree = benchTree()
const state = await openState(join(work, 'state'))
const [image, archive] = [
  await state.blobs.put(createReadStream(tree.squashfs)),
  await state.blobs.put(createReadStream(tree.cpio)),
]
state.close()
writeFileSync(join(work, 'hosts'), 'localhost ansible_connection=local prelude_server=127.0.0.1\n')
const [http, https] = [await freePort(), await freePort()]
const ports = ['--http-port', String(http), '--https-port', String(https)]
const serve = ['serve', '-i', join(work, 'hosts'), '--state', join(work, 'state'), '--listen', '127.0.0.1', ...ports]
const server = spawn(join(top, 'bin/provision'), serve, { stdio: 'ignore' })
const base = `http://127.0.0.1:${http}`

/** What a boot gives the stage. */
const openContext = (): BootContext => {
  const servers: BootManifest['servers'] = [{ http: base, https: `https://127.0.0.1:${https}` }]
  const manifest: BootManifest = {
    version: 1,
    node: 'n01',
    boot: 'bench',
    token: '',
    servers,
    ca: '',
    image: { name: 'bench', digest: image.digest, size: image.size, format: 'squashfs' },
    root: { type: 'image' },
    network: [],
  }
  const log = silentLog
  const provisioner = createProvisioner({ servers, ca: '', node: 'n01', boot: 'bench', budget: 60, log })
  const events = createEvents({ node: 'n01', boot: 'bench', log, post: async () => {}, ready: () => false })
  const ending = new AbortController().signal
  return { manifest, newRoot: '/run/sysroot', log, events, provisioner, watchdog: noWatchdog, ending }
}

/** Milliseconds that a node waits for its network at least: a card has its link no sooner. */
const networkWait = 500

/** What a way does before the clock is started gives what it does on it. */
type Way = { readonly name: string; readonly begin: () => Promise<() => unknown> }

const asInBoot = async () => {
  const go = rootStage.prepare?.(openContext())
  if (!go) throw new Error('the stage root is not begun ahead')
  await sleep(networkWait)
  return go
}
const fromNothing = async () => () => rootStage.run(openContext())

const overlay = `
  mkdir -p /run/lower /run/writable /run/sysroot
  mount -t tmpfs none /run/writable
  mkdir /run/writable/upper /run/writable/work`
const byCurl = async () => () =>
  sh(
    `mkdir -p /run/copy; mount -t tmpfs -o size=90% none /run/copy
     curl -sSf -o /run/copy/image "$1"
     ${overlay}
     mount -t squashfs -o loop,ro /run/copy/image /run/lower
     mount -t overlay -o lowerdir=/run/lower,upperdir=/run/writable/upper,workdir=/run/writable/work none /run/sysroot`,
    `${base}/blobs/${image.digest}`,
  )
const byCpio = async () => () =>
  sh(
    `mkdir -p /run/sysroot; mount -t tmpfs -o size=90% none /run/sysroot; cd /run/sysroot
     curl -sSf "$1" | gzip -d | cpio -i -d -u --quiet`,
    `${base}/blobs/${archive.digest}`,
  )

const ways: readonly Way[] = [
  { name: 'agent: squashfs, digest checked', begin: asInBoot },
  { name: 'agent, begun on the clock', begin: fromNothing },
  { name: 'curl and mount', begin: byCurl },
  { name: 'cpio.gz unpacked (Warewulf)', begin: byCpio },
]

/** Takes away what was mounted after the first `count` mounts, the last first: `umount -R` begins with what others lie on. */
const unmountAfter = async (count: number): Promise<void> => {
  for (let failed = 0; ; ) {
    const last = (await listMounts()).slice(count).at(-1)
    if (!last) return
    if (spawnSync('umount', [last.target]).status === 0) continue
    if (++failed > 50) throw new Error(`${last.target} stays mounted`)
    await sleep(100) // the loop device lets go of its file a moment after its mount is gone
  }
}

try {
  execFileSync('mount', ['--make-rprivate', '/'])
  for (let tries = 0; spawnSync('curl', ['-sf', '-r', '0-0', `${base}/blobs/${image.digest}`]).status !== 0; tries++) {
    if (tries > 100) throw new Error('the provisioner does not answer')
    await sleep(100)
  }
  const times = new Map(ways.map(({ name }) => [name, [] as number[]]))
  const memory = new Map<string, number>()
  const spent = new Map(ways.map(({ name }) => [name, [] as number[]]))
  for (let round = 0; round < rounds; round++) {
    for (const { name, begin } of ways) {
      const { length: mounted } = await listMounts()
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=90%', 'none', '/run'])
      const before = held()
      const run = await begin()
      const used = processor(process.pid)
      const start = performance.now()
      await run()
      times.get(name)?.push((performance.now() - start) / 1000)
      spent.get(name)?.push(processor(process.pid) - used)
      memory.set(name, held() - before)
      await unmountAfter(mounted)
    }
  }
  const of = (name: string) => median(times.get(name) ?? [])
  const count = availableParallelism()
  console.log(
    `${tree.files} paths, 1.4 GiB: squashfs ${(image.size / 2 ** 20).toFixed(0)} MiB, cpio.gz ${(archive.size / 2 ** 20).toFixed(0)} MiB; median of ${rounds}; the server shares ${count} processors${link === undefined ? '' : `, over ${link}`}`,
  )
  console.log(
    table(
      ['way to a usable root', 'seconds', 'of a processor', 'memory MiB', 'times curl'],
      ways.map(({ name }) => [
        name,
        of(name).toFixed(2),
        median(spent.get(name) ?? []).toFixed(2),
        ((memory.get(name) ?? 0) / 2 ** 20).toFixed(0),
        (of(name) / of('curl and mount')).toFixed(2),
      ]),
    ),
  )
} finally {
  server.kill()
  await rm(work, { recursive: true, force: true })
}
