import type { BootStage } from '../context.ts'
import { unpack } from '../system/unpack.ts'

/** Lays the node's system overlay over the new root. */
export const overlay: BootStage = {
  name: 'overlay',
  async run({ log, newRoot, provisioner }) {
    const unpacked = await log.step('applying the system overlay', () =>
      provisioner.get('/overlay/system', (answer) => unpack(newRoot, answer.body), { what: 'system overlay' }),
    )
    return { ...unpacked }
  },
}
