import { chmod, chown, mkdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Log } from '../../engine/log.ts'
import { resolveBelow } from '../system/below.ts'
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
  await mkdir(join(root, from), { recursive: true })
  const source = (await resolveBelow(root, from)) ?? join(root, from)
  const place = join(root, to)
  if (!(await isMounted(source))) {
    const { mode, uid, gid } = await stat(source)
    await mkdir(dirname(place), { recursive: true })
    await mkdir(place, { recursive: true, mode: 0o700 })
    await run(log, 'cp', ['--archive', '--no-clobber', '--', `${source}/.`, place])
    await chown(place, uid, gid)
    await chmod(place, mode & 0o7777)
    await bind(log, place, source)
  }
  const options = ['bind', 'nofail', `x-systemd.requires-mounts-for=${dirname(to)}`]
  await addMount(root, { source: to, target: from, type: 'none', options })
}
