import { randomBytes } from 'node:crypto'
import { chmod, chown, open, realpath, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/**
 * Replaces a file, or makes it (mode 0600), so that at any time the old or the new content is there, whole and on disk.
 * Mode and owner of a former file are kept; a link stays, and what it points to is replaced.
 */
export const replaceWhole = async (path: string, content: string | Uint8Array): Promise<void> => {
  const target = await realpath(path).catch(() => path)
  const former = await stat(target).catch(() => undefined)
  const temporary = join(dirname(target), `.${randomBytes(8).toString('hex')}.tmp`)
  try {
    const file = await open(temporary, 'wx', 0o600)
    try {
      await file.writeFile(content)
      await file.sync()
    } finally {
      await file.close()
    }
    if (former) {
      await chown(temporary, former.uid, former.gid)
      await chmod(temporary, former.mode & 0o7777)
    }
    await rename(temporary, target)
  } catch (thrown) {
    await rm(temporary, { force: true })
    throw thrown
  }
}
