import { randomBytes } from 'node:crypto'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Replaces a file atomically: a temporary file beside it, flushed, then renamed. A failure leaves the old one. */
export const replaceFile = async (path: string, content: string | Uint8Array, mode = 0o600): Promise<void> => {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const temporary = `${path}.${randomBytes(6).toString('hex')}.partial`
  try {
    const file = await open(temporary, 'wx', mode)
    try {
      await file.chmod(mode) // whatever the umask is
      await file.writeFile(content)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (thrown) {
    await rm(temporary, { force: true })
    throw thrown
  }
}
