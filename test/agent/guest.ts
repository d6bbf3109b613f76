import { cp, mkdir, readdir, rename, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { execute, tool } from '../../engine/process.ts'

// A virtual machine with this machine's tools, Debian's kernel and nothing else: for what needs real block devices.
const root = join(import.meta.dirname, '..', '..')

/** Debian's kernel with its modules, unpacked; kept in dist/, as it is fetched from the package mirror. */
const kernelTree = async (): Promise<{ readonly tree: string; readonly version: string }> => {
  const depends = await tool('apt-cache', ['depends', 'linux-image-amd64'])
  const name = /Depends: (linux-image-\S+)/.exec(depends)?.[1]
  if (name === undefined) throw new Error('the package linux-image-amd64 names no kernel')
  const version = name.slice('linux-image-'.length)
  const tree = join(root, 'dist', `.kernel-${version}`)
  const isThere = await stat(tree).then(
    () => true,
    () => false,
  )
  if (!isThere) {
    const work = `${tree}.${process.pid}`
    await mkdir(join(work, 'tree'), { recursive: true })
    await tool('apt-get', ['download', name], { cwd: work })
    const [file] = (await readdir(work)).filter((entry) => entry.endsWith('.deb'))
    await tool('dpkg', ['-x', join(work, file!), join(work, 'tree')])
    await tool('depmod', ['-b', join(work, 'tree'), version])
    await rename(join(work, 'tree'), tree)
    await rm(work, { recursive: true })
  }
  return { tree, version }
}

/** Copies a program with its libraries. */
const install = async (initramfs: string, program: string): Promise<void> => {
  const path = (await tool('sh', ['-c', 'command -v "$1"', 'sh', program])).trim()
  const { stdout } = await execute('ldd', [path])
  for (const file of [path, ...(stdout.match(/\/\S+/g) ?? [])]) {
    await mkdir(join(initramfs, dirname(file)), { recursive: true })
    await cp(file, join(initramfs, file), { dereference: true })
  }
}

export type Guest = {
  /** Programs of this machine that the guest needs. */
  readonly programs: readonly string[]
  readonly modules: readonly string[]
  /** Files of the guest: path to content; `/init` is started. */
  readonly files: Readonly<Record<string, string>>
  /** NVMe disks: their files. */
  readonly disks: readonly string[]
  /** Directory for what is made on the way. */
  readonly work: string
  /** Milliseconds. */
  readonly timeout: number
}

/** Runs a guest until it powers off and returns what it wrote to its console. */
export const runGuest = async (guest: Guest): Promise<string> => {
  const { tree, version } = await kernelTree()
  const initramfs = join(guest.work, 'initramfs')
  for (const directory of ['usr/bin', 'usr/sbin', 'usr/lib', 'usr/lib64', 'proc', 'sys', 'dev', 'run', 'tmp', 'etc'])
    await mkdir(join(initramfs, directory), { recursive: true })
  for (const merged of ['bin', 'sbin', 'lib', 'lib64']) await symlink(`usr/${merged}`, join(initramfs, merged))
  for (const program of guest.programs) await install(initramfs, program)
  const agent = join(root, 'dist/prelude-agent')
  await install(initramfs, agent)
  await symlink(agent, join(initramfs, 'bin/mkdisk'))
  for (const module of guest.modules) {
    const lines = await tool('modprobe', ['-d', tree, '-S', version, '--show-depends', module])
    for (const [, file = ''] of lines.matchAll(/^insmod (\S+)/gm)) {
      const path = file.slice(file.indexOf('/lib/modules/'))
      await mkdir(join(initramfs, dirname(path)), { recursive: true })
      await cp(join(tree, path), join(initramfs, path))
    }
  }
  for (const file of ['modules.order', 'modules.builtin'])
    await cp(join(tree, 'lib/modules', version, file), join(initramfs, 'lib/modules', version, file))
  await tool('depmod', ['-b', initramfs, version])
  for (const [path, content] of Object.entries(guest.files)) {
    await mkdir(dirname(join(initramfs, path)), { recursive: true })
    await writeFile(join(initramfs, path), content, { mode: 0o755 })
  }
  const initrd = join(guest.work, 'initrd')
  await tool('sh', ['-c', 'cd "$1" && find . | cpio -o -H newc --quiet > "$2"', 'sh', initramfs, initrd])
  const disks = guest.disks.flatMap((file, index) => [
    '-drive',
    `file=${file},format=raw,if=none,id=disk${index},cache=unsafe`,
    '-device',
    `nvme,drive=disk${index},serial=disk${index}`,
  ])
  // TCG: a machine's KVM may be there and not work
  const arguments_ = ['-m', '1536', '-smp', '2', '-cpu', 'max', '-accel', 'tcg,thread=multi', '-nic', 'none']
  const { stdout } = await execute(
    'qemu-system-x86_64',
    [
      ...arguments_,
      ...['-nographic', '-no-reboot', '-kernel', join(tree, 'boot', `vmlinuz-${version}`), '-initrd', initrd],
      ...['-append', 'console=ttyS0 loglevel=1 panic=-1', ...disks],
    ],
    { timeout: guest.timeout },
  )
  return stdout.replaceAll('\r', '')
}
