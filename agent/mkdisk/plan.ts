import { Failure, type FailureCode } from '../../engine/failure.ts'
import { type FileSystem, type Level, levels, type MkdiskSettings, nameOf, type ProfileEntry } from './profile.ts'

/** What lies on a disk. `other` names it in words: `gpt partition table`, `ext4 file system`, `unknown data`. */
export type Content =
  | { readonly kind: 'blank' }
  | { readonly kind: 'member'; readonly array: ArrayLabel }
  | { readonly kind: 'filesystem'; readonly fs: string; readonly label: string }
  | { readonly kind: 'other'; readonly what: string }

/** An array as each of its members describes it. */
export type ArrayLabel = {
  readonly uuid: string
  readonly name: string
  readonly level: string
  readonly devices: number
}

export type Disk = {
  /** `/dev/nvme0n1`. */
  readonly device: string
  readonly size: number
  readonly content: Content
  /** Why it may not be touched: mounted, swap, in use by something, read-only. */
  readonly busy?: string
}

/** An array that runs. */
export type RunningArray = {
  readonly device: string
  /** Its members, as `Disk.device` or a partition of one. */
  readonly members: readonly string[]
  /** Where it is mounted, or what else uses it. */
  readonly busy?: string
}

/** What was found on the machine; disks in their stable order. */
export type Machine = { readonly disks: readonly Disk[]; readonly arrays: readonly RunningArray[] }

export type MkdiskStep =
  | { readonly kind: 'stop'; readonly array: string }
  | { readonly kind: 'clear'; readonly device: string }
  | {
      readonly kind: 'create'
      readonly name: string
      readonly level: Exclude<Level, 'single'>
      readonly members: readonly string[]
    }
  | {
      readonly kind: 'assemble'
      readonly name: string
      readonly uuid: string
      readonly members: readonly string[]
      readonly devices: number
    }
  | { readonly kind: 'add'; readonly name: string; readonly members: readonly string[]; readonly device: string }
  /** `fresh`: format whatever is there; otherwise only what is blank. */
  | {
      readonly kind: 'format'
      readonly name: string
      readonly fs: FileSystem
      readonly members: readonly string[]
      readonly single: boolean
      readonly fresh: boolean
    }
  | {
      readonly kind: 'mount'
      readonly name: string
      readonly fs: FileSystem
      readonly members: readonly string[]
      readonly single: boolean
      readonly target: string
    }
  | { readonly kind: 'move'; readonly from: string; readonly to: string }
  | { readonly kind: 'directory'; readonly path: string }

export type MkdiskPlan = {
  readonly wipe: boolean
  /** The disks in order, with what each is for. */
  readonly disks: readonly { readonly number: number; readonly device: string; readonly use: string }[]
  readonly steps: readonly MkdiskStep[]
  /** What is less than asked for, without stopping the plan: a mirror that lacks a disk. */
  readonly warnings: readonly string[]
}

type Use = NonNullable<ProfileEntry['use']>
type Share = { readonly first: number; readonly use: Use; readonly disks: readonly Disk[] }

const refuse = (code: FailureCode, message: string, hint?: string): never => {
  throw new Failure(code, message, hint === undefined ? {} : { hint })
}

const plural = (count: number): string => `${count} disk${count === 1 ? '' : 's'}`

/** Which disks each entry gets: from its number to the next entry's, the last one to the end. */
const shares = (entries: readonly ProfileEntry[], disks: readonly Disk[]): readonly Share[] =>
  entries.flatMap((entry, index) => {
    if (!entry.use) return []
    const end = (entries[index + 1]?.first ?? disks.length + 1) - 1
    const own = disks.slice(entry.first - 1, end)
    const what = `${entry.use.level} at ${entry.use.mount} from disk ${entry.first} on`
    const least = levels[entry.use.level]
    if (own.length < least)
      refuse(
        'disk.count',
        `${what} needs at least ${plural(least)}, the node has ${plural(disks.length)} in all and ${own.length} for it`,
      )
    if (entry.use.level === 'single' && own.length > 1)
      refuse(
        'disk.count',
        `${what} covers ${plural(own.length)}, single takes one`,
        `add 'disk_config[${entry.first + 1}]=""'`,
      )
    return [{ first: entry.first, use: entry.use, disks: own }]
  })

