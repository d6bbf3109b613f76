import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { seededRandom } from '../../../engine/vars/filters/random.ts'
import type { RunningGuest } from '../guest.ts'
import { type DiskRoom, type DiskSpec, openDiskRoom } from './guest.ts'

// Power cuts at random requests of mkdisk and of what follows it. A request that the power cut hit has no answer, and of what was
// not flushed a random part is lost. Each boot must come up on what the former left, and find what the former were told is safe.

export type Layout = {
  readonly disks: readonly DiskSpec[]
  /** Below `sets` and `volumes` of a profile; /system and /scratch are among them. */
  readonly profile: string
  /** Those that hold files. */
  readonly volumes: readonly string[]
  /** About as many writes as a boot of each kind makes until its end. */
  readonly usual: Readonly<Record<Kind, number>>
}

const disk = (serial: string, size: number): DiskSpec => ({ serial, size, bus: 'virtio' })

export const layouts = {
  mirrors: {
    disks: [disk('one', 112), disk('two', 112), disk('three', 64), disk('four', 64), disk('five', 340)],
    profile: `sets:
  pair: {first: 1, last: 2}
  stripe: {count: 2}
  lone: {least: 300M}
volumes:
  system: {set: pair, level: raid1, filesystem: ext4, mount: /system, size: 32M}
  swap: {set: pair, level: raid1, filesystem: swap, size: 16M}
  secret: {set: pair, level: raid1, filesystem: ext4, mount: /secret, key: disk.key}
  scratch: {set: stripe, level: raid0, filesystem: ext4, mount: /scratch}
  lone: {set: lone, level: single, filesystem: xfs, mount: /lone}
`,
    volumes: ['system', 'secret', 'scratch', 'lone'],
    usual: { make: 1000, wipe: 1200, keep: 400 },
  },
  parity: {
    disks: [disk('one', 176), disk('two', 176), disk('three', 176), disk('four', 176)],
    profile: `sets:
  wide: {count: 4}
volumes:
  system: {set: wide, level: raid5, filesystem: ext4, mount: /system, size: 24M}
  bulk: {set: wide, level: raid6, filesystem: btrfs, mount: /bulk, size: 80M}
  scratch: {set: wide, level: raid10, filesystem: ext4, mount: /scratch}
`,
    volumes: ['system', 'bulk', 'scratch'],
    usual: { make: 1900, wipe: 2200, keep: 900 },
  },
} as const satisfies Readonly<Record<string, Layout>>

/** What a boot is: the first makes everything, a wipe does so again, and one that keeps takes what is there. */
type Kind = 'make' | 'wipe' | 'keep'

export type Cut = {
  readonly boot: number
  readonly kind: Kind
  /** Writes to the disks before the power went. */
  readonly writes: number
  readonly during: string
  /** Pages that the disks lost. */
  readonly lost: number
}

export type Series = { readonly cuts: readonly Cut[]; readonly problem?: string }

const minutes = 60_000

/** Boots to the point where disks are looked for, and stores the machine in a file. */
const store = async (room: DiskRoom, { profile, volumes }: Layout): Promise<string> => {
  const script = await readFile(join(import.meta.dirname, 'cuts.guest.sh'), 'utf8')
  const guest = await room.start(script, { '/cuts.yml': profile, '/volumes': volumes.join(' ') })
  await guest.shows(/^ready$/m, 5 * minutes)
  const file = join(room.work, 'machine')
  await guest.qmp('migrate', { uri: `exec:cat > ${file}` })
  for (const end = Date.now() + 2 * minutes; ; await sleep(100)) {
    const { status } = (await guest.qmp('query-migrate')) as { status?: string }
    if (status === 'completed') break
    if (status === 'failed' || Date.now() > end) throw new Error(`the machine was not stored: ${status}`)
  }
  await guest.kill()
  return file
}

/** What the boot was doing when the power went. */
const doing = (console: string): string => {
  if (console.includes('end of the boot')) return 'nothing any more'
  if (console.includes('mkdisk ended with')) return 'what follows mkdisk'
  return (
    [...console.matchAll(/^(mkdisk \d+\/\d+: .*?)(?: \.\.\.|: done.*)$/gm)].at(-1)?.[1] ?? 'mkdisk looks at the disks'
  )
}

