import * as assert from 'uvu/assert'
import { type Content, type Disk, type Machine, planMkdisk, planText } from '../../../agent/mkdisk/plan.ts'
import { parseProfile } from '../../../agent/mkdisk/profile.ts'
import { Failure } from '../../../engine/failure.ts'
import { suite } from '../../suite.ts'

const test = suite('agent mkdisk plan')

/** The site's example: disk 1 unused, 2-3 mirrored, the rest striped. */
const example = 'disk_config[1]=""\ndisk_config[2]="raid1:ext4:/system"\ndisk_config[4]="raid0:ext4:/scratch"\n'

const blank: Content = { kind: 'blank' }
const member = (name: string, level: string, devices: number, uuid = `uuid-${name}`): Content => ({
  kind: 'member',
  array: { uuid, name, level, devices },
})
const windows: Content = { kind: 'other', what: 'a gpt partition table' }
const system = member('system', 'raid1', 2)
const scratch = member('scratch', 'raid0', 1)

const disk = (number: number, content: Content = blank, busy?: string): Disk => ({
  device: `/dev/nvme${number - 1}n1`,
  size: 2 ** 30,
  content,
  ...(busy ? { busy } : {}),
})

const disks = (...contents: readonly Content[]): Disk[] => contents.map((content, index) => disk(index + 1, content))
const blanks = (count: number): Disk[] => disks(...Array.from({ length: count }, () => blank))

type Case = {
  readonly name: string
  readonly disks: readonly Disk[]
  readonly arrays?: Machine['arrays']
  readonly profile?: string
  readonly wipe: boolean
  /** Lines of the plan between the table of disks and the mounts, or why it is refused. */
  readonly steps?: readonly string[]
  readonly refused?: { readonly code: string; readonly message: RegExp }
}

const fresh = (...scratchDisks: readonly number[]): readonly string[] => [
  "create raid1 'system' of /dev/nvme1n1 /dev/nvme2n1",
  "make the ext4 file system 'system'",
  `create raid0 'scratch' of ${scratchDisks.map((number) => `/dev/nvme${number - 1}n1`).join(' ')}`,
  "make the ext4 file system 'scratch'",
]
const destroy = (...numbers: readonly number[]): readonly string[] =>
  numbers.map((number) => `destroy what is on /dev/nvme${number - 1}n1`)
const tooFew = { code: 'disk.count', message: /raid0 at \/scratch from disk 4 on needs at least 1 disk, the node has/ }

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
  { name: '4 disks, wipe', disks: blanks(4), wipe: true, steps: [...destroy(2, 3, 4), ...fresh(4)] },
  { name: '6 disks, wipe', disks: blanks(6), wipe: true, steps: [...destroy(2, 3, 4, 5, 6), ...fresh(4, 5, 6)] },
  { name: '8 blank disks, keep', disks: blanks(8), wipe: false, steps: fresh(4, 5, 6, 7, 8) },
  {
    name: 'wipe destroys what is there, whatever it is',
    disks: disks(windows, windows, system, scratch),
    wipe: true,
    steps: [...destroy(2, 3, 4), ...fresh(4)],
  },
  {
    name: 'wipe stops arrays first',
    disks: disks(blank, system, system, scratch),
    arrays: [{ device: '/dev/md127', members: ['/dev/nvme1n1', '/dev/nvme2n1p1'] }],
    wipe: true,
    steps: ['stop /dev/md127', ...destroy(2, 3, 4), ...fresh(4)],
  },
  {
    name: 'wipe never stops an array in use',
    disks: disks(blank, system, system, scratch),
    arrays: [{ device: '/dev/md127', members: ['/dev/nvme1n1', '/dev/nvme2n1'], busy: 'it is mounted at /home' }],
    wipe: true,
    refused: { code: 'disk.busy', message: /md127 cannot be stopped: it is mounted at \/home/ },
  },
  {
    name: 'wipe never breaks an array that reaches beyond the profile',
    disks: disks(system, system, blank, blank),
    arrays: [{ device: '/dev/md0', members: ['/dev/nvme0n1', '/dev/nvme1n1'] }],
    wipe: true,
    refused: { code: 'disk.busy', message: /nvme0n1, which the profile leaves alone/ },
  },
  {
    name: 'a disk in use is not touched',
    disks: [disk(1), disk(2, windows, 'it is mounted at /boot'), disk(3), disk(4)],
    wipe: true,
    refused: { code: 'disk.busy', message: /nvme1n1 may not be touched: it is mounted/ },
  },
  {
    name: 'a disk in use that the profile leaves alone',
    disks: [disk(1, windows, 'it is mounted at /'), disk(2), disk(3), disk(4)],
    wipe: false,
    steps: fresh(4),
  },
  {
    name: 'keep takes what is ours',
    disks: disks(windows, system, system, scratch),
    wipe: false,
    steps: [
      "assemble 'system' (uuid-system) of /dev/nvme1n1 /dev/nvme2n1",
      "take the ext4 file system 'system'",
      "assemble 'scratch' (uuid-scratch) of /dev/nvme3n1",
      "take the ext4 file system 'scratch'",
    ],
  },
  {
    name: 'keep adopts an array that runs',
    disks: disks(blank, system, system, scratch),
    arrays: [
      { device: '/dev/md127', members: ['/dev/nvme1n1', '/dev/nvme2n1'] },
      { device: '/dev/md126', members: ['/dev/nvme3n1'] },
    ],
    wipe: false,
    steps: ["take the ext4 file system 'system'", "take the ext4 file system 'scratch'"],
  },
  {
    name: 'keep rebuilds a mirror on a new disk',
    disks: disks(blank, system, blank, scratch),
    wipe: false,
    steps: [
      "assemble 'system' (uuid-system) of /dev/nvme1n1",
      "add /dev/nvme2n1 to 'system'",
      "take the ext4 file system 'system'",
      "assemble 'scratch' (uuid-scratch) of /dev/nvme3n1",
      "take the ext4 file system 'scratch'",
    ],
  },
  ...(
    [
      ['a partition table', windows],
      ['a file system', { kind: 'filesystem', fs: 'ext4', label: 'home' }],
      ['unknown data', { kind: 'other', what: 'unknown data' }],
      ['an array of another name', member('home', 'raid1', 2)],
    ] as const
  ).flatMap(([what, content]): Case[] => [
    {
      name: `keep never formats ${what}`,
      disks: disks(blank, content, content, scratch),
      wipe: false,
      refused: { code: 'disk.foreign', message: /nvme1n1, for raid1 at \/system, holds/ },
    },
    {
      name: `keep never adds a disk that holds ${what}`,
      disks: disks(blank, system, content, scratch),
      wipe: false,
      refused: { code: 'disk.foreign', message: /nvme2n1, for raid1 at \/system, holds/ },
    },
  ]),
  {
    name: 'keep tells members of two arrays with one name apart',
    disks: disks(blank, system, member('system', 'raid1', 2, 'another'), scratch),
    wipe: false,
    refused: { code: 'disk.foreign', message: /nvme2n1/ },
  },
  {
    name: 'keep refuses another geometry',
    disks: disks(blank, member('system', 'raid0', 2), member('system', 'raid0', 2), scratch),
    wipe: false,
    refused: { code: 'disk.foreign', message: /is raid0 of 2 disks, the profile says raid1 of 2/ },
  },
  {
    name: 'keep refuses a stripe that lacks a disk',
    disks: disks(blank, system, system, member('scratch', 'raid0', 2), blank),
    wipe: false,
    refused: { code: 'disk.members', message: /'scratch' \(raid0\) lacks 1 of its 2 disks/ },
  },
  {
    name: 'single takes one disk',
    profile: 'disk_config[1]="single:xfs:/data"\ndisk_config[2]=""',
    disks: disks({ kind: 'filesystem', fs: 'xfs', label: 'data' }, windows),
    wipe: false,
    steps: ["take the xfs file system 'data'"],
  },
  {
    name: 'single refuses two',
    profile: 'disk_config[1]="single:xfs:/data"',
    disks: blanks(2),
    wipe: true,
    refused: { code: 'disk.count', message: /covers 2 disks, single takes one/ },
  },
  { name: 'a profile without disks', profile: 'disk_config[1]=""', disks: blanks(0), wipe: true, steps: [] },
]

