import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { compareSlots, contentOf, parseExamine } from '../../../agent/system/disks.ts'
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

test('reads a superblock, with and without a home host', () => {
  const text =
    'MD_LEVEL=raid1\nMD_DEVICES=2\nMD_NAME=any:system\nMD_UUID=714db921:459a3445:364a4aa0:332af582\nMD_UPDATE_TIME=1\n'
  const label = { uuid: '714db921:459a3445:364a4aa0:332af582', level: 'raid1', devices: 2, name: 'system' }
  assert.equal(parseExamine(text), label)
  assert.equal(parseExamine(text.replace('any:', '')), label)
  assert.is(parseExamine('mdadm: No md superblock detected'), undefined)
})

const size = 16 * 1024 ** 2

/** What is seen on a file of 16 MiB after `make` wrote to it. */
const content = async (make: (path: string) => unknown) => {
  const directory = mkdtempSync(join(tmpdir(), 'disks-'))
  const path = join(directory, 'disk')
  try {
    const file = openSync(path, 'w')
    ftruncateSync(file, size)
    closeSync(file)
    await make(path)
    return await contentOf(path, size)
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

test('a partition table is foreign', async () => {
  // one Linux partition, and the signature of a master boot record
  const entry = Buffer.from([0, 0, 0, 0, 0x83, 0, 0, 0, 0, 8, 0, 0, 0, 16, 0, 0])
  const found = await content((path) => {
    write(446, entry)(path)
    write(510, Buffer.from([0x55, 0xaa]))(path)
  })
  assert.equal(found, { kind: 'other', what: 'a dos partition table' })
})

test('swap is foreign', async () => {
  assert.equal(await content((path) => tool('mkswap', ['-q', path])), { kind: 'other', what: 'swap' })
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
