import * as assert from 'uvu/assert'
import { parseYamlProfile } from '../../../agent/mkdisk/layout.ts'
import type { ArrayLabel, Content, Disk, Machine, Partition, RunningArray } from '../../../agent/mkdisk/machine.ts'
import { planMkdisk } from '../../../agent/mkdisk/plan.ts'
import { parseProfile, withOptional } from '../../../agent/mkdisk/profile.ts'
import type { MkdiskSettings } from '../../../agent/mkdisk/settings.ts'
import { planDocument, planText, stepText } from '../../../agent/mkdisk/show.ts'
import { Failure } from '../../../engine/failure.ts'
import { suite } from '../../suite.ts'

const test = suite('agent mkdisk plan')

/** The site's example: disk 1 unused, 2-3 mirrored, the rest striped. */
const example = 'disk_config[1]=""\ndisk_config[2]="raid1:ext4:/system"\ndisk_config[4]="raid0:ext4:/scratch"\n'

const blank: Content = { kind: 'blank' }
const member = (name: string, level: string, devices: number, more: Partial<ArrayLabel> = {}): Content => ({
  kind: 'member',
  array: { uuid: `uuid-${name}`, name, level, devices, role: 'active', ...more },
})
const windows: Content = { kind: 'table', table: 'gpt', partitions: [], system: 'an EFI system partition' }
const data: Content = { kind: 'table', table: 'gpt', partitions: [] }
const system = member('system', 'raid1', 2)
const scratch = member('scratch', 'raid0', 1)
const unfinished = (name: string): Content => ({ kind: 'unfinished', name })

const disk = (number: number, content: Content = blank, more: Partial<Disk> = {}): Disk => ({
  device: `/dev/nvme${number - 1}n1`,
  number,
  size: 2 ** 40,
  type: 'nvme',
  model: 'PM9A3',
  serial: `S${number}`,
  wwid: `eui.${number}`,
  paths: [`/dev/nvme${number - 1}n1`, `pci-0000:0${number}:00.0`],
  content,
  ...more,
})

const disks = (...contents: readonly Content[]): Disk[] => contents.map((content, index) => disk(index + 1, content))
const blanks = (count: number): Disk[] => disks(...Array.from({ length: count }, () => blank))
const device = (number: number): string => `/dev/nvme${number - 1}n1`
const array = (name: string, numbers: readonly number[], more: Partial<RunningArray> = {}): RunningArray => ({
  device: `/dev/${name}`,
  members: numbers.map(device),
  isActive: true,
  ...more,
})

type Case = {
  readonly name: string
  readonly disks: readonly Disk[]
  readonly arrays?: Machine['arrays']
  readonly mappings?: Machine['mappings']
  readonly profile?: string
  readonly yaml?: string
  readonly wipe?: boolean
  readonly optional?: readonly string[]
  readonly expendable?: readonly string[]
  readonly steps?: readonly string[]
  readonly warnings?: readonly RegExp[]
  readonly refused?: { readonly code: string; readonly message: RegExp }
}

const devices = (...numbers: readonly number[]) => numbers.map(device).join(' ')
const made = (what: string, name: string, ...numbers: readonly number[]): readonly string[] => [
  `create ${what} '${name}' of ${devices(...numbers)}`,
  `make the ext4 file system '${name}'`,
  `mark ${devices(...numbers)} as finished`,
]
const fresh = (verb: 'destroy what is on' | 'mark', ...rest: readonly number[]): readonly string[] => {
  const prepare = (...numbers: readonly number[]) =>
    `${verb} ${devices(...numbers)}${verb === 'mark' ? ' as begun' : ''}`
  return [prepare(2, 3), ...made('raid1', 'system', 2, 3), prepare(...rest), ...made('raid0', 'scratch', ...rest)]
}
const take = (name: string, ...numbers: readonly number[]): readonly string[] => [
  `assemble '${name}' (uuid-${name}) of ${devices(...numbers)}`,
  `take the ext4 file system '${name}'`,
]
const tooFew = { code: 'disk.count', message: /raid0 at \/scratch from disk 4 on needs at least 1 disk, the node has/ }

