import { copyFile, mkdir, readFile, readlink, stat, symlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { zstdDecompressSync } from 'node:zlib'
import * as assert from 'uvu/assert'
import type { Failure } from '../../../engine/failure.ts'
import { execute, tool } from '../../../engine/process.ts'
import { main } from '../../../provisioner/cli.ts'
import { buildInitramfs } from '../../../provisioner/initramfs/build.ts'
import { readNeeds } from '../../../provisioner/initramfs/needs.ts'
import { suite } from '../../suite.ts'
import { temporaryDirectory, writeFiles } from '../fixture.ts'

const test = suite('initramfs build')

const programs = async () => [...(await readNeeds()).program, 'mknod', 'switch_root']

/** A root of merged /usr: `ip` is a real program with libraries, the others are scripts. */
const makeRoot = async (root: string, without?: string): Promise<void> => {
  const scripts = (await programs()).filter((name) => name !== 'ip' && name !== 'sh' && name !== without)
  await writeFiles(root, {
    ...Object.fromEntries(scripts.map((name) => [`usr/bin/${name}`, { text: '#!/bin/sh\n', mode: 0o755 }])),
    'usr/lib/prelude/prelude-agent': { text: '#!/bin/sh\necho agent\n', mode: 0o755 },
    'etc/ld.so.conf': 'include /etc/ld.so.conf.d/*.conf\n',
    'etc/ld.so.conf.d/demo.conf': '# of the demo\n/opt/lib\n',
    'etc/modprobe.d/site.conf': 'options bonding max_bonds=0\n',
    'usr/lib/modules/6.1.0/modules.dep': 'kernel/drivers/net/ethernet/card.ko:\nkernel/drivers/gpu/card2.ko:\n',
    'usr/lib/modules/6.1.0/kernel/drivers/net/ethernet/card.ko': 'a card\n',
    'usr/lib/modules/6.1.0/kernel/drivers/gpu/card2.ko': 'another\n',
  })
  for (const merged of ['bin', 'sbin', 'lib', 'lib64']) await symlink(`usr/${merged}`, join(root, merged))
  await mkdir(join(root, 'usr/lib64'))
  await mkdir(join(root, 'usr/lib/x86_64-linux-gnu'))
  await mkdir(join(root, 'opt/lib'), { recursive: true })
  await mkdir(join(root, 'usr/sbin'))
  await copyFile('/usr/bin/dash', join(root, 'usr/bin/dash'))
  await symlink('dash', join(root, 'usr/bin/sh'))
  await copyFile('/usr/sbin/ip', join(root, 'usr/bin/ip'))
  await symlink('/usr/bin/ip', join(root, 'usr/sbin/ip'))
  const { stdout } = await execute('ldd', ['/usr/sbin/ip'])
  for (const library of stdout.match(/\/\S+/g) ?? []) {
    const name = basename(library)
    const place = library.includes('ld-linux') ? 'usr/lib/x86_64-linux-gnu' : 'opt/lib'
    await copyFile(library, join(root, place, name))
    if (place !== 'opt/lib') await symlink(`/${place}/${name}`, join(root, 'usr/lib64', name))
  }
}

/** Unpacks with zstd(1) and cpio(1). */
const unpack = async (archive: Buffer, directory: string): Promise<void> => {
  await mkdir(directory)
  const plain = join(dirname(directory), 'plain')
  await tool('zstd', ['-d', '-q', '-f', '-o', plain], { stdin: archive })
  // one archive after the other: cpio reads one a run, and pads what follows
  await tool('sh', [
    '-c',
    'exec < "$1"; cd "$2"; while cpio -i --quiet 2>> ../complaints; do :; done',
    'sh',
    plain,
    directory,
  ])
}

const withRoot = async (use: (root: string, directory: string) => Promise<void>, without?: string): Promise<void> => {
  const { directory, remove } = await temporaryDirectory()
  try {
    const root = join(directory, 'root')
    await makeRoot(root, without)
    await use(root, directory)
  } finally {
    await remove()
  }
}

test('it holds the agent byte by byte, programs with their libraries, chosen modules and their indexes', () =>
  withRoot(async (root, directory) => {
    const made = await buildInitramfs({ root, level: 1 })
    const tree = join(directory, 'tree')
    await unpack(made.archive, tree)
    const read = (path: string) => readFile(join(tree, path), 'utf8')
    assert.is(made.kernel, '6.1.0')
    assert.is(await read('usr/lib/prelude/prelude-agent'), '#!/bin/sh\necho agent\n')
    assert.is((await stat(join(tree, 'init'))).mode & 0o777, 0o755)
    assert.is(await readlink(join(tree, 'bin')), 'usr/bin')
    assert.is(await readlink(join(tree, 'usr/bin/sh')), 'dash')
    assert.is(await readlink(join(tree, 'usr/sbin/ip')), '/usr/bin/ip')
    assert.ok((await readFile(join(tree, 'usr/bin/ip'))).equals(await readFile('/usr/sbin/ip')))
    assert.ok((await stat(join(tree, 'opt/lib/libc.so.6'))).size > 1e6)
    await tool('chroot', [tree, '/usr/bin/ip', '-V']) // its libraries are found
    assert.is(
      await readlink(join(tree, 'usr/lib64/ld-linux-x86-64.so.2')),
      '/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2',
    )
    assert.ok((await stat(join(tree, 'dev/console'))).isCharacterDevice())
    assert.is(await read('etc/modprobe.d/site.conf'), 'options bonding max_bonds=0\n')
    const modules = 'usr/lib/modules/6.1.0'
    assert.is(await read(`${modules}/kernel/drivers/net/ethernet/card.ko`), 'a card\n')
    assert.is(await read(`${modules}/modules.dep`), 'kernel/drivers/net/ethernet/card.ko:\n')
    assert.ok((await stat(join(tree, `${modules}/modules.dep.bin`))).isFile())
    assert.ok(made.withoutPrograms.includes('mdadm'))
  }))

test('modules are packed when the root can unpack them', () =>
  withRoot(async (root, directory) => {
    const { stdout } = await execute('ldd', ['/usr/bin/kmod'])
    for (const library of stdout.match(/\/\S+/g) ?? [])
      if (!library.includes('ld-linux')) await copyFile(library, join(root, 'opt/lib', basename(library)))
    await copyFile('/usr/bin/kmod', join(root, 'usr/bin/modprobe'))
    const { archive } = await buildInitramfs({ root, level: 1 })
    const tree = join(directory, 'tree')
    await unpack(archive, tree)
    const modules = join(tree, 'usr/lib/modules/6.1.0')
    const packed = await readFile(join(modules, 'kernel/drivers/net/ethernet/card.ko.zst'))
    assert.is(zstdDecompressSync(packed).toString(), 'a card\n')
    assert.is(await readFile(join(modules, 'modules.dep'), 'utf8'), 'kernel/drivers/net/ethernet/card.ko.zst:\n')
  }))

test('the same root gives the same bytes, whatever other packages tell the loader', () =>
  withRoot(async (root) => {
    const one = await buildInitramfs({ root, level: 1 })
    await writeFiles(root, { 'etc/ld.so.cache': 'of another package\n' })
    const other = await buildInitramfs({ root, level: 1 })
    assert.ok(one.archive.equals(other.archive))
    assert.is(
      one.parts.reduce((sum, { packed }) => sum + packed, 0),
      one.archive.length,
    )
  }))

test('a root that lacks what a boot needs is refused, by name', async () => {
  const failing = async (request: Parameters<typeof buildInitramfs>[0]) =>
    buildInitramfs(request).then(
      () => undefined,
      (thrown: unknown) => thrown as Failure,
    )
  await withRoot(async (root) => {
    assert.match((await failing({ root }))?.message ?? '', /lacks programs that the agent calls: modprobe$/)
  }, 'modprobe')
  await withRoot(async (root) => {
    assert.is((await failing({ root, agent: '/nonexistent' }))?.code, 'image.agent')
    await tool('rm', [join(root, 'opt/lib/libc.so.6')])
    assert.match((await failing({ root }))?.message ?? '', /needs libc\.so\.6, which the root lacks/)
  })
})

test('the command writes the file once, and says when nothing changed', () =>
  withRoot(async (root, directory) => {
    const output = join(directory, 'out/initramfs.img')
    const said: string[] = []
    const write = process.stdout.write
    process.stdout.write = ((text: string) => said.push(text) > 0) as typeof write
    try {
      for (let count = 0; count < 2; count++)
        assert.is(await main(['initramfs', 'build', '--root', root, '--output', output, '--level', '1']), 0)
    } finally {
      process.stdout.write = write
    }
    const text = said.join('')
    assert.match(text, /^agent +1 /m)
    assert.match(text, /^written: \S+initramfs\.img, for kernel 6\.1\.0$/m)
    assert.match(text, /^unchanged: /m)
    assert.is((await stat(output)).mode & 0o777, 0o644)
  }))

test.run()
