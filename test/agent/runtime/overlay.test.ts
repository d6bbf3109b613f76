import fs from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { Readable as Stream } from 'node:stream'
import * as assert from 'uvu/assert'
import { type Applied, applyOverlay, driftOf } from '../../../agent/runtime/overlay.ts'
import { readRecord } from '../../../agent/runtime/record.ts'
import { packEntries } from '../../../provisioner/overlay/pack.ts'
import type { Entry } from '../../../provisioner/overlay/render.ts'
import { suite } from '../../suite.ts'

const test = suite('agent runtime overlay')

let root: string
test.beforeEach(() => {
  root = fs.mkdtempSync(join(tmpdir(), 'runtime-'))
})
test.afterEach(() => fs.rmSync(root, { recursive: true }))

type Spec =
  | string
  | { readonly text?: string; readonly mode?: number; readonly link?: string; readonly units?: string[] }
  | null

/** An overlay's archive as the provisioner packs it: text is a file, null a directory. */
const archive = async (specs: Readonly<Record<string, Spec>>): Promise<Readable> => {
  const entries = Object.entries(specs).map(([path, spec]): Entry => {
    const { text = '', mode, link, units } = typeof spec === 'string' ? { text: spec } : (spec ?? {})
    return {
      path,
      type: spec === null ? 'directory' : link === undefined ? 'file' : 'link',
      mode: mode ?? (spec === null ? 0o750 : 0o640),
      modified: 1_700_000_000_000,
      content: Buffer.from(text),
      overlay: 'test',
      ...(link === undefined ? {} : { target: link }),
      ...(units === undefined ? {} : { units }),
    }
  })
  return Stream.from([(await packEntries(entries)).archive])
}

const apply = async (specs: Readonly<Record<string, Spec>>, etag = '"1"'): Promise<Applied> =>
  applyOverlay(root, await archive(specs), etag)

const write = (path: string, text: string) => {
  fs.mkdirSync(dirname(join(root, path)), { recursive: true })
  fs.writeFileSync(join(root, path), text)
}
const read = (path: string) => fs.readFileSync(join(root, path), 'utf8')
const exists = (path: string) => fs.lstatSync(join(root, path), { throwIfNoEntry: false }) !== undefined
const mode = (path: string) => fs.lstatSync(join(root, path)).mode & 0o7777
const nothing: Applied = { changed: [], restored: [], removed: [], units: [] }

test('lays files, directories and links, and a second time writes nothing', async () => {
  const specs = { 'etc/a': null, 'etc/a/one': 'one\n', 'etc/a/link': { link: 'one' } }
  assert.equal((await apply(specs)).changed, ['/etc/a', '/etc/a/one', '/etc/a/link'])
  assert.is(mode('etc/a'), 0o750)
  assert.is(mode('etc/a/one'), 0o640)
  assert.is(fs.readlinkSync(join(root, 'etc/a/link')), 'one')
  const before = fs.lstatSync(join(root, 'etc/a/one')).ctimeMs
  assert.equal(await apply(specs), nothing)
  assert.is(fs.lstatSync(join(root, 'etc/a/one')).ctimeMs, before)
  assert.equal(driftOf(root, readRecord(root)), [])
})

test('what left the overlay is removed, with the directories that nobody else uses', async () => {
  await apply({ a: null, 'a/b': null, 'a/b/file': 'x', c: null, 'c/file': 'x', 'etc/kept': 'x' })
  write('c/of-somebody-else', 'x')
  const applied = await apply({ 'etc/kept': 'x' })
  assert.equal(applied.removed, ['/a', '/a/b', '/a/b/file', '/c', '/c/file'])
  assert.is(exists('a'), false)
  assert.is(exists('c/file'), false)
  assert.is(read('c/of-somebody-else'), 'x')
  assert.is(read('etc/kept'), 'x')
  assert.equal(await apply({ 'etc/kept': 'x' }), nothing)
})

test('a file of the image comes back, with its mode, when the overlay has it no longer', async () => {
  write('etc/hosts', 'of the image\n')
  fs.chmodSync(join(root, 'etc/hosts'), 0o604)
  fs.symlinkSync('hosts', join(root, 'etc/alias'))
  await apply({ 'etc/hosts': 'one\n', 'etc/alias': 'a file\n' })
  await apply({ 'etc/hosts': 'two\n', 'etc/alias': 'a file\n' })
  assert.is(read('etc/hosts'), 'two\n')
  await apply({})
  assert.is(read('etc/hosts'), 'of the image\n')
  assert.is(mode('etc/hosts'), 0o604)
  assert.is(fs.readlinkSync(join(root, 'etc/alias')), 'hosts')
  assert.equal(readRecord(root).entries, [])
})