/** Two disks with a table of two partitions, as `layout` asks for them. */
const layout = `
sets: {fast: {type: [nvme], count: 2}}
volumes:
  system: {set: fast, level: raid1, filesystem: ext4, mount: /system, size: 50G}
  scratch: {set: fast, level: raid0, filesystem: xfs, mount: /scratch}
`
const part = (number: number, index: number, name: string, content: Content): Partition => ({
  device: `${device(number)}p${index}`,
  name,
  size: 50 * 2 ** 30,
  content,
})
const tabled = (number: number, one: Content, two: Content): Disk =>
  disk(number, {
    kind: 'table',
    table: 'gpt',
    partitions: [part(number, 1, 'system', one), part(number, 2, 'scratch', two)],
  })

const cases: readonly Case[] = [
  {
    name: '1 disk',
    disks: blanks(1),
    wipe: true,
    refused: { code: 'disk.count', message: /raid1 at \/system .* 0 for it/ },
  },
  {
    name: '2 disks',
    disks: blanks(2),
    wipe: true,
    refused: { code: 'disk.count', message: /raid1 at \/system .* 1 for it/ },
  },
  { name: '3 disks', disks: blanks(3), wipe: true, refused: tooFew },
  { name: '4 disks, wipe', disks: blanks(4), wipe: true, steps: fresh('destroy what is on', 4) },
  { name: '6 disks, wipe', disks: blanks(6), wipe: true, steps: fresh('destroy what is on', 4, 5, 6) },
  { name: '8 blank disks, keep', disks: blanks(8), steps: fresh('mark', 4, 5, 6, 7, 8) },
  {
    name: 'wipe destroys what is there',
    disks: disks(windows, data, { kind: 'luks', label: '' }, { kind: 'other', what: 'LVM2_member' }),
    wipe: true,
    steps: fresh('destroy what is on', 4),
  },
  {
    name: 'wipe leaves a disk with an operating system alone',
    disks: disks(blank, blank, windows, blank),
    wipe: true,
    refused: {
      code: 'disk.busy',
      message: /nvme2n1 \(disk 3, PM9A3, serial S3, 1\.0 TiB\) is left alone: it holds an EFI/,
    },
  },
  {
    name: 'wipe destroys an operating system on a disk that is named',
    disks: disks(blank, blank, windows, blank),
    wipe: true,
    expendable: ['s3'],
    steps: fresh('destroy what is on', 4),
  },
  {
    name: 'wipe leaves a part of an array alone whose other part is not the profile’s',
    disks: disks(member('os', 'raid1', 2), member('os', 'raid1', 2), blank, blank),
    wipe: true,
    refused: { code: 'disk.busy', message: /nvme1n1 .*array 'os', which also lies on \/dev\/nvme0n1/ },
  },
  {
    name: 'wipe stops arrays first',
    disks: disks(blank, system, system, scratch),
    arrays: [array('md127', [2, 3])],
    wipe: true,
    steps: ['stop /dev/md127', ...fresh('destroy what is on', 4)],
  },
  {
    name: 'wipe closes mappings that nothing uses',
    disks: disks(blank, system, system, scratch),
    arrays: [array('md127', [2, 3])],
    mappings: [
      { name: 'system', on: '/dev/md127' },
      { name: 'home', on: '/dev/sdx' },
    ],
    wipe: true,
    steps: ["close the LUKS mapping 'system'", 'stop /dev/md127', ...fresh('destroy what is on', 4)],
  },
  {
    name: 'wipe never stops an array in use',
    disks: disks(blank, system, system, scratch),
    arrays: [array('md127', [2, 3], { busy: 'it is mounted at /home' })],
    wipe: true,
    refused: { code: 'disk.busy', message: /md127 cannot be stopped: it is mounted at \/home/ },
  },
  {
    name: 'wipe never breaks a running array that reaches beyond the profile',
    disks: disks(blank, blank, blank, blank),
    arrays: [array('md0', [1, 2])],
    wipe: true,
    refused: { code: 'disk.busy', message: /nvme0n1, which the profile leaves alone/ },
  },
  {
    name: 'a disk in use is not touched',
    disks: [disk(1), disk(2, data, { busy: 'it is mounted at /boot' }), disk(3), disk(4)],
    wipe: true,
    expendable: ['S2'],
    refused: { code: 'disk.busy', message: /nvme1n1 .* may not be touched: it is mounted/ },
  },
  {
    name: 'a disk in use that the profile leaves alone',
    disks: [disk(1, windows, { busy: 'it is mounted at /' }), disk(2), disk(3), disk(4)],
    steps: fresh('mark', 4),
  },
  {
    name: 'one disk over two cables is not two',
    disks: [disk(1), disk(2), disk(3, blank, { wwid: 'eui.2' }), disk(4)],
    wipe: true,
    refused: { code: 'disk.busy', message: /nvme1n1 .* and \/dev\/nvme2n1 are one disk/ },
  },
  {
    name: 'nor in two sets',
    disks: [disk(1), disk(2), disk(3), disk(4, blank, { wwid: 'eui.2' })],
    refused: { code: 'disk.busy', message: /nvme1n1 .* and \/dev\/nvme3n1 are one disk/ },
  },
  {
    name: 'a disk that cannot be read',
    disks: disks(blank, blank, { kind: 'unreadable', reason: 'EIO' }, blank),
    wipe: true,
    refused: { code: 'disk.unreadable', message: /nvme2n1 .* cannot be read: EIO/ },
  },
  {
    name: 'a disk that may be unplugged does not count',
    disks: [...blanks(3), { ...disk(4), number: undefined } as unknown as Disk],
    wipe: true,
    refused: tooFew,
  },
  {
    name: 'keep takes what is ours',
    disks: disks(windows, system, system, scratch),
    steps: [...take('system', 2, 3), ...take('scratch', 4)],
  },
  {
    name: 'keep adopts an array that runs',
    disks: disks(blank, system, system, scratch),
    arrays: [array('md127', [2, 3]), array('md126', [4])],
    steps: ["take the ext4 file system 'system'", "take the ext4 file system 'scratch'"],
  },
  {
    name: 'keep puts an array together anew that udev began',
    disks: disks(blank, system, system, scratch),
    arrays: [array('md127', [2], { isActive: false })],
    steps: ['stop /dev/md127', ...take('system', 2, 3), ...take('scratch', 4)],
  },
  {
    name: 'keep gives a running array the member that it lacks',
    disks: disks(blank, system, system, scratch),
    arrays: [array('md127', [3]), array('md126', [4])],
    steps: [
      `add ${device(2)} to 'system'`,
      "take the ext4 file system 'system'",
      "take the ext4 file system 'scratch'",
    ],
  },
  {
    name: 'keep rebuilds a mirror on a new disk',
    disks: disks(blank, system, blank, scratch),
    steps: [
      "assemble 'system' (uuid-system) of /dev/nvme1n1",
      "add /dev/nvme2n1 to 'system'",
      "take the ext4 file system 'system'",
      ...take('scratch', 4),
    ],
    warnings: [/^the array 'system' \(raid1\) has 1 of its 2 disks; \/dev\/nvme2n1 \(disk 3, .*\) joins it$/],
  },
  {
    name: 'keep finds arrays though every number has changed',
    disks: disks(system, scratch),
    steps: [...take('system', 1), ...take('scratch', 2)],
    warnings: [/'system' \(raid1\) has 1 of its 2 disks$/],
  },
  {
    name: 'a new disk that is too small does not join',
    disks: [
      ...disks(blank, member('system', 'raid1', 2, { need: 2 ** 40 })),
      disk(3, blank, { size: 2 ** 40 * 0.98 }),
      disk(4, scratch),
    ],
    steps: [...take('system', 2), ...take('scratch', 4)],
    warnings: [/has 1 of its 2 disks$/, /nvme2n1 .* is too small for 'system'/],
  },
  ...(
    [
      ['a partition table', data],
      ['a file system', { kind: 'filesystem', fs: 'ext4', label: 'home' }],
      ['unknown data', { kind: 'other', what: 'unknown data' }],
      ['an array of another name', member('home', 'raid1', 2)],
    ] as const
  ).flatMap(([what, content]): Case[] => [
    {
      name: `keep never formats ${what}`,
      disks: disks(blank, content, content, scratch),
      refused: { code: 'disk.foreign', message: /raid1 at \/system .*: \/dev\/nvme1n1 .* holds .*; \/dev\/nvme2n1/ },
    },
    {
      name: `keep never adds a disk that holds ${what}`,
      disks: disks(blank, system, content, scratch),
      steps: [...take('system', 2), ...take('scratch', 4)],
      warnings: [/has 1 of its 2 disks$/, /nvme2n1 .* does not join 'system', as it holds/],
    },
  ]),
  {
    name: 'keep tells members of two arrays with one name apart',
    disks: disks(blank, system, member('system', 'raid1', 2, { uuid: 'another' }), scratch),
    refused: { code: 'disk.foreign', message: /2 arrays are named 'system': uuid-system on .*; another on/ },
  },
  {
    name: 'keep refuses another level',
    disks: disks(blank, member('system', 'raid0', 2), member('system', 'raid0', 2), scratch),
    refused: { code: 'disk.foreign', message: /is raid0 of 2 disks, the profile says raid1/ },
  },
  {
    name: 'keep takes an array of fewer disks than there are now, and says so',
    disks: disks(blank, system, system, scratch, blank),
    steps: [...take('system', 2, 3), ...take('scratch', 4)],
    warnings: [/nvme4n1 .* is not used: 'scratch' was made of 1 disk/],
  },
  {
    name: 'keep refuses a stripe that lacks a disk',
    disks: disks(blank, system, system, member('scratch', 'raid0', 2), blank),
    refused: { code: 'disk.members', message: /'scratch' \(raid0\) lacks 1 of its 2 disks; there is \/dev\/nvme3n1/ },
  },
  {
    name: 'without a volume that is optional the boot goes on',
    disks: disks(blank, system, system, member('scratch', 'raid0', 2), blank),
    optional: ['/scratch'],
    steps: take('system', 2, 3),
    warnings: [/^\/scratch is left out: the array 'scratch' \(raid0\) lacks 1/],
  },
  {
    name: 'what was begun and not finished is made anew, in keep mode too',
    disks: disks(blank, unfinished('system'), blank, scratch),
    steps: [
      `destroy what is on ${device(2)}`,
      `mark ${device(3)} as begun`,
      ...made('raid1', 'system', 2, 3),
      ...take('scratch', 4),
    ],
  },
  {
    name: 'a stripe whose marks were going when the power went is whole',
    profile: 'disk_config[1]="raid0:ext4:/scratch"',
    disks: disks(member('scratch', 'raid0', 2), {
      ...unfinished('scratch'),
      array: { uuid: 'uuid-scratch', name: 'scratch', level: 'raid0', devices: 2, role: 'active' },
    } as Content),
    steps: [...take('scratch', 1, 2), `mark ${device(2)} as finished`],
  },
  {
    name: 'single takes one disk',
    profile: 'disk_config[1]="single:xfs:/data"\ndisk_config[2]=""',
    disks: disks({ kind: 'filesystem', fs: 'xfs', label: 'data' }, windows),
    steps: ["take the xfs file system 'data'"],
  },
  {
    name: 'disks that are too small for their volumes are refused, those alone',
    yaml: 'sets: {pair: {serial: [S1, S2]}}\nvolumes: {system: {set: pair, level: raid1, filesystem: ext4, mount: /system, size: 1000G}}',
    disks: [disk(1), disk(2, blank, { size: 900 * 2 ** 30 })],
    wipe: true,
    refused: {
      code: 'disk.count',
      message: /needs 1000 GiB on each disk, too much for \/dev\/nvme1n1 \(.*, 900 GiB\)$/,
    },
  },
  {
    name: 'single refuses two',
    profile: 'disk_config[1]="single:xfs:/data"',
    disks: blanks(2),
    wipe: true,
    refused: { code: 'disk.count', message: /covers 2 disks, single takes one/ },
  },
  { name: 'a profile without disks', profile: 'disk_config[1]=""', disks: blanks(0), wipe: true, steps: [] },
  {
    name: 'a set with several volumes is partitioned',
    yaml: layout,
    disks: blanks(3),
    steps: [
      `mark ${devices(1, 2)} as begun`,
      ...[1, 2].map((number) => `partition ${device(number)}: 'system' 50 GiB, 'scratch' the rest`),
      "create raid1 'system' of /dev/nvme0n1p1 /dev/nvme1n1p1",
      "make the ext4 file system 'system'",
      'mark /dev/nvme0n1p1 /dev/nvme1n1p1 as finished',
      "create raid0 'scratch' of /dev/nvme0n1p2 /dev/nvme1n1p2",
      "make the xfs file system 'scratch'",
      'mark /dev/nvme0n1p2 /dev/nvme1n1p2 as finished',
    ],
  },
  {
    name: 'a table of ours with nothing in it is used, beside a disk that has none yet',
    yaml: layout,
    disks: [tabled(1, blank, unfinished('scratch')), disk(2)],
    steps: [
      'mark /dev/nvme1n1 as begun',
      "partition /dev/nvme1n1: 'system' 50 GiB, 'scratch' the rest",
      'mark /dev/nvme0n1p1 as begun',
      "create raid1 'system' of /dev/nvme0n1p1 /dev/nvme1n1p1",
      "make the ext4 file system 'system'",
      'mark /dev/nvme0n1p1 /dev/nvme1n1p1 as finished',
      'destroy what is on /dev/nvme0n1p2',
      "create raid0 'scratch' of /dev/nvme0n1p2 /dev/nvme1n1p2",
      "make the xfs file system 'scratch'",
      'mark /dev/nvme0n1p2 /dev/nvme1n1p2 as finished',
    ],
  },
  {
    name: 'a volume of a set is there and the next is not yet',
    yaml: layout,
    disks: [tabled(1, system, unfinished('scratch')), tabled(2, system, blank)],
    steps: [
      "assemble 'system' (uuid-system) of /dev/nvme0n1p1 /dev/nvme1n1p1",
      "take the ext4 file system 'system'",
      'destroy what is on /dev/nvme0n1p2',
      'mark /dev/nvme1n1p2 as begun',
      "create raid0 'scratch' of /dev/nvme0n1p2 /dev/nvme1n1p2",
      "make the xfs file system 'scratch'",
      'mark /dev/nvme0n1p2 /dev/nvme1n1p2 as finished',
    ],
  },
  {
    name: 'a new disk in a partitioned set is partitioned and joins',
    yaml: layout.replace('raid0', 'raid1'),
    disks: [tabled(1, system, member('scratch', 'raid1', 2)), disk(2)],
    steps: [
      'mark /dev/nvme1n1 as begun',
      "partition /dev/nvme1n1: 'system' 50 GiB, 'scratch' the rest",
      "assemble 'system' (uuid-system) of /dev/nvme0n1p1",
      "add /dev/nvme1n1p1 to 'system'",
      "take the ext4 file system 'system'",
      "assemble 'scratch' (uuid-scratch) of /dev/nvme0n1p2",
      "add /dev/nvme1n1p2 to 'scratch'",
      "take the xfs file system 'scratch'",
    ],
    warnings: [/'system' \(raid1\) has 1 of its 2/, /'scratch' \(raid1\) has 1 of its 2/],
  },
  {
    name: 'spares, LUKS, arguments of mkfs; sets by size, model and serial',
    yaml: `
sets:
  fast: {least: 900GB, model: ["PM9*"], count: 3, spares: 1}
  slow: {serial: [USB*]}
volumes:
  safe: {set: fast, level: raid1, filesystem: ext4, mount: /safe, key: disk.key, mkfs: [-m, "0"]}
  tmp: {set: slow, level: single, filesystem: swap}
`,
    disks: [
      disk(1, blank, { size: 10 ** 11 }),
      disk(2),
      disk(3, blank, { model: 'other' }),
      ...[4, 5, 6].map((number) => disk(number)),
      { ...disk(7, windows, { serial: 'USB1' }), number: undefined } as unknown as Disk,
    ],
    wipe: true,
    steps: [
      `destroy what is on ${devices(2, 4, 5)}`,
      `create raid1 'safe' of ${devices(2, 4)}, spare ${device(5)}`,
      "encrypt 'safe' with the key disk.key",
      "make the ext4 file system 'safe' (LUKS) with -m 0",
      `mark ${devices(2, 4, 5)} as finished`,
      `destroy what is on ${device(7)}`,
      "make the swap space 'tmp'",
      `mark ${device(7)} as finished`,
    ],
  },
  {
    name: 'a lost spare is replaced',
    yaml: `
sets: {all: {spares: 1}}
volumes: {data: {set: all, level: raid5, filesystem: ext4, mount: /data}}
`,
    disks: disks(member('data', 'raid5', 3), member('data', 'raid5', 3), member('data', 'raid5', 3), blank),
    steps: [
      `assemble 'data' (uuid-data) of ${devices(1, 2, 3)}`,
      `add ${device(4)} to 'data'`,
      "take the ext4 file system 'data'",
    ],
  },
  {
    name: 'an encrypted volume is unlocked, and a plain one in its place is foreign',
    yaml: 'sets: {one: {count: 1}}\nvolumes: {safe: {set: one, level: single, filesystem: ext4, mount: /safe, key: k}}\n',
    disks: disks({ kind: 'luks', label: 'safe' }),
    steps: ["unlock 'safe' with the key k", "take the ext4 file system 'safe' (LUKS)"],
  },
  {
    name: 'a plain file system where an encrypted one belongs',
    yaml: 'sets: {one: {count: 1}}\nvolumes: {safe: {set: one, level: single, filesystem: ext4, mount: /safe, key: k}}\n',
    disks: disks({ kind: 'filesystem', fs: 'ext4', label: 'safe' }),
    refused: { code: 'disk.foreign', message: /holds ext4 'safe'/ },
  },
]