const diskOf = (member: string): string =>
  /^(.*\d)p\d+$/.exec(member)?.[1] ?? member.replace(/(?<=^\/dev\/[a-z]+)\d+$/, '')

const arraysOn = (machine: Machine, devices: ReadonlySet<string>): readonly RunningArray[] =>
  machine.arrays.filter(({ members }) => members.some((member) => devices.has(member) || devices.has(diskOf(member))))

const describe = (content: Content): string => {
  switch (content.kind) {
    case 'blank':
      return 'nothing'
    case 'member':
      return `a member of the ${content.array.level} array '${content.array.name}'`
    case 'filesystem':
      return `${content.fs}${content.label ? ` '${content.label}'` : ''}`
    case 'other':
      return content.what
  }
}

const wipe = (machine: Machine, all: readonly Share[]): MkdiskStep[] => {
  const devices = new Set(all.flatMap(({ disks }) => disks.map(({ device }) => device)))
  const arrays = arraysOn(machine, devices)
  for (const { device, members, busy } of arrays) {
    if (busy) refuse('disk.busy', `${device} cannot be stopped: ${busy}`)
    const outside = members.find((member) => !devices.has(member) && !devices.has(diskOf(member)))
    if (outside) refuse('disk.busy', `${device} has a member on ${outside}, which the profile leaves alone`)
  }
  return [
    ...arrays.map(({ device }): MkdiskStep => ({ kind: 'stop', array: device })),
    ...[...devices].map((device): MkdiskStep => ({ kind: 'clear', device })),
  ]
}

const make = ({ use, disks }: Share): MkdiskStep[] => {
  const { level, fs } = use
  const name = nameOf(use.mount)
  const members = disks.map(({ device }) => device)
  return [
    ...(level === 'single' ? [] : [{ kind: 'create' as const, name, level, members }]),
    { kind: 'format', name, fs, members, single: level === 'single', fresh: true },
  ]
}

/** How many members an array can lack and still hold its data. */
const spare = (level: Level, devices: number): number =>
  ({ single: 0, raid0: 0, raid1: devices - 1, raid5: 1, raid6: 2, raid10: 1 })[level]

const wipeHint = 'look at the disk; `wipe: true` (WIPE_ON_BOOT) destroys what is there'

/** Takes what is there if it is ours, makes it where nothing is, and refuses in every other case. */
const keep = (machine: Machine, share: Share, warnings: string[]): MkdiskStep[] => {
  const { use, disks } = share
  const { level, fs } = use
  const name = nameOf(use.mount)
  const members = disks.map(({ device }) => device)
  if (disks.every(({ content }) => content.kind === 'blank')) return make(share)
  const format: MkdiskStep = { kind: 'format', name, fs, members, single: level === 'single', fresh: false }
  const foreign = (disk: Disk): never =>
    refuse('disk.foreign', `${disk.device}, for ${level} at ${use.mount}, holds ${describe(disk.content)}`, wipeHint)
  if (level === 'single') {
    const [disk] = disks
    if (disk?.content.kind === 'filesystem' && disk.content.fs === fs && disk.content.label === name) return [format]
    return foreign(disk!)
  }
  const ours = disks.filter(({ content }) => content.kind === 'member' && content.array.name === name)
  const [first] = ours
  if (first?.content.kind !== 'member') return foreign(disks.find(({ content }) => content.kind !== 'blank')!)
  const { uuid, devices, level: found } = first.content.array
  const blank = disks.filter(({ content }) => content.kind === 'blank')
  const stranger = disks.find(
    (disk) => disk.content.kind !== 'blank' && !(disk.content.kind === 'member' && disk.content.array.uuid === uuid),
  )
  if (stranger) foreign(stranger)
  if (found !== level || devices !== disks.length)
    refuse(
      'disk.foreign',
      `the array '${name}' is ${found} of ${plural(devices)}, the profile says ${level} of ${disks.length}`,
      wipeHint,
    )
  const missing = devices - ours.length
  if (missing > spare(level, devices))
    refuse('disk.members', `the array '${name}' (${level}) lacks ${missing} of its ${plural(devices)}`, wipeHint)
  if (missing > 0) warnings.push(`the array '${name}' (${level}) runs with ${ours.length} of ${plural(devices)}`)
  const present = ours.map(({ device }) => device)
  const runs = machine.arrays.some((array) => array.members.includes(first.device))
  return [
    ...(runs ? [] : [{ kind: 'assemble' as const, name, uuid, members: present, devices }]),
    ...blank.map(({ device }): MkdiskStep => ({ kind: 'add', name, members: present, device })),
    { ...format, members: present },
  ]
}

