import {
  closeSync,
  ftruncateSync,
  mkdtempSync,
  openSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { mkfsCommand } from '../../../agent/mkdisk/volumes.ts'
import { contentOf } from '../../../agent/system/content.ts'
import { compareSlots, isLocal } from '../../../agent/system/disks.ts'
import { type MarkKind, markOffsets, markText, removeMarks, writeMark } from '../../../agent/system/marks.ts'
import { parseExamine } from '../../../agent/system/raid.ts'
import { tool } from '../../../engine/process.ts'
import { suite } from '../../suite.ts'

const test = suite('agent disks')

test('the order is that of the slots, whichever driver was first', () => {
  const slots = [
    '/sys/devices/pci0000:00/0000:00:1f.2/ata2/host1/target1:0:0/1:0:0:0/block/sda',
    '/sys/devices/pci0000:00/0000:00:04.0/nvme/nvme3/nvme3n1',
    '/sys/devices/pci0000:00/0000:00:05.0/nvme/nvme0/nvme0n1',
    '/sys/devices/pci0000:00/0000:00:1f.2/ata11/host10/target10:0:0/10:0:0:0/block/sdk',
    '/sys/devices/pci0000:00/0000:00:1f.2/ata3/host2/target2:0:0/2:0:0:0/block/sdb',
    '/sys/devices/pci0000:80/0000:80:01.0/0000:81:00.0/nvme/nvme1/nvme1n1',
  ]
  const sorted = slots.toSorted(compareSlots).map((path) => path.split('/').at(-1))
  assert.equal(sorted, ['nvme3n1', 'nvme0n1', 'sda', 'sdb', 'sdk', 'nvme1n1'])
})

test("a disk of USB or of a network is not the node's own", () => {
  const local = [
    '/sys/devices/pci0000:00/0000:00:1f.2/ata2/host1/target1:0:0/1:0:0:0/block/sda',
    '/sys/devices/pci0000:00/0000:00:04.0/nvme/nvme3/nvme3n1',
    '/sys/devices/pci0000:00/0000:00:02.0/0000:02:00.0/host0/port-0:1/end_device-0:1/target0:0:1/0:0:1:0/block/sdb',
    '/sys/devices/pci0000:00/0000:00:05.0/virtio2/block/vda',
    '/sys/devices/vbd-51712/block/xvda',
  ]
  const others = [
    '/sys/devices/pci0000:00/0000:00:14.0/usb2/2-1/2-1:1.0/host6/target6:0:0/6:0:0:0/block/sdc',
    '/sys/devices/platform/host3/session1/target3:0:0/3:0:0:0/block/sdd',
    '/sys/devices/pci0000:00/0000:00:06.0/host4/rport-4:0-1/target4:0:1/4:0:1:0/block/sde',
    '/sys/devices/virtual/nvme-fabrics/ctl/nvme4/nvme4n1',
    '/sys/devices/virtual/block/drbd0',
    '/sys/devices/rbd/0/block/rbd0',
  ]
  assert.equal(
    local.filter((path) => !isLocal(path)),
    [],
  )
  assert.equal(others.filter(isLocal), [])
})

const examined = `/dev/nvme1n1:
          Magic : a92b4efc
        Version : 1.2
     Array UUID : 714db921:459a3445:364a4aa0:332af582
           Name : any:system
     Raid Level : raid1
   Raid Devices : 2

 Avail Dev Size : 260096 sectors (127.00 MiB 133.17 MB)
     Array Size : 130048 KiB (127.00 MiB 133.17 MB)
  Used Dev Size : 260000 sectors (126.95 MiB 133.12 MB)
    Data Offset : 2048 sectors
    Device UUID : 5b2f4b0e:7f7a0b9c:11111111:22222222
         Events : 17
   Device Role : Active device 1
`

test('reads a superblock, with and without a home host', () => {
  const label = {
    ...{ uuid: '714db921:459a3445:364a4aa0:332af582', level: 'raid1', devices: 2, name: 'system', role: 'active' },
    need: (260000 + 2048) * 512,
  }
  assert.equal(parseExamine(examined), label)
  assert.equal(parseExamine(examined.replace('any:system', 'system')), label)
  assert.equal(parseExamine(examined.replace('any:system', 'n1:system  (local to host n1)')), label)
  assert.is(parseExamine(examined.replace('Active device 1', 'spare'))?.role, 'spare')
  assert.is(parseExamine(examined.replace(/ +Used Dev Size.*\n/, ''))?.need, (260096 + 2048) * 512, 'all of it is used')
  assert.is(parseExamine('mdadm: No md superblock detected'), undefined)
})

const size = 16 * 1024 ** 2

/** What is seen on a file of 16 MiB after `make` wrote to it. */
const content = async (make: (path: string) => unknown, bytes = size) => {
  const directory = mkdtempSync(join(tmpdir(), 'disks-'))
  const path = join(directory, 'disk')
  try {
    const file = openSync(path, 'w')
    ftruncateSync(file, size)
    closeSync(file)
    await make(path)
    return await contentOf(path, bytes)
  } finally {
    rmSync(directory, { recursive: true })
  }
}

const write = (position: number, data: string | Buffer) => (path: string) => {
  const file = openSync(path, 'r+')
  const bytes = Buffer.from(data)
  writeSync(file, bytes, 0, bytes.length, position)
  closeSync(file)
}

test('a disk of zeros is blank', async () => assert.equal(await content(() => {}), { kind: 'blank' }))

test('a file system has type and label', async () => {
  const found = await content((path) => tool('mkfs.ext4', ['-q', '-F', '-L', 'system', path]))
  assert.equal(found, { kind: 'filesystem', fs: 'ext4', label: 'system' })
})

test('a partition table is told of', async () => {
  // one Linux partition, and the signature of a master boot record
  const entry = Buffer.from([0, 0, 0, 0, 0x83, 0, 0, 0, 0, 8, 0, 0, 0, 16, 0, 0])
  const found = await content((path) => {
    write(446, entry)(path)
    write(510, Buffer.from([0x55, 0xaa]))(path)
  })
  assert.equal(found, { kind: 'table', table: 'dos', partitions: [] })
})

test('swap has its label', async () => {
  const found = await content((path) => tool('mkswap', ['-q', '-L', 'swap2', path]))
  assert.equal(found, { kind: 'filesystem', fs: 'swap', label: 'swap2' })
})

for (const kind of ['member', 'table', 'inside'] as const satisfies readonly MarkKind[]) {
  test(`a mark (${kind}) tells of what was begun, until it is taken away`, async () => {
    assert.equal(await content((path) => writeMark(path, size, kind, 'system')), { kind: 'unfinished', name: 'system' })
    const after = await content(async (path) => {
      await writeMark(path, size, kind, 'system')
      await removeMarks(path, size)
    })
    assert.equal(after, { kind: 'blank' })
  })
}

for (const fs of ['ext4', 'xfs', 'btrfs', 'swap'] as const) {
  test(`mkfs.${fs} leaves the mark of a volume of its own`, async () => {
    const large = 400 * 1024 ** 2
    const found = await content(async (path) => {
      truncateSync(path, large)
      await writeMark(path, large, 'inside', 'system')
      const [program = '', ...args] = mkfsCommand(fs, 'system', [], path)
      await tool(program, args)
    }, large)
    assert.equal(found, { kind: 'unfinished', name: 'system' })
  })
}

test('an old mark under what somebody else made since does not count', async () => {
  const found = await content(async (path) => {
    await writeMark(path, size, 'member', 'system')
    await tool('mkfs.ext4', ['-q', '-F', '-L', 'home', path])
  })
  assert.equal(found, { kind: 'filesystem', fs: 'ext4', label: 'home' })
})

test('of the marks inside, one alone does not count', async () => {
  const [offset = 0] = markOffsets('inside', size)
  assert.equal(await content((path) => write(offset, markText('system'))(path)), { kind: 'blank' })
})

for (const [where, position] of [
  ['beginning', 4096],
  ['end', size - 100],
] as const) {
  test(`data that no tool knows, at the ${where}, is not blank`, async () => {
    assert.equal(await content(write(position, 'a data base of its own')), { kind: 'other', what: 'unknown data' })
  })
}

test('a text is no disk', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'disks-'))
  writeFileSync(join(directory, 'short'), 'x')
  const found = await contentOf(join(directory, 'short'), 1)
  rmSync(directory, { recursive: true })
  assert.is(found.kind, 'other')
})

test.run()
