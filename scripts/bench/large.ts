// `npm run bench:ssh large`: a copy of 1 GiB over a real sshd by play and by scp, over the loopback alone and over one that
// takes as much a second as an administration network does: seconds, of them those of the program's processor, and the ratio.
// Medians of BENCH_ROUNDS runs in turn, three unless told. Runs in a network and mount namespace of its own.
import { execFileSync } from 'node:child_process'
import { randomFillSync } from 'node:crypto'
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startSshServer } from '../../test/engine/connections/sshserver.ts'
import { median, table } from './agent/figures.ts'
import { enterMountNamespace } from './agent/namespace.ts'
import { type Cost, costOf } from './cost.ts'

const play = join(import.meta.dirname, '../../bin/play')
const rounds = Number(process.env['BENCH_ROUNDS'] ?? 3)
const size = 2 ** 30

enterMountNamespace(import.meta.filename, true)
execFileSync('ip', ['link', 'set', 'lo', 'up'])
const work = mkdtempSync(join(tmpdir(), 'prelude-bench-'))
const server = await startSshServer()

/** What no compression and no hole in a file makes smaller. */
const fill = (path: string): void => {
  const file = openSync(path, 'w')
  const piece = Buffer.alloc(2 ** 20)
  for (let written = 0; written < size; written += piece.length) writeSync(file, randomFillSync(piece))
  closeSync(file)
}

const shape = (rate: string): void => {
  execFileSync('tc', ['qdisc', 'replace', 'dev', 'lo', 'root', 'tbf', 'rate', rate, 'burst', '4mb', 'latency', '50ms'])
}

const [source, target] = [join(work, 'large'), join(work, 'target')]
const options = ['-o', `UserKnownHostsFile=${server.knownHosts}`, '-o', 'IdentityAgent=none']
const key = join(server.directory, 'user')
const written = (name: string, text: string): string => {
  writeFileSync(join(work, name), text)
  return join(work, name)
}
const inventory = written(
  'hosts',
  `n0 ansible_host=${server.host} ansible_port=${server.port} ansible_user=root ansible_ssh_private_key_file=${key} ansible_ssh_common_args='${options.join(' ')}'\n`,
)
const site = written(
  'site.yml',
  `- hosts: all\n  gather_facts: false\n  tasks:\n    - copy: {src: ${source}, dest: ${target}/copied, mode: "0600"}\n`,
)

const copiers: Readonly<Record<string, readonly [string, ...string[]]>> = {
  play: [play, '-i', inventory, site],
  scp: [
    'scp',
    ...['-O', '-q', ...options, '-i', key, '-P', String(server.port)],
    source,
    `root@${server.host}:${target}/copied`,
  ],
}

const copied = async (name: string): Promise<Cost> => {
  const [program, ...args] = copiers[name] ?? [name]
  const cost = await costOf(program, args, { cwd: work, timeout: 10 * 60_000 })
  execFileSync('cmp', [source, join(target, 'copied')])
  rmSync(join(target, 'copied'))
  return cost
}

const measured = async (over: string): Promise<string[]> => {
  const found: Record<string, Cost[]> = { play: [], scp: [] }
  for (let round = 0; round < rounds; round++) {
    for (const [name, costs] of Object.entries(found)) costs.push(await copied(name))
  }
  const seconds = (name: string) => median((found[name] ?? []).map((cost) => cost.seconds))
  const processor = (name: string) => median((found[name] ?? []).map((cost) => cost.processor))
  const shown = (name: string) => `${seconds(name).toFixed(2)} s (${processor(name).toFixed(2)} s)`
  const memory = Math.max(...(found['play'] ?? []).map((cost) => cost.megabytes))
  const ratio = (seconds('play') / seconds('scp')).toFixed(2)
  return [over, shown('play'), shown('scp'), ratio, `${memory.toFixed(0)} MB`]
}

try {
  mkdirSync(target)
  fill(source)
  execFileSync(play, ['--version'], { stdio: 'ignore' }) // builds what is not built
  const rows = [await measured('the loopback')]
  for (const rate of ['10gbit', '1gbit']) {
    shape(rate)
    rows.push(await measured(`${rate.replace('gbit', '')} Gbit/s`))
  }
  console.log(table(['a copy of 1 GiB over', 'play', 'scp', 'ratio', 'memory of play'], rows))
} finally {
  await server.close()
  rmSync(work, { recursive: true, force: true })
}