const planOf = ({ disks, arrays = [], profile = example, wipe }: Case) =>
  planMkdisk({ entries: parseProfile(profile, 'profile'), wipe, move: [] }, { disks, arrays })

const isStep = (line: string) => !/^ {2}(?:disk \d|mount '|warning: )/.test(line) && line.startsWith('  ')

for (const each of cases) {
  test(each.name, () => {
    if (each.refused) {
      const { code, message } = each.refused
      assert.throws(
        () => planOf(each),
        (thrown: Error) => thrown instanceof Failure && thrown.code === code && message.test(thrown.message),
      )
      return
    }
    const lines = planText(planOf(each)).split('\n')
    assert.equal(
      lines.filter(isStep).map((line) => line.trim()),
      each.steps,
    )
  })
}

test('a mirror that lacks a disk is told of', () => {
  const plan = planOf({ name: '', disks: disks(blank, system, blank, scratch), wipe: false })
  assert.equal(plan.warnings, ["the array 'system' (raid1) runs with 1 of 2 disks"])
})

test('in keep mode nothing is destroyed, made anew or formatted over', () => {
  for (const each of cases.filter(({ wipe, refused }) => !wipe && !refused)) {
    for (const step of planOf(each).steps) {
      assert.ok(step.kind !== 'stop' && step.kind !== 'clear', each.name)
      if (step.kind !== 'create' && !(step.kind === 'format' && step.fresh)) continue
      for (const device of step.members) {
        assert.is(each.disks.find((one) => one.device === device)?.content.kind, 'blank', each.name)
      }
    }
  }
})

test('mounts, moves and the cache directory come last, outer mount points first', () => {
  const entries = parseProfile('disk_config[1]="single:ext4:/data/deep"\ndisk_config[2]="single:ext4:/data"', 'p')
  const settings = { entries, wipe: true, move: [{ from: '/tmp', to: '/data/tmp' }], fscache: '/data/cache' }
  const { steps } = planMkdisk(settings, { disks: blanks(2), arrays: [] })
  const last = planText({ wipe: true, disks: [], steps, warnings: [] }).trim().split('\n').slice(-4)
  assert.equal(
    last.map((line) => line.trim()),
    [
      "mount 'data' at /data",
      "mount 'data-deep' at /data/deep",
      'move /tmp to /data/tmp',
      'make the directory /data/cache',
    ],
  )
})

test.run()
