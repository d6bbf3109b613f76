import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createLargeFiles } from '../../../engine/run/largefile.ts'

const test = suite('large files of the controller')
const work = mkdtempSync(join(tmpdir(), 'prelude-large-'))
test.after(() => rmSync(work, { recursive: true }))

const path = join(work, 'file')
const sha1 = (data: Uint8Array): string => createHash('sha1').update(data).digest('hex')
/** Bytes that this process has read from files so far. */
const bytesRead = (): number => Number(/^rchar: (\d+)$/m.exec(readFileSync('/proc/self/io', 'utf8'))?.[1])
const openFiles = (): string[] => readdirSync('/proc/self/fd')

test('come in pieces, whole and in order', async () => {
  const data = randomBytes(5 * 2 ** 20 + 12345)
  writeFileSync(path, data)
  const large = await createLargeFiles()(path)
  assert.is(large?.size, data.length)
  assert.is(large?.sha1, sha1(data))
  const pieces: Buffer[] = []
  for await (const piece of large?.open() ?? []) pieces.push(Buffer.from(piece))
  assert.ok(Buffer.concat(pieces).equals(data))
  assert.ok(pieces.length > 1)
})

test('are digested once, and again when they have changed', async () => {
  const [first, second] = [randomBytes(8 * 2 ** 20), randomBytes(8 * 2 ** 20)]
  writeFileSync(path, first)
  const files = createLargeFiles()
  const both = await Promise.all([files(path), files(path)])
  assert.equal(
    both.map((large) => large?.sha1),
    [sha1(first), sha1(first)],
  )
  const before = bytesRead()
  assert.is((await files(path))?.sha1, sha1(first))
  assert.ok(bytesRead() - before < first.length / 2)
  writeFileSync(path, second)
  assert.is((await files(path))?.sha1, sha1(second))
})

test('are closed when who reads them has had enough', async () => {
  writeFileSync(path, randomBytes(6 * 2 ** 20))
  const large = await createLargeFiles()(path)
  const before = openFiles()
  for await (const piece of large?.open() ?? []) if (piece.length > 0) break
  assert.equal(openFiles(), before)
})

test('are not the small ones, nor vaults that are to be decrypted', async () => {
  const files = createLargeFiles()
  writeFileSync(path, randomBytes(1000))
  assert.is(await files(path), undefined)
  writeFileSync(path, `$ANSIBLE_VAULT;1.1;AES256\n${'0'.repeat(5 * 2 ** 20)}`)
  assert.is(await files(path), undefined)
  assert.ok(await files(path, false))
  assert.is(await files(join(work, 'missing')), undefined)
})

test.run()
