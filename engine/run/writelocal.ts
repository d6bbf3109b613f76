import { randomBytes } from 'node:crypto'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { Failure } from '../failure.ts'

/**
 * Writes a file of this machine as its content comes, with the directories that lead to it: it takes the place of a former
 * one when all of it has come. Throws what `content` throws, or a Failure; what was there stays then.
 */
export const writeLocal = async (path: string, content: AsyncIterable<Uint8Array>): Promise<void> => {
  // Several hosts may bring the same file at the same time.
  const temporary = join(dirname(path), `.${basename(path).slice(0, 200)}.${randomBytes(6).toString('hex')}`)
  try {
    await mkdir(dirname(path), { recursive: true })
    await writeFile(temporary, content)
    await rename(temporary, path)
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => {})
    if (cause instanceof Failure) throw cause
    throw new Failure('module.write', `cannot write ${path} on the controller: ${(cause as Error).message}`, { cause })
  }
}
