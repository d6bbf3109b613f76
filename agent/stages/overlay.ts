import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { Failure } from '../../engine/failure.ts'
import type { BootOverlay } from '../../schema/types.ts'
import type { BootStage } from '../context.ts'
import { bodyOf, type HttpAnswer } from '../system/http.ts'
import { type Unpacked, unpack } from '../system/unpack.ts'

/** Lays an overlay over a root: the one that the boot manifest names, or none. Throws 'overlay.digest'. */
export const applyOverlay = async (
  root: string,
  answer: HttpAnswer,
  wanted: BootOverlay | undefined,
): Promise<Unpacked> => {
  if (!wanted) return unpack(root, answer.body)
  const archive = await bodyOf(answer, wanted.size)
  const digest = `sha256:${createHash('sha256').update(archive).digest('hex')}`
  if (digest !== wanted.digest)
    throw new Failure(
      'overlay.digest',
      `the system overlay is ${digest}, not ${wanted.digest} as this boot began with`,
      {
        hint: 'somebody changed it in between: nothing of it was used, and the next boot takes what is there then',
      },
    )
  return unpack(root, Readable.from([archive]))
}

/** Lays the node's system overlay over the new root. */
export const overlay: BootStage = {
  name: 'overlay',
  async run({ log, manifest, newRoot, provisioner }) {
    const unpacked = await log.step('applying the system overlay', () =>
      provisioner.get('/overlay/system', (answer) => applyOverlay(newRoot, answer, manifest.overlay), {
        what: 'system overlay',
      }),
    )
    return { ...unpacked }
  },
}
