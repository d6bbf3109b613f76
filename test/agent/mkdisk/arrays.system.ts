import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { suite } from '../../suite.ts'
import { assertChecks, countChecks } from '../checks.ts'
import { openDiskRoom } from './guest.ts'

const test = suite('agent mkdisk arrays')

test(
  'arrays, file systems and moved directories on four disks, over several boots',
  async () => {
    const script = await readFile(join(import.meta.dirname, 'arrays.guest.sh'), 'utf8')
    const disks = ['one', 'two', 'three', 'four'].map((serial) => ({ serial, size: 128 }))
    const room = await openDiskRoom(disks, ['nvme'])
    try {
      const guest = await room.start(script)
      assertChecks(await guest.ended, countChecks(script))
    } finally {
      await room.close()
    }
  },
  15 * 60_000,
)

test.run()
