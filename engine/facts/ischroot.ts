import { verbatim } from '../command.ts'
import type { Family } from './family.ts'

/** Inode numbers of the root directory of file systems where they are fixed. */
const rootInodes: Readonly<Record<string, string>> = { 'ext2/ext3': '2', ext4: '2', btrfs: '256', xfs: '128' }

/**
 * Whether / is another directory than process 1's. A user who may not look there tells by the inode number of /,
 * where the file system fixes it.
 */
export const isChroot: Family = {
  name: 'is_chroot',
  facts: ['is_chroot'],
  command: verbatim(`echo "debian \${debian_chroot-}"
echo "own $(stat -c '%d %i' /)"; echo "first $(stat -c '%d %i' /proc/1/root/.)"; echo "type $(stat -f -c %T /)"`),
  parse(output) {
    const value = (key: string) => new RegExp(`^${key} (.*)$`, 'm').exec(output)?.[1] ?? ''
    if (value('debian') !== '') return { is_chroot: true }
    const own = value('own')
    if (value('first') !== '') return { is_chroot: own !== value('first') }
    const fixed = rootInodes[value('type')]
    return { is_chroot: fixed !== undefined && own.split(' ')[1] !== fixed }
  },
}
