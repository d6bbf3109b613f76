import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { suite } from '../../suite.ts'
import { assertChecks, countChecks } from '../checks.ts'
import { answer, type DiskSpec, openDiskRoom } from './guest.ts'

const test = suite('agent mkdisk volumes')

const numbered = (name: string, count: number, size: number): DiskSpec[] =>
  Array.from({ length: count }, (_, index) => ({ serial: `${name}-${index + 1}`, size }))

/** In the order of their slots: from 02 on. */
const specs: readonly DiskSpec[] = [
  { serial: 'one', size: 200 },
  { serial: 'two', size: 200 },
  ...numbered('five', 4, 192),
  ...numbered('six', 4, 160),
  ...numbered('ten', 4, 128),
  { serial: 'fast', size: 96 },
  { serial: 'lone', size: 360 },
  { serial: 'other', size: 64 },
]

const key = 'a5c1d0c4-canary-of-a-key-of-disks-e21f'

const profile = `sets:
  pair: {first: 1, last: 2}
  five: {serial: ["five-*"], spares: 1}
  six: {model: ["QEMU*"], least: 150M, most: 170M}
  ten: {type: [nvme], least: 120M, most: 130M}
  fast: {path: ["pci-0000:00:10.0"]}
  lone: {type: [nvme], least: 300M, count: 1}
volumes:
  system: {set: pair, level: raid1, filesystem: ext4, mount: /system, size: 96M, options: [noatime, nodev, nosuid], mkfs: [-m, "1"]}
  swap: {set: pair, level: raid1, filesystem: swap, size: 32M}
  secret: {set: pair, level: raid1, filesystem: ext4, mount: /secret, key: disk.key}
  data: {set: five, level: raid5, filesystem: xfs, mount: /data}
  bulk: {set: six, level: raid6, filesystem: btrfs, mount: /bulk}
  scratch: {set: ten, level: raid10, filesystem: ext4, mount: /scratch}
  fast: {set: fast, level: raid0, filesystem: ext4, mount: /fast, required: false}
  lone: {set: lone, level: single, filesystem: xfs, mount: /lone, key: disk.key}
`

const conf = `MKDISK_PROFILE=volumes
FSCACHE_DIR=/scratch/fscache
MOVE_DIRS=/var/log:/system/log,/tmp:/system/tmp
`

test(
  'every level and file system is made, kept, repaired and wiped',
  async () => {
    const script = await readFile(join(import.meta.dirname, 'volumes.guest.sh'), 'utf8')
    const room = await openDiskRoom(specs, ['nvme'])
    try {
      const all = [...room.disks.values()]
      const guest = await room.start(script, {
        '/volumes.yml': profile,
        '/mkdisk.conf': conf,
        '/disk.key': key,
        '/stripe': 'disk_config[1]="raid0:ext4:/all"\ndisk_config[17]=""\n',
      })
      const console = await answer(guest, {
        written: () => String(all.reduce((sum, { written }) => sum + written.requests, 0)),
        erase: (...serials) => {
          for (const serial of serials) room.disks.get(serial)!.erase()
          return ''
        },
      })
      assertChecks(console, countChecks(script))
      assert.not.match(console, key)
      for (const [serial, disk] of room.disks) {
        assert.equal(disk.find(key), [], serial)
        // a disk that can discard gives back what a wipe took
        assert.equal(disk.find('canary-of-the-first-boot'), [], serial)
      }
      assert.is(room.disks.get('other')!.written.requests, 0)
    } finally {
      await room.close()
    }
  },
  15 * 60_000,
)

test.run()
