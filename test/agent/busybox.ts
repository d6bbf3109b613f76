import { chmod, copyFile, mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { tool } from '../../engine/process.ts'

/** Puts busybox into the /bin of a root, by the names of all its programs: the smallest root that plays run in. */
export const installBusybox = async (tree: string): Promise<void> => {
  const place = join(tree, 'bin')
  await mkdir(place, { recursive: true })
  await copyFile('/bin/busybox', join(place, 'busybox'))
  await chmod(join(place, 'busybox'), 0o755)
  const applets = (await tool('busybox', ['--list'])).split('\n').filter((name) => name !== '' && name !== 'busybox')
  for (const applet of applets) await symlink('busybox', join(place, applet))
}
