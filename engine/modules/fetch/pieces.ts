import { sh } from '../../command.ts'
import { Failure } from '../../failure.ts'
import type { Host } from '../module.ts'
import { tidy } from '../runorfail.ts'

const block = 64 * 1024
const blocks = 64

/** What one round trip brings of a large file, in bytes; a smaller file comes whole. */
export const pieceSize = block * blocks

const readPiece = async (host: Host, path: string, index: number): Promise<Buffer> => {
  const output = await host.run(sh`dd if=${path} bs=${block} skip=${index * blocks} count=${blocks}`, tidy)
  if (output.code === 0) return output.stdout
  throw new Failure('module.read', `cannot read ${path}: ${output.stderr.toString().trim()}`, { at: host.at })
}

/**
 * The first `size` bytes of a file of the host, piece by piece; less when the file has become shorter. The next piece is
 * on its way while one is used, so that two are in memory at a time.
 */
export async function* piecesOf(host: Host, path: string, size: number): AsyncGenerator<Buffer> {
  let next: Promise<Buffer> | undefined = readPiece(host, path, 0)
  for (let at = 0; next; at += pieceSize) {
    const piece: Buffer = await next
    const left = size - at
    next = left > pieceSize && piece.length === pieceSize ? readPiece(host, path, at / pieceSize + 1) : undefined
    next?.catch(() => {}) // who stops reading does not wait for it
    yield piece.subarray(0, left)
  }
}
