import { execFileSync } from 'node:child_process'
import { lstat, mkdir, readlink, stat } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { createAll, type Entry, earlyFileSystem, placeOf } from '../../../agent/initramfs/filesystem.ts'
import { Failure } from '../../../engine/failure.ts'
import { temporaryDirectory } from '../../provisioner/fixture.ts'
import { suite } from '../../suite.ts'

const test = suite('agent initramfs file system')

test('what a program finds where an operating system runs is there', () => {
  const places = earlyFileSystem.map(placeOf)
  for (const place of ['/dev', '/run', '/dev/pts', '/dev/shm', '/dev/fd']) assert.ok(places.includes(place))
})

test('entries are made above before below, and made again without harm where they may be there', async () => {
  const { directory, remove } = await temporaryDirectory()
  const at = (path: string) => join(directory, path)
  const entries: Entry[] = [
    { kind: 'directory', path: at('dev/below'), mode: 0o700 },
    { kind: 'link', path: at('dev/fd'), to: '/proc/self/fd' },
    { kind: 'device', path: at('dev/null'), mode: 0o600, numbers: [1, 3] },
    { kind: 'mount', type: 'tmpfs', source: 'test', target: at('dev'), options: ['mode=0750'] },
  ]
  try {
    await createAll(entries)
    assert.is((await stat(at('dev'))).mode & 0o777, 0o750)
    assert.is((await stat(at('dev/below'))).mode & 0o777, 0o700)
    assert.is(await readlink(at('dev/fd')), '/proc/self/fd')
    assert.ok((await lstat(at('dev/null'))).isCharacterDevice())
    await createAll(entries.filter(({ kind }) => kind === 'directory' || kind === 'link'))
  } finally {
    execFileSync('umount', [at('dev')])
    await remove()
  }
})

test('what cannot be made is named', async () => {
  const { directory, remove } = await temporaryDirectory()
  const target = join(directory, 'place')
  await mkdir(target)
  try {
    await createAll([{ kind: 'mount', type: 'nosuchfs', source: 'none', target }])
    assert.unreachable()
  } catch (thrown) {
    assert.instance(thrown, Failure)
    assert.match((thrown as Failure).message, /^cannot make \S+\/place \(mount\): .*nosuchfs/s)
  } finally {
    await remove()
  }
})

test.run()
