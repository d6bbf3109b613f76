import { readFileSync, statfsSync } from 'node:fs'
import * as assert from 'uvu/assert'
import { openLocal } from '../../../engine/connections/local.ts'
import { parseListing, parseSize, parseTable, parseUuids } from '../../../engine/modules/mount_facts/entries.ts'
import { mount_facts } from '../../../engine/modules/mount_facts/mount_facts.ts'
import { suite } from '../../suite.ts'
import { prepare, runCases, start } from './cases.ts'

runCases(mount_facts)

const test = suite('facts about mounts')

test('the mounts of this machine, as the kernel has them', async () => {
  const connection = await openLocal()
  const parameters = { include_aggregate_mounts: true, sources: ['/proc/mounts'] }
  const place = prepare({ name: 'this machine', parameters })
  try {
    const { result } = await start(mount_facts, { name: 'this machine', parameters }, place, connection, false)
    const { mount_points, aggregate_mounts } = result.ansible_facts as {
      mount_points: Record<string, Record<string, unknown>>
      aggregate_mounts: readonly { mount: string; ansible_context: { source_data: string } }[]
    }
    const lines = readFileSync('/proc/mounts', 'utf8').trimEnd().split('\n')
    assert.equal(
      aggregate_mounts.map((one) => one.ansible_context.source_data),
      lines,
    )
    assert.is(Object.keys(mount_points).length, new Set(aggregate_mounts.map(({ mount }) => mount)).size)
    const root = statfsSync('/')
    const { device, fstype, block_total, block_size, size_total, inode_total } = mount_points['/'] ?? {}
    assert.is(
      `${device} / ${fstype}`,
      lines
        .find((line) => line.split(' ')[1] === '/')
        ?.split(' ')
        .slice(0, 3)
        .join(' '),
    )
    assert.equal([block_total, block_size, inode_total], [root.blocks, root.bsize, root.files])
    assert.is(size_total, root.blocks * root.bsize)
  } finally {
    place.remove()
    await connection.close()
  }
})

test('the standard sources: what is mounted comes first', async () => {
  const connection = await openLocal()
  const place = prepare({ name: 'all', parameters: {} })
  try {
    const { result } = await start(mount_facts, { name: 'all', parameters: {} }, place, connection, false)
    const { mount_points } = result.ansible_facts as {
      mount_points: Record<string, { ansible_context: { source: string } }>
    }
    const source = readable('/etc/mtab') ? '/etc/mtab' : '/proc/mounts'
    assert.is(mount_points['/proc']?.ansible_context.source, source)
  } finally {
    place.remove()
    await connection.close()
  }
})

const readable = (path: string): boolean => {
  try {
    return readFileSync(path).length > 0
  } catch {
    return false
  }
}

test('files of other forms hold no mounts', () => {
  assert.equal(parseTable('nodev\tproc\next4\n', '/etc/filesystems'), [])
  assert.equal(parseTable('/dev/a - /a ufs 1 no -\n', '/etc/vfstab'), [])
  assert.equal(parseTable('# nothing\n\n', '/etc/fstab'), [])
})

test('what mount prints', () => {
  const text = '/dev/vda on / type ext4 (rw,relatime)\nn01:/a on /b type nfs4 (ro)\n'
  assert.equal(
    parseListing(text, 'mount').map(({ device, mount, fstype, options }) => [device, mount, fstype, options]),
    [
      ['/dev/vda', '/', 'ext4', 'rw,relatime'],
      ['n01:/a', '/b', 'nfs4', 'ro'],
    ],
  )
  assert.equal(parseListing(`${text}map auto_home on /home (autofs)\n`, 'mount'), [])
})

test('UUIDs of devices, by lsblk and by links', () => {
  const text = '/dev/sda                \n/dev/mapper/data-one 0f7f-EC0\n/dev/sdb 1234\n'
  assert.equal(Object.fromEntries(parseUuids(text)), { '/dev/mapper/data-one': '0f7f-EC0', '/dev/sdb': '1234' })
})

test('sizes in the units of statvfs', () => {
  assert.equal(parseSize('512 4096 100 40 20 5'), {
    size_total: 51200,
    size_available: 20480,
    block_size: 4096,
    block_total: 100,
    block_available: 40,
    block_used: 60,
    inode_total: 20,
    inode_available: 5,
    inode_used: 15,
  })
  assert.is(parseSize('stat: cannot read'), undefined)
})

test.run()
