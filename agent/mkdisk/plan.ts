import { problemList } from '../../engine/problems.ts'
import { attempt, findVolumes, keepSet } from './keep.ts'
import type { Disk, Machine } from './machine.ts'
import { madeMembers, makeSet, targetOf } from './make.ts'
import { arraysToStop, checkPaths, checkWipe } from './protect.ts'
import { checkCount, select } from './select.ts'
import type { DiskSet, MkdiskSettings, Volume } from './settings.ts'
import type { Step } from './steps.ts'

export type MkdiskPlan = {
  readonly wipe: boolean
  /** The disks in order, with what each is for. */
  readonly disks: readonly { readonly disk: Disk; readonly use: string }[]
  readonly steps: readonly Step[]
  /** What is less than asked for, without stopping the plan: a mirror that lacks a disk. */
  readonly warnings: readonly string[]
}

/** The volumes that will be there, with their members. */
type Made = ReadonlyMap<Volume, readonly string[]>

type Chosen = { readonly set: DiskSet; readonly disks: readonly Disk[] }

/** The disks of each set, none twice; those of `owned` go to no other set than theirs. */
const choose = (
  sets: readonly DiskSet[],
  machine: Machine,
  owned: ReadonlyMap<Disk, DiskSet> = new Map(),
): readonly Chosen[] => {
  const taken = new Set<Disk>()
  return sets.map((set) => {
    const left = machine.disks.filter((disk) => !taken.has(disk) && (owned.get(disk) ?? set) === set)
    const disks = select(set, left)
    for (const disk of disks) taken.add(disk)
    return { set, disks }
  })
}

type Draft = { readonly steps: readonly Step[]; readonly made: Made; readonly chosen: readonly Chosen[] }

const planWipe = (settings: MkdiskSettings, machine: Machine, warnings: string[]): Draft => {
  const problems = problemList()
  const all = choose(settings.sets, machine)
  const every = new Set(all.flatMap(({ disks }) => disks))
  const chosen = all.filter(({ set, disks }) =>
    problems.attempt(() =>
      attempt(set.volumes, warnings, () => {
        checkCount(set, disks, machine.disks)
        checkPaths(disks, machine)
        checkWipe(machine, set, disks, every, settings.expendable)
        return true
      }),
    ),
  )
  problems.throwAll()
  const disks = chosen.flatMap((each) => each.disks)
  const arrays = arraysToStop(machine, disks)
  const devices = new Set([
    ...arrays.map(({ device }) => device),
    ...disks.flatMap(({ device, content }) => [
      device,
      ...(content.kind === 'table' ? content.partitions.map((part) => part.device) : []),
    ]),
  ])
  const made = new Map(
    chosen.flatMap(({ set, disks: own }) =>
      set.volumes.map((volume) => [volume, madeMembers(set, volume, own)] as const),
    ),
  )
  const steps: Step[] = [
    ...machine.mappings.filter(({ on }) => devices.has(on)).map(({ name }): Step => ({ kind: 'close', mapping: name })),
    ...arrays.map(({ device }): Step => ({ kind: 'stop', array: device })),
    ...chosen.flatMap(({ set, disks: own }) => makeSet(set, own, true)),
  ]
  return { steps, made, chosen }
}

const planKeep = (settings: MkdiskSettings, machine: Machine, warnings: string[]): Draft => {
  const problems = problemList()
  const first = choose(settings.sets, machine)
  const found = new Map(
    first.flatMap(({ set, disks }) => {
      const volumes = problems.attempt(() => attempt(set.volumes, warnings, () => findVolumes(set, machine, disks)))
      return volumes ? [[set, volumes] as const] : []
    }),
  )
  problems.throwAll()
  const owned = new Map(
    [...found].flatMap(([set, volumes]) =>
      volumes.flatMap(({ places }) => places.map(({ disk }) => [disk, set] as const)),
    ),
  )
  const steps: Step[] = []
  const made = new Map<Volume, readonly string[]>()
  const chosen = choose([...found.keys()], machine, owned)
  for (const { set, disks } of chosen) {
    const kept = problems.attempt(() =>
      attempt(set.volumes, warnings, () => {
        checkPaths(disks, machine)
        return keepSet(set, found.get(set)!, disks, machine, warnings)
      }),
    )
    if (!kept) continue
    steps.push(...kept.steps)
    for (const [volume, members] of kept.members) made.set(volume, members)
  }
  problems.throwAll()
  const using = chosen.map(({ set, disks }) => ({
    set,
    disks: [...new Set([...disks, ...[...owned].filter(([, owner]) => owner === set).map(([disk]) => disk)])],
  }))
  return { steps, made, chosen: using }
}

const depth = ({ mount = '' }: Volume): number => mount.split('/').length

/** Mounts, outer mount points first, then what lies below them. */
const finish = (settings: MkdiskSettings, made: Made, warnings: string[]): Step[] => {
  const volumes = [...made].sort(([one], [other]) => depth(one) - depth(other))
  const steps = volumes.map(([volume, members]): Step => {
    const { name, fs, mount, options } = volume
    const target = targetOf(volume, members)
    return mount === undefined
      ? { kind: 'swap', target, options, volumes: [name] }
      : { kind: 'mount', target, fs, at: mount, options, volumes: [name] }
  })
  /** The volume that a path lies on. */
  const volumeOf = (path: string): Volume | undefined =>
    settings.sets
      .flatMap((set) => set.volumes)
      .filter(({ mount }) => mount !== undefined && `${path}/`.startsWith(`${mount.replace(/\/+$/, '')}/`))
      .sort((one, other) => depth(other) - depth(one))[0]
  const below = (path: string, what: string, step: Step): void => {
    const volume = volumeOf(path)
    if (volume && !made.has(volume)) warnings.push(`${what} is left out, as ${volume.mount} is not there`)
    else steps.push(volume ? { ...step, volumes: [volume.name] } : step)
  }
  for (const { from, to } of settings.move) below(to, `moving ${from} to ${to}`, { kind: 'move', from, to })
  if (settings.fscache) below(settings.fscache, settings.fscache, { kind: 'directory', path: settings.fscache })
  return steps
}

const useOf = ({ set }: Chosen): string =>
  set.volumes
    .map(({ level, fs, mount, key }) => `${level} ${fs}${key ? ' (LUKS)' : ''} ${mount ?? ''}`.trim())
    .join(', ')

/**
 * What has to be done, as data: everything that can be refused is refused here, before anything is written. Throws
 * 'disk.count', 'disk.busy', 'disk.foreign', 'disk.members' or 'disk.unreadable', with every problem that there is.
 */
export const planMkdisk = (settings: MkdiskSettings, machine: Machine): MkdiskPlan => {
  const warnings: string[] = []
  const { steps, made, chosen } = (settings.wipe ? planWipe : planKeep)(settings, machine, warnings)
  const last = finish(settings, made, warnings)
  const uses = new Map(chosen.flatMap((each) => each.disks.map((disk) => [disk, useOf(each)] as const)))
  return {
    wipe: settings.wipe,
    disks: machine.disks.map((disk) => ({ disk, use: uses.get(disk) ?? 'left alone' })),
    steps: [...steps, ...last],
    warnings,
  }
}
