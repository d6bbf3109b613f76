import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { DigestFile } from '../../../agent/system/digestfile.ts'
import { Failure } from '../../../engine/failure.ts'
import { execute } from '../../../engine/process.ts'
import { suite } from '../../suite.ts'

const test = suite('agent digest file')
const sha256 = (data: Buffer): string => `sha256:${createHash('sha256').update(data).digest('hex')}`

/** Writes all of it, in pieces, waiting as it is told to. */
const writeAll = async (file: DigestFile, data: Buffer): Promise<void> => {
  for (let from = 0; from < data.length; ) {
    const room = file.room()
    const piece = data.subarray(from, from + Math.min(room.length, 100_000))
    room.set(piece)
    from += piece.length
    await file.filled(piece.length)
  }
}

test('a file and its digest, after a new beginning too', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'prelude-digest-'))
  const path = join(directory, 'image')
  const file = new DigestFile(path)
  try {
    const [first, second] = [randomBytes(20_000_001), randomBytes(3_000_000)]
    await writeAll(file, first)
    assert.is(await file.digest(), sha256(first))
    assert.ok((await readFile(path)).equals(first))
    file.restart()
    await writeAll(file, second)
    assert.is(await file.digest(), sha256(second))
    assert.ok((await readFile(path)).equals(second))
  } finally {
    file.close()
    await rm(directory, { recursive: true })
  }
})

const codes = [
  ['/dev/full', 'image.space'],
  ['/nonexistent/image', 'image.write'],
] as const
for (const [path, code] of codes) {
  test(`${path} is told as ${code}`, async () => {
    const file = new DigestFile(path)
    try {
      await writeAll(file, Buffer.alloc(2_000_000))
      await file.digest()
      assert.unreachable('it was written')
    } catch (thrown) {
      assert.is(thrown instanceof Failure && thrown.code, code)
    } finally {
      file.close()
    }
  })
}

test('one that is never used does not hold a process that ends', async () => {
  const source = join(import.meta.dirname, '../../../agent/system/digestfile.ts')
  const program = `new (require(${JSON.stringify(source)}).DigestFile)('/nonexistent/image')`
  assert.equal((await execute(process.execPath, ['--eval', program], { timeout: 50_000 })).code, 0)
})

test.run()