/** Lets a boot go on until the power goes, it is over or it fails; returns what is wrong. */
const bootUntil = async (guest: RunningGuest, order: string, power: Promise<void>): Promise<string | undefined> => {
  let isCut = false
  const cut = power.then(() => {
    isCut = true
  })
  const end = Date.now() + 5 * minutes
  const isOver = () => isCut || Date.now() > end || /end of the boot|mkdisk ended with [1-9]/.test(guest.console())
  while (((await guest.qmp('query-status').catch(() => ({}))) as { status?: string }).status !== 'running')
    await sleep(50)
  guest.type(`${order}\n`)
  while (!isOver()) await Promise.race([cut, guest.ended, sleep(50)])
  const isLate = Date.now() > end
  await guest.kill()
  return isLate ? 'the boot did not end' : /mkdisk ended with [1-9]|^damaged .*/m.exec(guest.console())?.[0]
}

/** The volumes that lost what was safe on them. */
const lostBy = (console: string, safe: ReadonlyMap<string, string>): readonly string[] =>
  console.includes('looked at all')
    ? [...safe].flatMap(([volume, name]) =>
        console.includes(`intact ${volume} ${name}\n`) ? [] : `${volume} lost ${name}`,
      )
    : []

/**
 * Cuts the power of a node with such disks `count` times, then boots once more. `seed` decides on what is cut when, and on what is lost; `tell` hears of
 * each boot. Ends at the first problem, and after `until` (of `performance.now()`) with the next boot.
 */
export const cutPower = async (
  layout: Layout,
  count: number,
  seed: number,
  { tell, until = Number.POSITIVE_INFINITY }: { tell?: (cut: Cut) => void; until?: number } = {},
): Promise<Series> => {
  const random = seededRandom(seed)
  const room = await openDiskRoom(layout.disks, [])
  const cuts: Cut[] = []
  try {
    const machine = await store(room, layout)
    const disks = [...room.disks.values()]
    /** What was told to be safe: volume to its newest file. */
    let safe = new Map<string, string>()
    let kind: Kind = 'make'
    for (let boot = 1, isLast = false; !isLast; boot++) {
      isLast = boot > count || performance.now() > until
      const after = isLast ? Number.POSITIVE_INFINITY : 1 + random.below(layout.usual[kind])
      const power = Promise.withResolvers<void>()
      let writes = 0
      for (const disk of disks)
        disk.trouble = ({ isWrite }) => {
          if (isWrite && ++writes > after) power.resolve()
          return writes > after ? 'silence' : undefined
        }
      const guest = await room.resume(machine)
      const wrong = await bootUntil(guest, `${kind === 'wipe' ? 'r' : 'c'} ${boot}`, power.promise)
      // what was not flushed is a matter of timing: it must not change what is cut next
      const luck = seededRandom(`${seed}/${boot}`)
      const lost = disks.reduce((sum, disk) => sum + disk.cut(() => luck.below(2) === 0), 0)
      const console = guest.console()
      const cut: Cut = { boot, kind, writes: Math.min(writes, after), during: doing(console), lost }
      cuts.push(cut)
      tell?.(cut)
      if (kind === 'wipe') safe = new Map()
      const problems = [...(wrong === undefined ? [] : [wrong]), ...lostBy(console, safe)]
      if (problems.length > 0)
        return { cuts, problem: `boot ${boot} (${kind}): ${problems.join(', ')}\n${console.slice(-8000)}` }
      for (const [, volume = '', name = ''] of console.matchAll(/^wrote (\S+) (\S+)$/gm)) safe.set(volume, name)
      // what was cut while it was made or wiped is made or wiped again
      if (kind === 'keep' || console.includes('mkdisk ended with 0')) kind = random.below(4) === 0 ? 'wipe' : 'keep'
    }
    return { cuts }
  } finally {
    await room.close()
  }
}
