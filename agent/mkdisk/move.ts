import { chmod, chown, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Log } from '../../engine/log.ts'
import { makeBelow } from '../system/below.ts'
import { bind, isMounted } from '../system/mounts.ts'
import { run } from '../system/run.ts'
import { addMount } from './fstab.ts'

/**
 * Moves a directory of a root to a place on disk: its content is copied with owners, modes, links and extended attributes,
 * then the place is bind-mounted over it. A bind mount and not a link: services that insist on a directory (systemd's
 * PrivateTmp, logrotate) find one, and without the disk the directory is still there. What the place holds from former boots
 * stays as it is. Done twice it is done once.
 */
export const moveDirectory = async (log: Log, root: string, from: string, to: string): Promise<void> => {
  const source = await makeBelow(root, from)
  if (!(await isMounted(source))) {
    const { mode, uid, gid } = await stat(source)
    const place = await makeBelow(root, to)
    await run(log, 'cp', ['--archive', '--no-clobber', '--', `${source}/.`, place])
    await chown(place, uid, gid)
    await chmod(place, mode & 0o7777)
    await bind(log, place, source)
  }
  const options = ['bind', 'nofail', `x-systemd.requires-mounts-for=${dirname(to)}`]
  await addMount(root, { source: to, target: from, type: 'none', options })
}
