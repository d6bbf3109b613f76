import { lstat, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import * as assert from 'uvu/assert'
import { sh } from '../../../engine/command.ts'
import { openLocal } from '../../../engine/connections/local.ts'
import { contract } from './contract.ts'

const open = async () => ({
  connection: await openLocal(),
  directory: await mkdtemp(join(tmpdir(), 'prelude-local-')),
  become: { user: 'nobody', method: 'sudo' } as const,
})

contract('connections/local', open, (tests, place) => {
  tests('a command costs little', async () => {
    const count = 100
    await place().connection.run(sh`:`)
    const rounds: number[] = []
    for (let round = 0; round < 5; round++) {
      const start = performance.now()
      for (let index = 0; index < count; index++) await place().connection.run(sh`:`)
      rounds.push((performance.now() - start) / count)
    }
    // 0.7 ms on an idle machine; the best of five, with room for others' work
    assert.ok(Math.min(...rounds) < 5, `${Math.min(...rounds)} ms a command`)
  })

  tests('nobody else can read a file that is being written', async () => {
    const { connection, directory } = place()
    const modes = new Set<number>()
    let writing = true
    const written = connection.write(join(directory, 'secret'), Buffer.alloc(20_000_000), { mode: 0o640 })
    void written.finally(() => {
      writing = false
    })
    while (writing) {
      for (const name of await readdir(directory)) {
        const stat = await lstat(join(directory, name)).catch(() => undefined)
        if (stat && stat.size < 20_000_000) modes.add(stat.mode & 0o7777)
      }
      await setImmediate()
    }
    await written
    assert.equal([...modes], [0o600])
  })

  tests.after(() => rm(place().directory, { recursive: true }))
})
