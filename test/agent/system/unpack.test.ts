import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { type Header, pack } from 'tar-stream'
import * as assert from 'uvu/assert'
import { unpack } from '../../../agent/system/unpack.ts'
import { Failure } from '../../../engine/failure.ts'
import { suite } from '../../suite.ts'

const test = suite('agent overlay archive')

type Entry = Partial<Header> & { readonly name: string; readonly content?: string }

let base: string
let root: string

test.beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'unpack-'))
  root = join(base, 'root')
  for (const directory of ['usr/bin', 'etc', 'run', 'tmp']) mkdirSync(join(root, directory), { recursive: true })
  writeFileSync(join(base, 'outside'), 'untouched')
  symlinkSync('usr/bin', join(root, 'bin'))
  mkdirSync(join(root, 'var'))
  symlinkSync('/run', join(root, 'var/run'))
  symlinkSync('../../../../../..', join(root, 'up'))
  writeFileSync(join(root, 'etc/resolv.conf.real'), 'old')
  symlinkSync('resolv.conf.real', join(root, 'etc/resolv.conf'))
})
test.afterEach(() => rmSync(base, { recursive: true }))

const apply = async (entries: readonly Entry[]) => {
  const archive = pack()
  for (const { content, ...header } of entries) {
    // pack() insists on nothing: hostile names go in as they are
    if (content === undefined) archive.entry(header as Header)
    else archive.entry(header as Header, content)
  }
  archive.finalize()
  return unpack(root, archive as unknown as Readable)
}

const at = (path: string) => join(root, path)

test('files have mode, owner and content; new directories too, old ones keep their own', async () => {
  const before = lstatSync(at('tmp')).mode
  const unpacked = await apply([
    { name: './', type: 'directory', mode: 0o700 },
    { name: 'tmp/', type: 'directory', mode: 0o700 },
    { name: './etc/ssh/', type: 'directory', mode: 0o750, uid: 7, gid: 8 },
    { name: './etc/ssh/key', mode: 0o600, uid: 7, gid: 8, mtime: new Date(1_000_000_000_000), content: 'secret' },
    { name: 'a/b/c', content: 'deep' },
  ])
  assert.equal(unpacked, { files: 2, directories: 2, links: 0 })
  assert.is(lstatSync(at('tmp')).mode, before)
  const directory = lstatSync(at('etc/ssh'))
  assert.equal([directory.mode & 0o7777, directory.uid, directory.gid], [0o750, 7, 8])
  const file = lstatSync(at('etc/ssh/key'))
  assert.equal([file.mode & 0o7777, file.uid, file.gid, file.mtimeMs], [0o600, 7, 8, 1_000_000_000_000])
  assert.is(readFileSync(at('a/b/c'), 'utf8'), 'deep')
})

test('a link of the merged /usr is kept and followed, whatever the archive calls it', async () => {
  await apply([
    { name: 'bin/', type: 'directory', mode: 0o700 },
    { name: 'bin/tool', content: 'x' },
  ])
  assert.is(readlinkSync(at('bin')), 'usr/bin')
  assert.is(readFileSync(at('usr/bin/tool'), 'utf8'), 'x')
})

test('a file takes the place of a link, not of what it points to', async () => {
  await apply([{ name: 'etc/resolv.conf', content: 'new' }])
  assert.ok(lstatSync(at('etc/resolv.conf')).isFile())
  assert.is(readFileSync(at('etc/resolv.conf.real'), 'utf8'), 'old')
})

test('an absolute link of the image leads inside the root, one that goes up ends at the root', async () => {
  await apply([
    { name: 'var/run/x', content: 'in run' },
    { name: 'up/outside', content: 'inside' },
  ])
  assert.is(readFileSync(at('run/x'), 'utf8'), 'in run')
  assert.is(readFileSync(at('outside'), 'utf8'), 'inside')
})