/**
 * What has to be done, as data: everything that can be refused is refused here, before anything is written. Throws
 * 'disk.count', 'disk.busy', 'disk.foreign' or 'disk.members'.
 */
export const planMkdisk = (settings: MkdiskSettings, machine: Machine): MkdiskPlan => {
  const all = shares(settings.entries, machine.disks)
  const warnings: string[] = []
  for (const { disks } of all) {
    const busy = disks.find((disk) => disk.busy)
    if (busy) refuse('disk.busy', `${busy.device} may not be touched: ${busy.busy}`)
  }
  const steps = settings.wipe
    ? [...wipe(machine, all), ...all.flatMap(make)]
    : all.flatMap((share) => keep(machine, share, warnings))
  const byDepth = [...all].sort((one, other) => one.use.mount.split('/').length - other.use.mount.split('/').length)
  for (const { use, disks } of byDepth) {
    const members = disks.filter(({ content }) => settings.wipe || content.kind !== 'blank').map(({ device }) => device)
    const { fs, mount: target, level } = use
    steps.push({
      kind: 'mount',
      name: nameOf(target),
      fs,
      members: members.length > 0 ? members : disks.map(({ device }) => device),
      single: level === 'single',
      target,
    })
  }
  for (const { from, to } of settings.move) steps.push({ kind: 'move', from, to })
  if (settings.fscache) steps.push({ kind: 'directory', path: settings.fscache })
  const useOf = new Map(
    all.flatMap(({ use, disks }) =>
      disks.map(({ device }) => [device, `${use.level} ${use.fs} ${use.mount}`] as const),
    ),
  )
  return {
    wipe: settings.wipe,
    disks: machine.disks.map(({ device }, index) => ({
      number: index + 1,
      device,
      use: useOf.get(device) ?? 'left alone',
    })),
    steps,
    warnings,
  }
}

const stepText = (step: MkdiskStep): string => {
  switch (step.kind) {
    case 'stop':
      return `stop ${step.array}`
    case 'clear':
      return `destroy what is on ${step.device}`
    case 'create':
      return `create ${step.level} '${step.name}' of ${step.members.join(' ')}`
    case 'assemble':
      return `assemble '${step.name}' (${step.uuid}) of ${step.members.join(' ')}`
    case 'add':
      return `add ${step.device} to '${step.name}'`
    case 'format':
      return `${step.fresh ? 'make' : 'take'} the ${step.fs} file system '${step.name}'`
    case 'mount':
      return `mount '${step.name}' at ${step.target}`
    case 'move':
      return `move ${step.from} to ${step.to}`
    case 'directory':
      return `make the directory ${step.path}`
  }
}

/** A plan for people. */
export const planText = (plan: MkdiskPlan): string =>
  [
    `mkdisk, ${plan.wipe ? 'wipe' : 'keep'}:`,
    ...plan.disks.map(({ number, device, use }) => `  disk ${number}  ${device}  ${use}`),
    ...plan.steps.map((step) => `  ${stepText(step)}`),
    ...plan.warnings.map((warning) => `  warning: ${warning}`),
    '',
  ].join('\n')
