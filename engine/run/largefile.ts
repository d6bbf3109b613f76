import { createHash } from 'node:crypto'
import { open, stat } from 'node:fs/promises'
import type { LargeContent } from '../connections/connection.ts'
import { isVault } from '../vars/vault.ts'

/** Files above this size, in bytes, are sent as they are read. */
const largest = 4 * 2 ** 20

const pieceSize = 2 ** 20

const beginsAsVault = async (path: string): Promise<boolean> => {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(32), 0, 32, 0)
    return isVault(buffer.toString('latin1', 0, bytesRead))
  } finally {
    await file.close()
  }
}

/** Reads a file while what came before is worked on; each piece lasts until the next is asked for. */
async function* piecesOf(path: string): AsyncGenerator<Buffer, void, undefined> {
  const file = await open(path)
  const read = (into: Buffer) => file.read(into, 0, into.length)
  let next: ReturnType<typeof read> | undefined
  try {
    const [one, other] = [Buffer.allocUnsafeSlow(pieceSize), Buffer.allocUnsafeSlow(pieceSize)]
    next = read(one)
    for (;;) {
      const { bytesRead, buffer } = await next
      if (bytesRead === 0) return
      next = read(buffer === one ? other : one)
      yield buffer.subarray(0, bytesRead)
    }
  } finally {
    await next?.catch(() => {})
    await file.close()
  }
}

const digestOf = async (path: string): Promise<string> => {
  const hash = createHash('sha1')
  for await (const piece of piecesOf(path)) hash.update(piece)
  return hash.digest('hex')
}

export type LargeFiles = (path: string, decrypt?: boolean) => Promise<LargeContent | undefined>

/**
 * Files of this machine that are too large for memory; undefined of a smaller one, and of a vault, which is decrypted whole.
 * A hundred hosts that get the same file digest it once, as long as it stays as it is.
 */
export const createLargeFiles = (): LargeFiles => {
  const digests = new Map<string, { readonly state: string; readonly sha1: Promise<string> }>()
  const digested = (path: string, state: string): Promise<string> => {
    const known = digests.get(path)
    if (known?.state === state) return known.sha1
    const sha1 = digestOf(path)
    digests.set(path, { state, sha1 })
    sha1.catch(() => digests.delete(path))
    return sha1
  }
  return async (path, decrypt = true) => {
    const found = await stat(path, { bigint: true }).catch(() => undefined)
    if (!found?.isFile() || found.size <= largest || (decrypt && (await beginsAsVault(path)))) return undefined
    const state = [found.dev, found.ino, found.size, found.mtimeNs, found.ctimeNs].join(' ')
    return { size: Number(found.size), sha1: await digested(path, state), open: () => piecesOf(path) }
  }
}
