import * as assert from 'uvu/assert'
import { parseSize, parseYamlProfile } from '../../../agent/mkdisk/layout.ts'
import { parseConf, parseDisks, parseProfile, withOptional } from '../../../agent/mkdisk/profile.ts'
import { nameOf } from '../../../agent/mkdisk/settings.ts'
import { settingsFromManifest } from '../../../agent/stages/mkdisk.ts'
import { Failure } from '../../../engine/failure.ts'
import { suite } from '../../suite.ts'

const test = suite('agent mkdisk profile')

test('reads a profile in the order of its disks', () => {
  const text = `# nodes with NVMe
disk_config[4]='raid0:xfs:/scratch' # the rest
disk_config[1]=""
disk_config[2]=raid1:ext4:/system
`
  const usual = { mkfs: [], options: ['noatime'], required: true }
  const whole = { spares: 0, isPartitioned: false }
  assert.equal(parseProfile(text, 'p'), [
    {
      what: 'raid1 at /system from disk 2 on',
      disks: { first: 2, last: 3 },
      ...whole,
      volumes: [{ name: 'system', mount: '/system', level: 'raid1', fs: 'ext4', ...usual }],
    },
    {
      what: 'raid0 at /scratch from disk 4 on',
      disks: { first: 4 },
      ...whole,
      volumes: [{ name: 'scratch', mount: '/scratch', level: 'raid0', fs: 'xfs', ...usual }],
    },
  ])
})