const settingsOf = (each: Case): MkdiskSettings => {
  const { profile = example, yaml, wipe = false, optional = [], expendable = [] } = each
  const sets = yaml === undefined ? parseProfile(profile, 'profile') : parseYamlProfile(yaml, 'profile.yml')
  return { sets: withOptional(sets, optional), wipe, move: [], expendable }
}

const planOf = (each: Case) =>
  planMkdisk(settingsOf(each), { disks: each.disks, arrays: each.arrays ?? [], mappings: each.mappings ?? [] })

for (const each of cases) {
  test(each.name, () => {
    if (each.refused) {
      const { code, message } = each.refused
      assert.throws(
        () => planOf(each),
        (thrown: Error) => {
          const all = thrown instanceof Failure ? [thrown, ...thrown.others] : []
          const isTold = all.some((failure) => failure.code === code && message.test(failure.message) && failure.hint)
          if (!isTold) throw thrown
          return true
        },
      )
      return
    }
    const plan = planOf(each)
    const steps = plan.steps.filter(({ kind }) => kind !== 'mount' && kind !== 'swap').map(stepText)
    assert.equal(steps, each.steps)
    assert.is(plan.warnings.length, each.warnings?.length ?? 0, plan.warnings.join('\n'))
    for (const [index, pattern] of (each.warnings ?? []).entries()) assert.match(plan.warnings[index]!, pattern)
  })
}

