import * as assert from 'uvu/assert'
import { nameOf, parseConf, parseProfile, settingsOf } from '../../../agent/mkdisk/profile.ts'
import { Failure } from '../../../engine/failure.ts'
import { suite } from '../../suite.ts'

const test = suite('agent mkdisk profile')

test('reads a profile in the order of its disks', () => {
  const text = `# nodes with NVMe
disk_config[4]='raid0:xfs:/scratch' # the rest
disk_config[1]=""
disk_config[2]=raid1:ext4:/system
`
  assert.equal(parseProfile(text, 'p'), [
    { first: 1 },
    { first: 2, use: { level: 'raid1', fs: 'ext4', mount: '/system' } },
    { first: 4, use: { level: 'raid0', fs: 'xfs', mount: '/scratch' } },
  ])
})

for (const [name, line, message] of [
  ['an unknown level', 'disk_config[1]="raid7:ext4:/a"', /'raid7' is no level/],
  ['an unknown file system', 'disk_config[1]="raid1:ntfs:/a"', /'ntfs' is no file system/],
  ['a relative mount point', 'disk_config[1]="raid1:ext4:a"', /is not 'level:filesystem:mountpoint'/],
  ['a mount point that goes up', 'disk_config[1]="raid1:ext4:/a/../etc"', /is not 'level/],
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

test('refuses one mount point twice', () => {
  assert.throws(() => parseProfile('disk_config[1]=raid0:ext4:/a\ndisk_config[2]=raid0:ext4:/a', 'p'), /two entries/)
})

test('reads mkdisk.conf', () => {
  const text = `WIPE_ON_BOOT=true
MKDISK_PROFILE="compute-node"
FSCACHE_DIR=/scratch/fscache
MOVE_DIRS=/var/log:/system/log,/tmp:/system/tmp
SOMETHING_ELSE=1
`
  assert.equal(parseConf(text, 'mkdisk.conf'), {
    profile: 'compute-node',
    wipe: true,
    fscache: '/scratch/fscache',
    move: [
      { from: '/var/log', to: '/system/log' },
      { from: '/tmp', to: '/system/tmp' },
    ],
  })
})

test('what mkdisk.conf does not say is the safe thing', () => {
  assert.equal(parseConf('', 'mkdisk.conf'), { profile: 'default', wipe: false, move: [] })
  assert.is(parseConf('WIPE_ON_BOOT=maybe', 'mkdisk.conf').wipe, false)
})

test('refuses a move without a place, with its line', () => {
  assert.throws(
    () => parseConf('WIPE_ON_BOOT=true\nMOVE_DIRS=/var/log', 'c'),
    (thrown: Error) => thrown instanceof Failure && thrown.at?.line === 2,
  )
})

test('takes the settings of a boot manifest', () => {
  const settings = settingsOf({ disks: { 2: 'raid1:ext4:/system', 1: '' }, move: { '/tmp': '/system/tmp' } })
  assert.equal(settings, {
    entries: [{ first: 1 }, { first: 2, use: { level: 'raid1', fs: 'ext4', mount: '/system' } }],
    wipe: false,
    move: [{ from: '/tmp', to: '/system/tmp' }],
  })
})

test('names arrays after their mount points', () => {
  assert.equal(['/system', '/data/scratch/', '/averyveryverylongname'].map(nameOf), [
    'system',
    'data-scratch',
    'averyveryver',
  ])
})

test.run()
