import { cp, link, lstat, mkdir, mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import type { BootContext } from '../../../agent/context.ts'
import { unpackImage } from '../../../agent/root/image.ts'
import { mount, unmount } from '../../../agent/system/mounts.ts'
import { silentLog } from '../../../engine/log.ts'
import { tool } from '../../../engine/process.ts'
import { packers } from '../../../provisioner/image/publish.ts'
import { suite } from '../../suite.ts'

const test = suite('agent unpacks')

/** A capability as the kernel keeps it: cap_net_raw+ep. */
const capability = '0x0100000200200000000000000000000000000000'
const end = 4.5 * 1024 ** 3

const makeTree = async (tree: string): Promise<void> => {
  await mkdir(join(tree, 'etc'), { recursive: true })
  await writeFile(join(tree, 'etc/one'), 'one')
  await link(join(tree, 'etc/one'), join(tree, 'two'))
  await tool('setfattr', ['-n', 'security.capability', '-v', capability, join(tree, 'etc/one')])
  await tool('setfattr', ['-n', 'trusted.overlay.opaque', '-v', 'y', join(tree, 'etc')])
  await tool('mknod', [join(tree, 'whiteout'), 'c', '0', '0'])
  await tool('mkfifo', [join(tree, 'fifo')])
  await writeFile(join(tree, 'set'), 'x')
  await tool('chown', ['12:34', join(tree, 'set')])
  await tool('chmod', ['6750', join(tree, 'set')])
  await tool('ln', ['-s', '../../../etc/passwd', join(tree, 'link')])
  await tool('touch', ['-d', '2001-02-03 04:05:06', join(tree, 'set')])
  const hole = await open(join(tree, 'hole'), 'w')
  await hole.write('begin', 0)
  await hole.write('the end', end)
  await hole.close()
}

const attribute = (name: string, file: string) =>
  tool('getfattr', ['--absolute-names', '--only-values', '-n', name, file])

/** Everything that has to be kept, as one value. */
const facts = async (root: string) => {
  const of = async (path: string) => {
    const { mode, uid, gid, nlink, rdev, size, mtimeMs } = await lstat(join(root, path))
    return { mode, uid, gid, nlink, rdev, size, mtimeMs: Math.floor(mtimeMs / 1000) }
  }
  const hole = await open(join(root, 'hole'))
  const last = Buffer.alloc(7)
  await hole.read(last, 0, 7, end)
  await hole.close()
  return {
    names: (await readdir(root)).sort(),
    whiteout: await of('whiteout'),
    fifo: (await of('fifo')).mode,
    set: await of('set'),
    hole: await of('hole'),
    last: last.toString(),
    isOneFile: (await lstat(join(root, 'two'))).ino === (await lstat(join(root, 'etc/one'))).ino,
    capability: await attribute('security.capability', join(root, 'etc/one')),
    opaque: await attribute('trusted.overlay.opaque', join(root, 'etc')),
    link: await tool('readlink', [join(root, 'link')]),
  }
}

const contextOf = (format: 'squashfs' | 'erofs') =>
  ({ log: silentLog, manifest: { image: { format } } }) as unknown as BootContext

/** Calls `use` with a directory and an empty tmpfs in it. */
const inPlace = async (use: (work: string, target: string) => Promise<void>, size = '64m'): Promise<void> => {
  const work = await mkdtemp('/var/tmp/prelude-unpack-')
  const target = join(work, 'root')
  await mkdir(target)
  await mount(silentLog, { type: 'tmpfs', source: 'prelude', target, options: [`size=${size}`] })
  try {
    await use(work, target)
  } finally {
    await unmount(silentLog, target)
    await rm(work, { recursive: true, force: true })
  }
}

for (const format of ['squashfs', 'erofs'] as const) {
  test(
    `${format}: links, attributes, holes, devices, modes and times are kept in a tmpfs, and in the mounted image`,
    () =>
      inPlace(async (work, target) => {
        const [tree, image] = [join(work, 'tree'), join(work, 'image')]
        await makeTree(tree)
        const wanted = await facts(tree)
        await packers[format](tree, image)
        await unpackImage(contextOf(format), image, target)
        assert.equal(await facts(target), wanted)
        const { blocks } = await lstat(join(target, 'hole'))
        assert.ok(blocks * 512 < 1 << 20, 'the hole is filled')
        const mounted = join(work, 'mounted')
        await mkdir(mounted)
        await mount(silentLog, { type: format, source: image, target: mounted, options: ['loop', 'ro'] })
        try {
          assert.equal(await facts(mounted), wanted)
        } finally {
          await unmount(silentLog, mounted)
        }
      }),
    240_000,
  )
}

for (const [what, name] of [
  ['goes up', '../escaped'],
  ['is absolute', '/tmp/escape'],
  ['goes up alone', '..'],
] as const) {
  test(
    `squashfs: a name that ${what} is refused`,
    () =>
      inPlace(async (work, target) => {
        const [tree, image] = [join(work, 'tree'), join(work, 'image')]
        const harmless = 'x'.repeat(name.length)
        await mkdir(join(tree, 'd'), { recursive: true })
        await writeFile(join(tree, 'd', harmless), 'escaped')
        // without compression the name stands in the image as it is
        await tool('mksquashfs', [tree, image, '-noappend', '-quiet', '-no-progress', '-noI', '-noD', '-noF', '-noX'])
        const content = await readFile(image)
        const at = content.indexOf(harmless)
        content.write(name, at)
        assert.is(content.indexOf(harmless), -1)
        await writeFile(image, content)
        const thrown = await unpackImage(contextOf('squashfs'), image, target).catch((failure: unknown) => failure)
        assert.instance(thrown, Error)
        assert.equal((await readdir(work)).sort(), ['image', 'root', 'tree'])
      }),
    60_000,
  )
}

test(
  'squashfs: a link and a file of one name never write through the link',
  () =>
    inPlace(async (work, target) => {
      const [tree, image, outside] = [join(work, 'tree'), join(work, 'image'), join(work, 'outside')]
      await mkdir(tree)
      await mkdir(outside)
      await tool('ln', ['-s', outside, join(tree, 'aa')])
      await mkdir(join(tree, 'ab'))
      await writeFile(join(tree, 'ab/file'), 'escaped')
      await tool('mksquashfs', [tree, image, '-noappend', '-quiet', '-no-progress', '-noI', '-noD', '-noF', '-noX'])
      const content = await readFile(image)
      // the directory takes the name of the link
      const at = content.lastIndexOf('ab')
      content.write('aa', at)
      await writeFile(image, content)
      await unpackImage(contextOf('squashfs'), image, target).catch(() => {})
      assert.equal(await readdir(outside), [])
    }),
  60_000,
)

for (const format of ['squashfs', 'erofs'] as const) {
  test(
    `${format}: a place that is too small is a failure`,
    () =>
      inPlace(async (work, target) => {
        const [tree, image] = [join(work, 'tree'), join(work, 'image')]
        await mkdir(tree)
        await cp(process.execPath, join(tree, 'node'))
        await packers[format](tree, image)
        const thrown = await unpackImage(contextOf(format), image, target).catch((failure: unknown) => failure)
        assert.match((thrown as Error).message, /no space left on device/i)
      }, '8m'),
    120_000,
  )
}

for (const format of ['squashfs', 'erofs'] as const) {
  test(
    `${format}: attributes that the place cannot have are a failure, never lost without a word`,
    () =>
      inPlace(async (work, target) => {
        const [tree, image] = [join(work, 'tree'), join(work, 'image')]
        await mkdir(tree)
        await writeFile(join(tree, 'ping'), 'x')
        await tool('setfattr', ['-n', 'security.capability', '-v', capability, join(tree, 'ping')])
        await packers[format](tree, image)
        await mount(silentLog, { type: 'ramfs', source: 'prelude', target })
        try {
          const thrown = await unpackImage(contextOf(format), image, target).catch((failure: unknown) => failure)
          assert.match((thrown as Error).message, /attribute|not supported/i)
        } finally {
          await unmount(silentLog, target)
        }
      }),
    60_000,
  )
}

test.run()