for (const [name, line, message] of [
  ['an unknown level', 'disk_config[1]="raid7:ext4:/a"', /'raid7' is no level/],
  ['an unknown file system', 'disk_config[1]="raid1:ntfs:/a"', /'ntfs' is no file system/],
  ['a relative mount point', 'disk_config[1]="raid1:ext4:a"', /is not 'level:filesystem:mountpoint'/],
  ['a mount point that goes up', 'disk_config[1]="raid1:ext4:/a/../etc"', /is not 'level/],
  ['a mount point for swap', 'disk_config[1]="raid0:swap:/a"', /swap has no mount point/],
  ['disk 0', 'disk_config[0]="raid1:ext4:/a"', /counted from 1/],
  ['shell', 'rm -rf /', /this is not disk_config/],
] as const) {
  test(`refuses ${name}, with its line`, () => {
    assert.throws(
      () => parseProfile(`# comment\n${line}\n`, '/etc/mkdisk/profiles.d/x'),
      (thrown: Error) => thrown instanceof Failure && thrown.at?.line === 2 && message.test(thrown.message),
    )
  })
}

for (const [what, text, message] of [
  ['one mount point twice', 'disk_config[1]=raid0:ext4:/a\ndisk_config[2]=raid0:ext4:/a', /mount point of two entries/],
  ['one number twice', 'disk_config[1]=raid0:ext4:/a\ndisk_config[1]=raid0:ext4:/b', /disk_config\[1\] stands twice/],
  [
    'mount points that would get one label',
    'disk_config[1]=raid0:ext4:/data/project/a\ndisk_config[2]=raid0:ext4:/data/project/b',
    /both be named 'data-project'/,
  ],
] as const) {
  test(`refuses ${what}`, () => assert.throws(() => parseProfile(text, 'p'), message))
}

test('reads mkdisk.conf', () => {
  const text = `WIPE_ON_BOOT=true
MKDISK_PROFILE="compute-node"
FSCACHE_DIR=/scratch/fscache
EXPENDABLE_DISKS=S1,/dev/disk/by-id/x
OPTIONAL_MOUNTS=/scratch
MOVE_DIRS=/var/log:/system/log,/tmp:/system/tmp
SOMETHING_ELSE=1
`
  assert.equal(parseConf(text, 'mkdisk.conf'), {
    profile: 'compute-node',
    wipe: true,
    fscache: '/scratch/fscache',
    expendable: ['S1', '/dev/disk/by-id/x'],
    optional: ['/scratch'],
    move: [
      { from: '/var/log', to: '/system/log' },
      { from: '/tmp', to: '/system/tmp' },
    ],
  })
})

test('what mkdisk.conf does not say is the safe thing', () => {
  assert.equal(parseConf('', 'mkdisk.conf'), {
    profile: 'default',
    wipe: false,
    expendable: [],
    optional: [],
    move: [],
  })
  assert.is(parseConf('WIPE_ON_BOOT=maybe', 'mkdisk.conf').wipe, false)
})

test('refuses a move without a place, with its line', () => {
  assert.throws(
    () => parseConf('WIPE_ON_BOOT=true\nMOVE_DIRS=/var/log', 'c'),
    (thrown: Error) => thrown instanceof Failure && thrown.at?.line === 2,
  )
})

test('takes the settings of a boot manifest', async () => {
  const mkdisk = { disks: { 2: 'raid1:ext4:/system', 1: '' }, move: { '/tmp': '/system/tmp' }, optional: ['/system'] }
  const settings = await settingsFromManifest(mkdisk, '/')
  assert.equal(settings, {
    sets: withOptional(parseDisks(mkdisk.disks), ['/system']),
    wipe: false,
    move: [{ from: '/tmp', to: '/system/tmp' }],
    expendable: [],
  })
  assert.is(settings?.sets[0]?.volumes[0]?.required, false)
  assert.is(settings?.sets[0]?.disks.first, 2)
})

test('a mount point that is called optional must be there', () => {
  assert.throws(
    () => withOptional(parseDisks({ 1: 'raid0:ext4:/a' }), ['/b']),
    /optional \/b is the mount point of no entry/,
  )
})

test('sizes are those of the system, or those on the label of the disk', () => {
  assert.equal(['64G', '64GiB', '400GB', '1.5T', '512', '512B', '5 G', 'G'].map(parseSize), [
    ...[64 * 2 ** 30, 64 * 2 ** 30, 400e9, 1.5 * 2 ** 40, 512, 512],
    ...[undefined, undefined],
  ])
})

test('reads a profile in YAML', () => {
  const [set] = parseYamlProfile(
    `sets:
  fast: {type: [nvme], least: 400GB, count: 3, spares: 1}
volumes:
  system: {set: fast, level: raid1, filesystem: ext4, mount: /system, size: 50G, options: [noatime, nodev]}
  swap: {set: fast, level: raid1, filesystem: swap, size: 8G, key: swap.key}
  scratch: {set: fast, level: raid1, filesystem: xfs, mount: /scratch, mkfs: [-m, reflink=0], required: false}
`,
    'p.yml',
  )
  assert.equal(set?.disks, { type: ['nvme'], least: 400e9, count: 3 })
  assert.is(set?.isPartitioned, true)
  assert.equal(
    set?.volumes.map(({ name, size, options, key, required }) => [name, size, options, key, required]),
    [
      ['system', 50 * 2 ** 30, ['noatime', 'nodev'], undefined, true],
      ['swap', 8 * 2 ** 30, [], 'swap.key', true],
      ['scratch', undefined, ['noatime'], undefined, false],
    ],
  )
})

const yaml = (volume: string, set = 'a: {}') => `sets:
  ${set}
volumes:
  ${volume}
`
for (const [name, text, line, message] of [
  [
    'a field that nobody knows',
    yaml('v: {set: a, level: raid1, filesystem: ext4, mont: /a}'),
    4,
    /'mont' is no field of volumes.v/,
  ],
  [
    'a level',
    yaml('v: {set: a, level: raid7, filesystem: ext4, mount: /a}'),
    4,
    /volumes.v.level must be equal to one of/,
  ],
  [
    'a set that is not there',
    yaml('v: {set: b, level: raid1, filesystem: ext4, mount: /a}'),
    4,
    /set 'b', which is not there/,
  ],
  ['no mount point', yaml('v: {set: a, level: raid1, filesystem: ext4}'), 4, /needs a mount point/],
  ['swap with a mount point', yaml('v: {set: a, level: raid1, filesystem: swap, mount: /a}'), 4, /is swap/],
  [
    'a long label',
    yaml('averylongname1: {set: a, level: raid1, filesystem: xfs, mount: /a}'),
    4,
    /too long for a label/,
  ],
  ['a size', yaml('v: {set: a, level: raid1, filesystem: ext4, mount: /a, size: much}'), 4, /'much' is no size/],
  [
    'spares of a stripe',
    yaml('v: {set: a, level: raid0, filesystem: ext4, mount: /a}', 'a: {spares: 1}'),
    2,
    /no use for a spare/,
  ],
  [
    'a set that ends before it begins',
    yaml('v: {set: a, level: raid0, filesystem: ext4, mount: /a}', 'a: {first: 3, last: 2}'),
    2,
    /ends before/,
  ],
  [
    'a volume without a size that is not the last',
    yaml(
      'v: {set: a, level: raid0, filesystem: ext4, mount: /a}\n  w: {set: a, level: raid0, filesystem: ext4, mount: /b}',
    ),
    4,
    /'v' needs a size/,
  ],
] as const) {
  test(`refuses in YAML ${name}, with its line`, () => {
    assert.throws(
      () => parseYamlProfile(text, 'p.yml'),
      (thrown: Error) => {
        if (thrown instanceof Failure && thrown.at?.line === line && message.test(thrown.message)) return true
        throw thrown
      },
    )
  })
}

test('names arrays after their mount points', () => {
  assert.equal(['/system', '/data/scratch/', '/averyveryverylongname'].map(nameOf), [
    'system',
    'data-scratch',
    'averyveryver',
  ])
})

test.run()
