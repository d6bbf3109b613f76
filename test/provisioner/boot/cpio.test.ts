import { execFileSync } from 'node:child_process'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { cpio } from '../../../provisioner/boot/cpio.ts'
import { suite } from '../../suite.ts'
import { temporaryDirectory } from '../fixture.ts'

const test = suite('cpio')

test('cpio(1) unpacks it: contents of every length, modes, owners', async () => {
  const { directory, remove } = await temporaryDirectory()
  try {
    const sizes = [0, 1, 2, 3, 4, 5, 511, 512, 513, 70_000]
    const members = sizes.map((size) => ({
      path: `d/${'n'.repeat((size % 5) + 1)}${size}`,
      mode: 0o400,
      content: Buffer.alloc(size, 'x'),
    }))
    const archive = cpio([{ path: 'd', mode: 0o700 }, ...members])
    assert.is(archive.length % 512, 0)
    execFileSync('cpio', ['-i', '--quiet', '-D', directory], { input: archive })
    assert.is((await stat(join(directory, 'd'))).mode & 0o7777, 0o700)
    for (const { path, content, mode } of members) {
      const stats = await stat(join(directory, path))
      assert.is(stats.mode & 0o7777, mode)
      assert.is(stats.uid, 0)
      assert.ok((await readFile(join(directory, path))).equals(content), path)
    }
  } finally {
    await remove()
  }
})

test('the same members give the same bytes', () => {
  const members = [{ path: 'a', mode: 0o400, content: Buffer.from('x') }]
  assert.ok(cpio(members).equals(cpio(members)))
})

test.run()
