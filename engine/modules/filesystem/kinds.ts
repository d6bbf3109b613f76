import { type Command, sh } from '../../command.ts'

/** How a kind of file system is made and grown. */
export type Kind = {
  /** `blkid`'s word for it. */
  readonly type: string
  readonly make: readonly string[]
  readonly grow?: Growth
}

type Growth = {
  /** Prints two numbers of bytes: the size that is used, and that of the smallest part by which it can grow. */
  readonly size: (device: string) => Command
  readonly command: (device: string) => Command
}

/** Where the device is mounted, in `$place`; fails when it is not. */
const mounted = (device: string): Command =>
  sh`place=$(findmnt -n -f -o TARGET --source ${device}) || { echo ${`${device} must be mounted to be grown`} >&2; exit 1; }`

const ext: Growth = {
  size: (device) =>
    sh`tune2fs -l -- ${device} | awk -F: '/^Block count/ { count = $2 } /^Block size/ { size = $2 } END { printf "%.0f %d\\n", count * size, size }'`,
  command: (device) => sh`resize2fs -- ${device}`,
}

const xfs: Growth = {
  size: (device) =>
    sh`${mounted(device)}; xfs_info "$place" | sed -n 's/^data .*bsize=\\([0-9]*\\) .*blocks=\\([0-9]*\\),.*/\\1 \\2/p' | awk '{ printf "%.0f %d\\n", $1 * $2, $1 }'`,
  command: (device) => sh`${mounted(device)}; xfs_growfs "$place"`,
}

const btrfs: Growth = {
  size: (device) =>
    sh`${mounted(device)}; btrfs filesystem usage -b "$place" | awk '/Device size:/ { print $3, 65536 }'`,
  command: (device) => sh`${mounted(device)}; btrfs filesystem resize max "$place"`,
}

const f2fs: Growth = {
  size: (device) =>
    sh`dump.f2fs ${device} | awk '/Info: sector size =/ { size = $5 } /Info: total FS sectors =/ { count = $6 } END { printf "%.0f %d\\n", count * size, 2097152 }'`,
  command: (device) => sh`resize.f2fs ${device}`,
}

const vfat: Growth = {
  size: (device) => sh`fatresize --info ${device} | awk -F: '/^(Cur )?[Ss]ize:/ { printf "%.0f %d\\n", $2, 65536 }'`,
  command: (device) => sh`fatresize -s max ${device}`,
}

const lvm: Growth = {
  // A volume of no group has no extents.
  size: (device) =>
    sh`pvs --noheadings --nosuffix --units b -o pv_size,pe_start,vg_extent_size -- ${device} | awk '{ printf "%.0f %d\\n", $1 + $2, $3 > 0 ? $3 : 4194304 }'`,
  command: (device) => sh`pvresize -- ${device}`,
}

export const kinds: Readonly<Record<string, Kind>> = {
  btrfs: { type: 'btrfs', make: ['mkfs.btrfs', '-f'], grow: btrfs },
  ext2: { type: 'ext2', make: ['mkfs.ext2', '-F'], grow: ext },
  ext3: { type: 'ext3', make: ['mkfs.ext3', '-F'], grow: ext },
  ext4: { type: 'ext4', make: ['mkfs.ext4', '-F'], grow: ext },
  ext4dev: { type: 'ext4', make: ['mkfs.ext4', '-F'], grow: ext },
  f2fs: { type: 'f2fs', make: ['mkfs.f2fs', '-f'], grow: f2fs },
  lvm: { type: 'LVM2_member', make: ['pvcreate', '-f'], grow: lvm },
  ocfs2: { type: 'ocfs2', make: ['mkfs.ocfs2', '-Fx'] },
  reiserfs: { type: 'reiserfs', make: ['mkfs.reiserfs', '-q'] },
  swap: { type: 'swap', make: ['mkswap', '-f'] },
  vfat: { type: 'vfat', make: ['mkfs.vfat'], grow: vfat },
  xfs: { type: 'xfs', make: ['mkfs.xfs', '-f'], grow: xfs },
}
