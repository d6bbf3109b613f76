import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { quote } from '../../../engine/command.ts'
import { tool } from '../../../engine/process.ts'
import { busyboxInit } from '../checks.ts'
import { type Machine, type RunningGuest, startGuest } from '../guest.ts'
import { makeFurtherInitrd, makeInitrd } from '../initrd.ts'
import { openDisk, type TestDisk } from './disk.ts'

const root = join(import.meta.dirname, '..', '..', '..')

export type DiskSpec = {
  readonly serial: string
  /** MiB. */
  readonly size: number
  /** PCI slot of an NVMe disk; the next free one when absent. */
  readonly slot?: number
  /** NVMe when absent; `paths`: a SCSI disk that is seen twice. */
  readonly bus?: 'virtio' | 'usb' | 'paths'
}

const diskArguments = ({ serial, slot, bus }: DiskSpec, { address }: TestDisk): string[] => {
  const drive = (id: string) => ['-drive', `file=${address},format=raw,if=none,id=${id},cache=writeback,discard=unmap`]
  const device = (id: string, kind: string) => [...drive(id), '-device', `${kind},drive=${id},serial=${serial}`]
  switch (bus) {
    case 'virtio':
      return device(serial, 'virtio-blk-pci')
    case 'usb':
      return ['-device', 'qemu-xhci', ...device(serial, 'usb-storage')]
    case 'paths':
      return [
        '-device',
        'virtio-scsi-pci',
        ...['a', 'b'].flatMap((path) => device(`${serial}-${path}`, 'scsi-hd,wwn=0x5000c50015ea71ac')),
      ]
    default:
      return device(serial, `nvme${slot === undefined ? '' : `,addr=0x${slot.toString(16)}`}`)
  }
}

/** A place with an initramfs for guests that have disks, and the disks. */
export type DiskRoom = {
  readonly disks: ReadonlyMap<string, TestDisk>
  readonly work: string
  /** Starts a guest with all of the disks; `script` follows the common beginning. */
  start(
    script: string,
    files?: Readonly<Record<string, string>>,
    further?: Pick<Machine, 'cards' | 'namespace' | 'args'>,
  ): Promise<RunningGuest>
  /** Starts a guest again where its memory was stored in a file, with the disks as they are now. */
  resume(file: string): Promise<RunningGuest>
  close(): Promise<void>
}

const programs = `busybox mount umount cp sync modprobe chroot unshare nsenter mount.nfs udevadm
  /usr/lib/systemd/systemd-udevd mdadm mkfs.ext4 mkfs.xfs mkfs.btrfs mkswap swapon swapoff cryptsetup sfdisk wipefs blkid
  blkdiscard blockdev dmsetup lvm setfattr getfattr nc.openbsd`.split(/\s+/)

const modules = `nvme virtio_pci virtio_blk virtio_scsi virtio_net sd_mod xhci_pci usb_storage nvmet-tcp nvme-tcp nfsv4
  raid0 raid1 raid10 raid456 dm-crypt ext4 xfs btrfs crc32c_generic aes_generic xts sha256_generic algif_skcipher`.split(
  /\s+/,
)

/** Opens the disks and makes the initramfs. `loaded`: modules that the guests load at the beginning. */
export const openDiskRoom = async (specs: readonly DiskSpec[], loaded: readonly string[]): Promise<DiskRoom> => {
  await tool(join(root, 'scripts/launch'), ['agent', '--version'])
  const work = await mkdtemp('/var/tmp/prelude-mkdisk-')
  await mkdir(join(work, 'base'))
  const files = {
    '/etc/mke2fs.conf': await readFile('/etc/mke2fs.conf', 'utf8'),
    '/init': '',
  }
  const base = await makeInitrd({ programs, modules, files }, join(work, 'base'))
  const beginning = await readFile(join(import.meta.dirname, 'beginning.guest.sh'), 'utf8')
  const disks = new Map<string, TestDisk>()
  for (const { serial, size } of specs) disks.set(serial, await openDisk(join(work, `${serial}.nbd`), size * 1024 ** 2))
  const qemu = specs.flatMap((spec) => diskArguments(spec, disks.get(spec.serial)!))
  const boot = (initrds: readonly string[], { args = '', ...further }: Partial<Machine>) =>
    startGuest({
      initrds,
      memory: 1024,
      ...further,
      args: `modules=${loaded.join(',')} ${args}`,
      qemu: ['-vga', 'none', ...qemu, ...(further.qemu ?? [])],
      timeout: 15 * 60_000,
    })
  return {
    disks,
    work,
    async start(script, files = {}, further = {}) {
      const initrd = await makeFurtherInitrd(
        { '/init': await busyboxInit(`${beginning}${script}`), ...files },
        work,
        'script',
      )
      return boot([base, initrd], further)
    },
    resume: (file) => boot([base], { qemu: ['-incoming', `exec:cat ${quote(file)}`] }),
    async close() {
      for (const disk of disks.values()) await disk.close()
      await rm(work, { recursive: true, force: true })
    },
  }
}

export type Answers = Readonly<Record<string, (...words: readonly string[]) => string>>

/** Answers what a guest asks until it has ended; returns its console. */
export const answer = async (guest: RunningGuest, answers: Answers): Promise<string> => {
  let isOver = false
  const ended = guest.ended.finally(() => {
    isOver = true
  })
  for (let asked = 0; !isOver; await sleep(20)) {
    const questions = [...guest.console().matchAll(/^ask (\S+) ?(.*)\n/gm)]
    for (const [, name = '', words = ''] of questions.slice(asked)) {
      asked += 1
      guest.type(`${answers[name]?.(...words.split(' ').filter((word) => word !== '')) ?? 'unknown'}\n`)
    }
  }
  return ended
}
