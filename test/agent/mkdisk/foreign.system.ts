import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { suite } from '../../suite.ts'
import { assertChecks, countChecks } from '../checks.ts'
import { answer, type DiskSpec, openDiskRoom } from './guest.ts'

const test = suite('agent mkdisk on foreign disks')

/** NVMe disks by their slots: those that may be wiped, four in use, one over USB and one over two paths. */
const specs: readonly DiskSpec[] = [
  ...['02', '03', '04', '05', '06', '07', '08', '09', '0a', '0b', '0c', '0d', '0e', '0f', '10'].map((slot) => ({
    serial: `old-${slot}`,
    // old-0f is a little smaller than those that it could replace
    size: slot === '0a' ? 128 : slot === '0f' ? 70 : 72,
    slot: Number.parseInt(slot, 16),
  })),
  ...['11', '12', '13', '14'].map((slot) => ({ serial: `used-${slot}`, size: 64, slot: Number.parseInt(slot, 16) })),
  { serial: 'usb', size: 64, bus: 'usb' },
  { serial: 'paths', size: 64, bus: 'paths' },
]

/** The rules of udev for block devices; those of LVM would have systemd activate volumes. */
const udevRules = /^(?:50-udev-default|60-block|60-persistent-storage|6[34]-md-raid-\w+|64-btrfs)\.rules$/

test(
  'what others made is refused by keep and destroyed by wipe; what fails leaves no half state',
  async () => {
    const script = await readFile(join(import.meta.dirname, 'foreign.guest.sh'), 'utf8')
    const rules = (await readdir('/usr/lib/udev/rules.d')).filter((file) => udevRules.test(file))
    const room = await openDiskRoom(specs, [
      'nvme',
      'nvmet-tcp',
      'nvme-tcp',
      'ext4',
      'virtio_pci',
      'virtio_scsi',
      'xhci_pci',
      'usb_storage',
      'sd_mod',
    ])
    try {
      const files = await Promise.all(
        rules.map(async (file) => {
          const path = `/usr/lib/udev/rules.d/${file}`
          return [path, await readFile(path, 'utf8')] as const
        }),
      )
      const own = (words: readonly string[]) =>
        [...room.disks].filter(([serial]) => (words.length === 0 ? serial.startsWith('old-') : words.includes(serial)))
      const guest = await room.start(script, {
        ...Object.fromEntries(files),
        '/key': 'the key of a disk, thirty-two bytes or more',
      })
      const output = await answer(guest, {
        digest: (...serials) =>
          createHash('sha256')
            .update(
              own(serials)
                .map(([, disk]) => disk.digest())
                .join(),
            )
            .digest('hex'),
        find: (...words) =>
          own([])
            .flatMap(([serial, disk]) => (disk.find(words.join(' ')).length > 0 ? [serial] : []))
            .join(' '),
        erase: () => {
          for (const [, disk] of own([])) disk.erase()
          return ''
        },
        dies: (serial = '', from) => {
          let isDead = false
          const disk = room.disks.get(serial)!
          disk.trouble = ({ isWrite, offset, length }) => {
            isDead ||= isWrite && offset + length > Number(from) && offset < disk.size - 1024 ** 2
            return isDead ? 'error' : undefined
          }
          return ''
        },
        slow: (serial = '', bytes) => {
          const none = { bps: 0, bps_rd: 0, iops: 0, iops_rd: 0, iops_wr: 0 }
          void guest.qmp('block_set_io_throttle', { device: serial, ...none, bps_wr: Number(bytes) })
          return ''
        },
        fail: (serial = '', kind, from, to) => {
          room.disks.get(serial)!.trouble = ({ isWrite, offset, length }) =>
            isWrite === (kind === 'write') && offset < Number(to) && offset + length > Number(from)
              ? 'error'
              : undefined
          return ''
        },
      })
      assertChecks(output, countChecks(script))
    } finally {
      await room.close()
    }
  },
  15 * 60_000,
)

test.run()
