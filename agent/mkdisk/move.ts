import { chmod, chown, lstat, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Log } from '../../engine/log.ts'
import { makeBelow } from '../system/below.ts'
import { bind, isMounted } from '../system/mounts.ts'
import { run } from '../system/run.ts'
import { addMount } from './fstab.ts'

/** Moves what is not there yet, whole files and directories at a time; what is there stays. */
const merge = async (from: string, into: string): Promise<void> => {
  for (const name of await readdir(from)) {
    const [source, target] = [join(from, name), join(into, name)]
    const there = await lstat(target).catch(() => undefined)
    if (there?.isDirectory() && (await lstat(source)).isDirectory()) await merge(source, target)
    else if (!there) await rename(source, target)
  }
}

/** Puts a copy in its place at once, with the attributes of the directory itself; false where the place holds something. */
const putWhole = (half: string, place: string): Promise<boolean> =>
  rename(half, place).then(
    () => true,
    (thrown: NodeJS.ErrnoException) => {
      if (thrown.code === 'ENOTEMPTY' || thrown.code === 'EEXIST') return false
      throw thrown
    },
  )

/**
 * Copies the content of a directory with owners, modes, links, sockets and extended attributes: beside the place first, and
 * from there by renaming, so that a copy that is cut half-way leaves no half of a file where a later boot takes it for whole.
 */
const copyInto = async (log: Log, source: string, place: string): Promise<void> => {
  // beside the root of a file system is another file system
  const isRoot = await isMounted(place)
  const half = isRoot ? join(place, '.mkdisk-copy') : `${place}.mkdisk-copy`
  await rm(half, { recursive: true, force: true })
  await run(log, 'cp', ['--archive', '--', source, half])
  await run(log, 'sync', ['--file-system', half])
  if (!isRoot && (await putWhole(half, place))) return
  await merge(half, place)
  await rm(half, { recursive: true, force: true })
}

/**
 * Moves a directory of a root to a place on disk: its content is copied, then the place is bind-mounted over it. A bind mount
 * and not a link: services that insist on a directory (systemd's PrivateTmp, logrotate) find one, and without the disk the
 * directory is still there. What the place holds from former boots stays as it is. Done twice it is done once.
 */
export const moveDirectory = async (log: Log, root: string, from: string, to: string): Promise<void> => {
  const source = await makeBelow(root, from)
  if (!(await isMounted(source))) {
    const { mode, uid, gid } = await stat(source)
    const place = await makeBelow(root, to)
    await copyInto(log, source, place)
    await chown(place, uid, gid)
    await chmod(place, mode & 0o7777)
    await bind(log, place, source)
  }
  const options = ['bind', 'nofail', `x-systemd.requires-mounts-for=${to}`]
  await addMount(root, { source: to, target: from, type: 'none', options })
}
