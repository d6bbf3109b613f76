// The agent's own time beside a bash script that does the same steps in the same guest: minimal initramfs, bond, session, a
// small image, overlay, secrets, preboot, two arrays with file systems, a moved directory. The transfer of the image and mkfs
// are left out of both. And the most memory that the agent took on the way. Runs in a mount namespace of its own. The peer is peer.sh, in the agent's place in the same initramfs.
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildInitramfs } from '../../../provisioner/initramfs/build.ts'
import { startGuest } from '../../../test/agent/guest.ts'
import { openMachineRoot } from '../../../test/agent/initramfs/machineroot.ts'
import { openNodeSite, places } from '../../../test/agent/initramfs/nodesite.ts'
import { makeProgramsInitrd } from '../../../test/agent/initrd.ts'
import { openSegment } from '../../../test/agent/segment.ts'
import { median, table } from './figures.ts'
import { enterMountNamespace } from './namespace.ts'

const top = join(import.meta.dirname, '..', '..', '..')
const rounds = Number(process.env['BENCH_ROUNDS'] ?? 3)

enterMountNamespace(import.meta.filename)

const tasks = [1, 2, 3, 4, 5].flatMap((n) => [
  `- file: {path: /etc/service${n}, state: directory, mode: "0750"}`,
  `- copy: {dest: /etc/service${n}/key, content: "{{ service_key }}${n}\\n", mode: "0400"}\n      no_log: true`,
  `- copy: {dest: /etc/service${n}/conf, content: "host = {{ inventory_hostname }}\\n", mode: "0644"}`,
])
const plays = `- hosts: tiny
  connection: image
  gather_facts: false
  tags: preboot
  tasks:
    ${tasks.join('\n    ')}
`

const vars = `
        node_secrets: {secrets.yml: {required: true}}
        node_mkdisk: {disks: {"1": "raid1:ext4:/system", "3": "raid0:ext4:/scratch"}, move: {/var/log: /system/log}}`

/** Sum of the steps whose words match. */
const sum = (output: string, pattern: RegExp): number =>
  [...output.matchAll(pattern)].reduce((total, [, ms]) => total + Number(ms), 0)

const ways = [
  {
    name: 'agent',
    executable: join(top, 'dist/prelude-agent'),
    aside: /(\d+) ms +(?:fetching tiny|mkfs\.)/g,
    own: [] as number[],
    spent: [] as number[],
  },
  {
    name: 'bash script',
    executable: join(import.meta.dirname, 'peer.sh'),
    aside: /peer: (\d+) ms (?:transfer|mkfs)/g,
    own: [] as number[],
    spent: [] as number[],
  },
]

const work = mkdtempSync(join(tmpdir(), 'prelude-bench-'))
const machine = await openMachineRoot()
const segment = await openSegment('steps', places, '10.77.0.1/16')
try {
  const site = await openNodeSite(work, segment, machine.kernel, { plays, vars })
  await site.secret('secrets.yml', 'service_key: 0123456789abcdef\n')
  const programs = await makeProgramsInitrd(
    ['bash', 'mv', 'curl', 'jq', 'tar', 'sha256sum', 'xargs', 'sort', 'sed', 'cut', 'head', 'tr', 'wc'],
    work,
  )
  const memory: number[] = []
  const boot = async (file: string): Promise<string> => {
    const disks = [0, 1, 2, 3].map((number) => join(work, `disk${number}`))
    for (const disk of disks) {
      writeFileSync(disk, '')
      truncateSync(disk, 256 * 1024 ** 2)
    }
    const guest = await startGuest({
      initrds: [file, programs, await site.begin('n01')],
      cards: segment.cards('n01'),
      namespace: segment.namespace,
      disks,
      args: 'root=prelude',
      timeout: 300_000,
    })
    await guest.shows(/^end of the guest$/m, 300_000) // its init never ends
    await guest.kill()
    return guest.ended
  }
  for (const { name, executable } of ways) {
    const { archive } = await buildInitramfs({ root: machine.root, agent: executable })
    writeFileSync(join(work, name), archive)
  }
  for (let round = 0; round < rounds; round++)
    for (const { name, aside, own, spent } of ways) {
      const output = await boot(join(work, name))
      const whole = /is ready for its root after (\d+) ms/.exec(output)?.[1]
      if (whole === undefined || !output.includes('real init'))
        throw new Error(`${name} did not boot:\n${output.slice(-4000)}`)
      // bytes, of mebibytes
      for (const [, taken] of output.matchAll(/the agent took (\d+) MiB/g)) memory.push(Number(taken) * 1024 ** 2)
      spent.push(sum(output, aside))
      own.push(Number(whole) - sum(output, aside))
      process.stderr.write(`round ${round + 1} of ${rounds}, ${name}: ${own.at(-1)} ms of its own\n`)
    }
  const peer = median(ways[1]!.own)
  const rows = ways.map(({ name, own, spent }) => [
    name,
    (median(own) / 1000).toFixed(2),
    (median(spent) / 1000).toFixed(2),
    (median(own) / peer).toFixed(2),
  ])
  console.log(table(['who boots', 'own seconds', 'transfer and mkfs', 'times bash'], rows))
  const ratio = median(ways[0]!.own) / peer
  const taken = median(memory) / 1e6
  console.log(`agent / bash: ${ratio.toFixed(2)}   budget 1.50   ${ratio <= 1.5 ? 'ok' : 'OVER'}`)
  console.log(`the agent's memory: ${taken.toFixed(0)} MB   budget 90 MB   ${taken <= 90 ? 'ok' : 'OVER'}`)
  process.exitCode = ratio <= 1.5 && taken <= 90 ? 0 : 1
} finally {
  await segment.close()
  await machine.close()
  rmSync(work, { recursive: true, force: true })
}
