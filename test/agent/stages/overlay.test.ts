import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pack } from 'tar-stream'
import * as assert from 'uvu/assert'
import { applyOverlay } from '../../../agent/stages/overlay.ts'
import type { HttpAnswer } from '../../../agent/system/http.ts'
import { Failure } from '../../../engine/failure.ts'
import { temporaryDirectory } from '../../provisioner/fixture.ts'
import { suite } from '../../suite.ts'

const test = suite('agent overlay stage')

const archiveOf = async (text: string): Promise<Buffer> => {
  const archive = pack()
  archive.entry({ name: 'hostname', mtime: new Date(0) }, text)
  archive.finalize()
  const parts: Buffer[] = []
  for await (const part of archive) parts.push(part as Buffer)
  return Buffer.concat(parts)
}

const told = (archive: Buffer) => ({
  digest: `sha256:${createHash('sha256').update(archive).digest('hex')}`,
  size: archive.length,
})

const answer = (archive: Buffer) =>
  ({ status: 200, headers: {}, body: Readable.from([archive]) }) as unknown as HttpAnswer

test('the overlay that the boot manifest names is laid; another one is not, nor one that is longer', async () => {
  const { directory, remove } = await temporaryDirectory()
  try {
    const [ours, other] = [await archiveOf('n01\n'), await archiveOf('n02\n')]
    const replaced = await applyOverlay(directory, answer(other), told(ours)).catch((failure: unknown) => failure)
    assert.is((replaced as Failure).code, 'overlay.digest')
    const longer = Buffer.concat([ours, Buffer.alloc(512)])
    const thrown = await applyOverlay(directory, answer(longer), told(ours)).catch((failure: unknown) => failure)
    assert.instance(thrown, Failure)
    assert.equal(await readdir(directory), [])
    await applyOverlay(directory, answer(ours), told(ours))
    assert.is(await readFile(join(directory, 'hostname'), 'utf8'), 'n01\n')
  } finally {
    await remove()
  }
})

test.run()