test('in keep mode nothing is destroyed, made anew or formatted over', () => {
  for (const each of cases.filter(({ wipe, refused }) => !wipe && !refused)) {
    const places = each.disks.flatMap(({ device: whole, content }) => [
      [whole, content] as const,
      ...(content.kind === 'table' ? content.partitions.map((one) => [one.device, one.content] as const) : []),
    ])
    const kindOf = (name: string) => new Map(places).get(name)?.kind
    for (const step of planOf(each).steps) {
      if (step.kind === 'clear') for (const one of step.disks) assert.is(kindOf(one.device), 'unfinished', each.name)
      if (step.kind === 'claim' || step.kind === 'clear') continue
      const touched =
        step.kind === 'create' ? step.members : step.kind === 'format' && step.isFresh ? step.target.members : []
      for (const name of touched) assert.ok(['blank', 'unfinished', undefined].includes(kindOf(name)), each.name)
    }
  }
})

test('every problem is told at once, with what to do', () => {
  const each: Case = { name: '', disks: disks(blank, data, data, windows), wipe: false }
  assert.throws(
    () => planOf(each),
    (thrown: Error) => thrown instanceof Failure && thrown.others.length === 1 && /blkdiscard/.test(thrown.hint ?? ''),
  )
})

test('mounts, moves and the cache directory come last, outer mount points first', () => {
  const sets = parseProfile('disk_config[1]="single:ext4:/data/deep"\ndisk_config[2]="single:ext4:/data"', 'p')
  const settings = {
    sets,
    wipe: true,
    move: [{ from: '/tmp', to: '/data/tmp' }],
    fscache: '/data/cache',
    expendable: [],
  }
  const { steps } = planMkdisk(settings, { disks: blanks(2), arrays: [], mappings: [] })
  assert.equal(steps.slice(-4).map(stepText), [
    "mount 'data' at /data (noatime)",
    "mount 'data-deep' at /data/deep (noatime)",
    'move /tmp to /data/tmp',
    'make the directory /data/cache',
  ])
})

