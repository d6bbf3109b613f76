import { existsSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { sh } from '../../../engine/command.ts'
import { localTransport } from '../../../engine/connections/local.ts'
import { createShell } from '../../../engine/connections/shell.ts'
import { temporaryDirectory } from '../../provisioner/fixture.ts'
import { suite } from '../../suite.ts'

const test = suite('shell')

/** A shell on this machine whose processes are ready only when they are let. */
const slowShell = () => {
  const asked = Promise.withResolvers<void>()
  const ready = Promise.withResolvers<void>()
  const shell = createShell({
    ...localTransport,
    async spawn(command) {
      asked.resolve()
      await ready.promise
      return localTransport.spawn(command)
    },
  })
  return { shell, asked: asked.promise, letReady: ready.resolve }
}

for (const [name, stdin] of [
  ['in the shell', undefined],
  ['in a process of its own', Buffer.alloc(100_000)],
] as const) {
  test(`a command that is cancelled while its way to the host opens never begins, ${name}`, async () => {
    const { directory, remove } = await temporaryDirectory()
    const { shell, asked, letReady } = slowShell()
    try {
      const begun = join(directory, 'begun')
      const over = new AbortController()
      const options = { signal: over.signal, ...(stdin && { stdin }) }
      const outcome = shell.run(sh`: > ${begun}; sleep 1000`, options).catch((thrown: unknown) => thrown)
      await asked
      over.abort()
      letReady()
      assert.match(String(await outcome), /cancelled on localhost/)
      assert.is((await shell.run(sh`echo next`)).stdout.toString(), 'next\n')
      assert.not.ok(existsSync(begun))
    } finally {
      await shell.close()
      await remove()
    }
  })
}

test.run()
