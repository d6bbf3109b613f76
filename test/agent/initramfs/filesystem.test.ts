import { mkdir, readFile, readlink, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { createAll, type Entry, earlyFileSystem } from '../../../agent/initramfs/filesystem.ts'
import { Failure } from '../../../engine/failure.ts'
import { execute, tool } from '../../../engine/process.ts'
import { temporaryDirectory } from '../../provisioner/fixture.ts'
import { suite } from '../../suite.ts'

const test = suite('agent initramfs file system')
const fstab = join(import.meta.dirname, '../../../agent/initramfs/fstab')

test('what a program finds where an operating system runs is there', async () => {
  const mounted = (await tool('findmnt', ['--tab-file', fstab, '--noheadings', '--output', 'TARGET']))
    .trim()
    .split('\n')
  const places = [...mounted, ...earlyFileSystem.map(({ path }) => path)]
  for (const place of ['/sys', '/dev', '/run', '/dev/pts', '/dev/shm', '/dev/fd']) assert.ok(places.includes(place))
})

test('mount takes the list as it is, each after what is above it', async () => {
  const { directory, remove } = await temporaryDirectory()
  try {
    const text = (await readFile(fstab, 'utf8')).replace(/ (\/\S*)/g, ` ${directory}$1`)
    await writeFile(join(directory, 'fstab'), text)
    for (const name of ['sys', 'dev', 'run']) await mkdir(join(directory, name))
    const script = 'mount --all --fstab "$1/fstab" && findmnt --raw --noheadings --output TARGET,FSTYPE | grep "^$1"'
    // a devtmpfs is the machine's own, in which nothing is to be made
    const { stdout, stderr } = await execute('unshare', ['--mount', 'sh', '-c', script, 'sh', directory])
    assert.is(stderr, '')
    assert.match(stdout, new RegExp(`^${directory}/dev/pts devpts$`, 'm'))
  } finally {
    await remove()
  }
})

test('entries are made in their order, and again without harm', async () => {
  const { directory, remove } = await temporaryDirectory()
  const at = (path: string) => join(directory, path)
  const entries: Entry[] = [
    { kind: 'directory', path: at('dev/below'), mode: 0o700 },
    { kind: 'link', path: at('dev/fd'), to: '/proc/self/fd' },
  ]
  try {
    for (const _ of ['first', 'again']) await createAll(entries)
    assert.is((await stat(at('dev/below'))).mode & 0o777, 0o700)
    assert.is(await readlink(at('dev/fd')), '/proc/self/fd')
  } finally {
    await remove()
  }
})

test('what cannot be made is named', async () => {
  const { directory, remove } = await temporaryDirectory()
  try {
    await writeFile(join(directory, 'file'), '')
    await createAll([{ kind: 'directory', path: join(directory, 'file/below'), mode: 0o755 }])
    assert.unreachable()
  } catch (thrown) {
    assert.instance(thrown, Failure)
    assert.match((thrown as Failure).message, /^cannot make \S+\/file\/below \(directory\): .*ENOTDIR/s)
  } finally {
    await remove()
  }
})

test.run()