test('links and hard links appear, and twice is once', async () => {
  const entries: Entry[] = [
    { name: 'etc/a', content: 'a' },
    { name: 'etc/link', type: 'symlink', linkname: '/etc/a' },
    { name: 'etc/hard', type: 'link', linkname: 'etc/a' },
  ]
  await apply(entries)
  await apply(entries)
  assert.is(readlinkSync(at('etc/link')), '/etc/a')
  assert.is(lstatSync(at('etc/hard')).ino, lstatSync(at('etc/a')).ino)
})

const hostile: readonly { name: string; entries: readonly Entry[]; message: RegExp }[] = [
  { name: "a name with '..'", entries: [{ name: 'etc/../../outside', content: 'x' }], message: /holds '\.\.'/ },
  { name: 'an absolute name', entries: [{ name: '/etc/x', content: 'x' }], message: /absolute/ },
  {
    name: 'a path through its own link',
    entries: [
      { name: 'etc/l', type: 'symlink', linkname: '/etc' },
      { name: 'etc/l/x', content: 'x' },
    ],
    message: /passes the link 'l'/,
  },
  {
    name: 'a path through its own link to the outside',
    entries: [
      { name: 'l', type: 'symlink', linkname: '../../' },
      { name: 'l/outside', content: 'x' },
    ],
    message: /passes the link 'l'/,
  },
  {
    name: 'a hard link to the outside',
    entries: [{ name: 'x', type: 'link', linkname: '../outside' }],
    message: /holds '\.\.'/,
  },
  {
    name: 'a hard link to nothing',
    entries: [{ name: 'x', type: 'link', linkname: 'etc/none' }],
    message: /no file of the root/,
  },
  {
    name: 'a link in place of /bin',
    entries: [{ name: 'bin', type: 'symlink', linkname: 'etc' }],
    message: /merged \/usr/,
  },
  { name: 'a file in place of /bin', entries: [{ name: './bin', content: 'x' }], message: /merged \/usr/ },
  {
    name: 'a file in place of a directory',
    entries: [{ name: 'etc', content: 'x' }],
    message: /directory stands there/,
  },
  {
    name: 'a directory below a file',
    entries: [{ name: 'etc/resolv.conf.real/x', content: 'x' }],
    message: /is no directory/,
  },
  {
    name: 'a device',
    entries: [{ name: 'null', type: 'character-device', devmajor: 1, devminor: 3 }],
    message: /no character-device/,
  },
]

for (const { name, entries, message } of hostile) {
  test(`refuses ${name}`, async () => {
    const thrown = await apply(entries).then(
      () => undefined,
      (failure: unknown) => failure,
    )
    assert.instance(thrown, Failure)
    assert.match((thrown as Failure).message, message)
    assert.is(readFileSync(join(base, 'outside'), 'utf8'), 'untouched')
    assert.is(readlinkSync(at('bin')), 'usr/bin')
    assert.is(existsSync(at('etc/x')), false)
  })
}

test('links that go in a circle', async () => {
  symlinkSync('b', at('a'))
  symlinkSync('a', at('b'))
  const thrown = await apply([{ name: 'a/x', content: 'x' }]).catch((failure: unknown) => failure)
  assert.match((thrown as Error).message, /circle/)
})

test('an archive that breaks off leaves no half of a file and no temporary one', async () => {
  const archive = pack()
  archive.entry({ name: 'etc/whole' }, 'whole')
  archive.entry({ name: 'etc/half' }, 'x'.repeat(5000))
  archive.finalize()
  const chunks: Buffer[] = []
  for await (const chunk of archive as unknown as AsyncIterable<Buffer>) chunks.push(chunk)
  const cut = Buffer.concat(chunks).subarray(0, 512 * 3 + 100)
  const thrown = await unpack(root, Readable.from([cut])).catch((failure: unknown) => failure)
  assert.instance(thrown, Error)
  assert.equal(readdirSync(at('etc')).sort(), ['resolv.conf', 'resolv.conf.real', 'whole'])
})

test.run()
