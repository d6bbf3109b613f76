import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import type { LargeContent } from '../connections/connection.ts'
import { isVault } from '../vars/vault.ts'

/** Files above this size, in bytes, are sent as they are read. */
const largest = 4 * 2 ** 20

const beginsAsVault = async (path: string): Promise<boolean> => {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(32), 0, 32, 0)
    return isVault(buffer.toString('latin1', 0, bytesRead))
  } finally {
    await file.close()
  }
}

/** A file of this machine that is too large for memory; undefined of a smaller one, and of a vault, which is decrypted whole. */
export const largeFile = async (path: string, decrypt = true): Promise<LargeContent | undefined> => {
  const found = await stat(path).catch(() => undefined)
  if (!found?.isFile() || found.size <= largest || (decrypt && (await beginsAsVault(path)))) return undefined
  const read = () => createReadStream(path, { highWaterMark: 2 ** 20 })
  const hash = createHash('sha1')
  for await (const chunk of read()) hash.update(chunk) // a pipeline takes three times as long
  return { size: found.size, sha1: hash.digest('hex'), open: read }
}
