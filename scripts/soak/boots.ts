// Boots nodes again and again, one by its image and one by NFS, over a bond of which now and then a link comes late:
// `npm run soak:boots`. BOOTS (10000), MINUTES (60), after which no further boot begins, and SEED (1) are in the environment.
// Prints a line for each boot and how long they took; 1 when one did not come up as it should, whose console is kept.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { seededRandom } from '../../engine/vars/filters/random.ts'
import { buildInitramfs } from '../../provisioner/initramfs/build.ts'
import { startGuest } from '../../test/agent/guest.ts'
import { openMachineRoot } from '../../test/agent/initramfs/machineroot.ts'
import { missingOf, type NodeName, openNodeSite, places } from '../../test/agent/initramfs/nodesite.ts'
import { serveNfs } from '../../test/agent/nfsserver.ts'
import { openSegment } from '../../test/agent/segment.ts'

const repository = join(import.meta.dirname, '../..')
const agent = join(repository, 'dist/prelude-agent')
const numberOf = (name: string, otherwise: number): number => Number(process.env[name] ?? otherwise)
const [count, minutes, seed] = [numberOf('BOOTS', 10_000), numberOf('MINUTES', 60), numberOf('SEED', 1)]
/** Seconds that a boot may take: nothing is wrong with its network for longer than a link is late. */
const limit = 300

const start = performance.now()
const elapsed = (): number => Math.round((performance.now() - start) / 1000)

execFileSync(join(repository, 'scripts/launch'), ['agent', '--version'])
const work = mkdtempSync(join(tmpdir(), 'prelude-soak-'))
const machine = await openMachineRoot()
const segment = await openSegment('soak', places, '10.77.0.1/16')
const kept: string[] = []
let failures = 0
const seconds: number[] = []

const keep = (name: string, console_: string): void => {
  const file = join(tmpdir(), `prelude-soak-${name}.log`)
  writeFileSync(file, console_)
  kept.push(file)
}

try {
  const initramfs = join(work, 'initramfs.img')
  writeFileSync(initramfs, (await buildInitramfs({ root: machine.root, agent })).archive)
  const site = await openNodeSite(work, segment, machine.kernel)
  await serveNfs(segment, site.tree, work)

  /** Boots a node and returns the seconds from the kernel's start to its real init; throws what is wrong. */
  const boot = async (number: number, node: NodeName): Promise<{ uptime: number; drawn: string }> => {
    const random = seededRandom(`${seed}/${number}`)
    const cpus = 1 + random.below(2)
    const late = random.below(4) === 0 ? 1 + random.below(5) : 0
    const card = random.below(2)
    const further = await site.begin(node)
    const guest = await startGuest({
      initrds: [initramfs, further],
      cards: segment.cards(node),
      namespace: segment.namespace,
      args: 'root=prelude single',
      cpus,
      timeout: limit * 1000,
    })
    rmSync(further)
    try {
      if (late > 0) {
        await guest.shows(/drivers: /, limit * 1000)
        await guest.cable(card, 'pulled')
        await sleep(late * 1000)
        await guest.cable(card, 'plugged')
      }
      const [, uptime] = await guest.shows(/^uptime: ([\d.]+) s$/m, limit * 1000)
      await guest.shows(/^end of the guest$/m, 60_000)
      const missing = missingOf(node, guest.console())
      if (missing) throw new Error(`its console does not show ${missing}`)
      const link = late > 0 ? `, link ${card} after ${late} s` : ''
      return { uptime: Number(uptime), drawn: `${cpus} cpu${cpus > 1 ? 's' : ''}${link}` }
    } catch (thrown) {
      keep(`${number}-${node}`, guest.console())
      throw thrown
    } finally {
      await guest.kill()
      await guest.ended.catch(() => {})
    }
  }

  console.log(`${count} boots in at most ${minutes} minutes, seed ${seed}`)
  for (let number = 1; number <= count && elapsed() < minutes * 60; number++) {
    const node = number % 2 === 1 ? 'n01' : 'n02'
    const label = `${String(elapsed()).padStart(5)} s  boot ${number} of ${node}`
    try {
      const { uptime, drawn } = await boot(number, node)
      seconds.push(uptime)
      console.log(`${label}: real init after ${uptime.toFixed(1)} s (${drawn})`)
    } catch (thrown) {
      failures++
      console.error(`${label}: FAILED: ${thrown instanceof Error ? thrown.message : thrown}`)
    }
  }
} finally {
  await segment.close()
  await machine.close()
  rmSync(work, { recursive: true, force: true })
}
const sorted = seconds.toSorted((one, other) => one - other)
const at = (part: number): string => (sorted[Math.floor((sorted.length - 1) * part)] ?? Number.NaN).toFixed(1)
console.log(
  `${seconds.length} boots came up, ${failures} did not, in ${elapsed()} s; real init after ${at(0.5)} s (median), ${at(0.99)} s (of 99 in 100), ${at(1)} s (the longest)`,
)
if (kept.length > 0) console.log(`what their consoles showed: ${kept.join(', ')}`)
process.exitCode = failures > 0 || seconds.length === 0 ? 1 : 0