test('what would lie on a volume that is left out is left out', () => {
  const each: Case = {
    name: '',
    disks: disks(blank, system, system, member('scratch', 'raid0', 2)),
    optional: ['/scratch'],
  }
  const settings = { ...settingsOf(each), move: [{ from: '/tmp', to: '/scratch/tmp' }], fscache: '/system/cache' }
  const plan = planMkdisk(settings, { disks: each.disks, arrays: [], mappings: [] })
  assert.equal(plan.steps.slice(-2).map(stepText), [
    "mount 'system' at /system (noatime)",
    'make the directory /system/cache',
  ])
  assert.match(plan.warnings.at(-1)!, /moving \/tmp to \/scratch\/tmp is left out, as \/scratch is not there/)
})

test('a plan reads like a table, and has all of it as JSON', () => {
  const plan = planOf({ name: '', disks: disks(windows, system, blank, scratch) })
  assert.is(
    planText(plan),
    `mkdisk, keep: nothing is formatted that holds anything
  disk  device        size     type  model  serial  holds                                          use
  1     /dev/nvme0n1  1.0 TiB  nvme  PM9A3  S1      an EFI system partition (gpt partition table)  left alone
  2     /dev/nvme1n1  1.0 TiB  nvme  PM9A3  S2      a member of the raid1 array 'system'           raid1 ext4 /system
  3     /dev/nvme2n1  1.0 TiB  nvme  PM9A3  S3      nothing                                        raid1 ext4 /system
  4     /dev/nvme3n1  1.0 TiB  nvme  PM9A3  S4      a member of the raid0 array 'scratch'          raid0 ext4 /scratch
  1. assemble 'system' (uuid-system) of /dev/nvme1n1
  2. add /dev/nvme2n1 to 'system'
  3. take the ext4 file system 'system'
  4. assemble 'scratch' (uuid-scratch) of /dev/nvme3n1
  5. take the ext4 file system 'scratch'
  6. mount 'system' at /system (noatime)
  7. mount 'scratch' at /scratch (noatime)
  warning: the array 'system' (raid1) has 1 of its 2 disks; /dev/nvme2n1 (disk 3, PM9A3, serial S3, 1.0 TiB) joins it
`,
  )
  const document = planDocument(
    plan,
    plan.steps.map(({ kind }) => kind === 'format'),
  )
  assert.is(document.mode, 'keep')
  assert.is(document.steps.length, 7)
  assert.equal(document.disks[1]?.holds, "a member of the raid1 array 'system'")
  assert.not.match(JSON.stringify(document), /undefined/)
})

test.run()