for (const [name, change] of [
  ['changed', () => write('etc/one', 'by hand')],
  ['removed', () => fs.rmSync(join(root, 'etc/one'))],
  ['given another mode', () => fs.chmodSync(join(root, 'etc/one'), 0o666)],
  ['given to somebody', () => fs.chownSync(join(root, 'etc/one'), 1, 1)],
  [
    'replaced by a link',
    () => {
      fs.rmSync(join(root, 'etc/one'))
      fs.symlinkSync('/etc/passwd', join(root, 'etc/one'))
    },
  ],
] as const) {
  test(`a file that was ${name} is noticed and restored`, async () => {
    const specs = { 'etc/one': { text: 'one', units: ['one.service'] }, 'etc/two': 'two' }
    await apply(specs)
    change()
    assert.equal(driftOf(root, readRecord(root)), ['/etc/one'])
    assert.equal(await apply(specs), { ...nothing, restored: ['/etc/one'], units: ['one.service'] })
    assert.is(read('etc/one'), 'one')
    assert.is(mode('etc/one'), 0o640)
    assert.is(fs.lstatSync(join(root, 'etc/one')).uid, 0)
    assert.equal(driftOf(root, readRecord(root)), [])
  })
}

test('a file that was only touched is no drift', async () => {
  await apply({ 'etc/one': 'one' })
  fs.utimesSync(join(root, 'etc/one'), 1, 1)
  assert.equal(driftOf(root, readRecord(root)), [])
})

test('looking for drift makes nothing, whatever is gone', async () => {
  await apply({ 'deep/er/one': 'one' })
  fs.rmSync(join(root, 'deep'), { recursive: true })
  assert.equal(driftOf(root, readRecord(root)), ['/deep/er/one'])
  assert.is(exists('deep'), false)
  await apply({})
  assert.is(exists('deep'), false)
})

test('what a killed agent laid down is known to the next one', async () => {
  await apply({ 'etc/old': 'old' })
  // stopped by an entry that may not be, after the first was written
  write('etc/blocked/file', 'x')
  const stopped = await apply({ 'etc/new': 'new', 'etc/blocked': 'x' }, '"2"').catch((thrown: Error) => thrown.message)
  assert.match(String(stopped), /a directory stands there/)
  assert.is(read('etc/new'), 'new')
  assert.is(readRecord(root).etag, undefined, 'it is fetched again')
  const applied = await apply({})
  assert.equal([...applied.removed].sort(), ['/etc/blocked', '/etc/new', '/etc/old'])
  assert.is(exists('etc/new'), false)
  assert.is(read('etc/blocked/file'), 'x')
})

test('an archive that breaks off changes nothing', async () => {
  await apply({ 'etc/one': 'one' })
  const whole: Buffer[] = []
  for await (const chunk of await archive({ 'etc/one': 'two', 'etc/three': 'x'.repeat(5000) })) whole.push(chunk)
  const cut = Buffer.concat(whole).subarray(0, 2000)
  const broken = await applyOverlay(root, Stream.from([cut]), '"2"').catch((thrown: Error) => thrown.message)
  assert.type(broken, 'string')
  assert.is(read('etc/one'), 'one')
  assert.is(readRecord(root).etag, '"1"')
})

test('a link of a user is not passed: it might lead to anything', async () => {
  fs.mkdirSync(join(root, 'home'))
  fs.symlinkSync('../etc', join(root, 'home/user'))
  fs.lchownSync(join(root, 'home/user'), 1000, 1000)
  const refused = await apply({ 'home/user/passwd': 'x' }).catch((thrown: Error) => thrown.message)
  assert.match(String(refused), /passes the link 'user', which is not root's/)
  assert.is(exists('etc/passwd'), false)
})

test('the record and what it keeps are for root alone', async () => {
  write('etc/shadow', 'secret')
  await apply({ 'etc/shadow': 'x' })
  assert.is(mode('var/lib/prelude/runtime'), 0o700)
  assert.is(mode('var/lib/prelude/runtime/record.json'), 0o600)
  assert.is(mode('var/lib/prelude/runtime/former'), 0o700)
})

test('a record that is broken is as good as none', async () => {
  await apply({ 'etc/one': 'one' })
  write('var/lib/prelude/runtime/record.json', '{')
  assert.equal(await apply({ 'etc/one': 'one' }), nothing)
})

test.run()
