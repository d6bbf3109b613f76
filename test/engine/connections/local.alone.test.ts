import { createHash } from 'node:crypto'
import { lstat, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import * as assert from 'uvu/assert'
import { openLocal } from '../../../engine/connections/local.ts'
import { contract } from './contract.ts'

const open = async () => ({
  connection: await openLocal(),
  directory: await mkdtemp(join(tmpdir(), 'prelude-local-')),
  become: { user: 'nobody', method: 'sudo' } as const,
})

contract('connections/local', open, (tests, place) => {
  tests('nobody else can read a file that is being written', async () => {
    const { connection, directory } = place()
    const halves = [Buffer.alloc(1000, 'a'), Buffer.alloc(1000, 'b')]
    const modes: number[] = []
    const open = () =>
      Readable.from(
        (async function* () {
          yield halves[0]
          for (const name of await readdir(directory)) modes.push((await lstat(join(directory, name))).mode & 0o7777)
          yield halves[1]
        })(),
      )
    const sha1 = createHash('sha1').update(Buffer.concat(halves)).digest('hex')
    await connection.write(join(directory, 'secret'), { size: 2000, sha1, open }, { mode: 0o640 })
    assert.equal(modes, [0o600])
    assert.is((await lstat(join(directory, 'secret'))).mode & 0o7777, 0o640)
  })

  tests.after(() => rm(place().directory, { recursive: true }))
})
