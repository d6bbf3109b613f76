import { cp, mkdir, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { execute, tool } from '../../engine/process.ts'
import { debianKernel } from './kernel.ts'

const root = join(import.meta.dirname, '..', '..')

export type InitrdParts = {
  /** Programs of this machine that the guest needs. */
  readonly programs: readonly string[]
  /** Whether the agent is there too; true when absent. */
  readonly hasAgent?: boolean
  /** Modules of the kernel, with what they depend on; the guest loads them itself. */
  readonly modules: readonly string[]
  /** Files of the guest: path to content; `/init` is started. All are executable. */
  readonly files: Readonly<Record<string, string>>
}

/** Copies a program with its libraries. */
const install = async (directory: string, program: string): Promise<void> => {
  const path = (await tool('sh', ['-c', 'command -v "$1"', 'sh', program])).trim()
  const { stdout } = await execute('ldd', [path])
  for (const file of [path, ...(stdout.match(/\/\S+/g) ?? [])]) {
    await mkdir(join(directory, dirname(file)), { recursive: true })
    await cp(file, join(directory, file), { dereference: true })
  }
}

const makeMergedUsr = async (directory: string): Promise<void> => {
  for (const merged of ['bin', 'sbin', 'lib', 'lib64']) {
    await mkdir(join(directory, 'usr', merged), { recursive: true })
    await symlink(`usr/${merged}`, join(directory, merged))
  }
}

const installModules = async (directory: string, modules: readonly string[]): Promise<void> => {
  const { tree, version } = await debianKernel()
  for (const module of modules) {
    const lines = await tool('modprobe', ['-d', tree, '-S', version, '--show-depends', module])
    for (const [, file = ''] of lines.matchAll(/^insmod (\S+)/gm)) {
      const path = file.slice(file.indexOf('/lib/modules/'))
      await mkdir(join(directory, dirname(path)), { recursive: true })
      await cp(join(tree, path), join(directory, path))
    }
  }
  for (const file of ['modules.order', 'modules.builtin'])
    await cp(join(tree, 'lib/modules', version, file), join(directory, 'lib/modules', version, file))
  await tool('depmod', ['-b', directory, version])
}

/** Packs a directory as the kernel unpacks it. */
export const packInitrd = async (directory: string, file: string): Promise<string> => {
  await tool('sh', ['-c', 'cd "$1" && find . | cpio -o -H newc --quiet > "$2"', 'sh', directory, file])
  return file
}

/**
 * Makes an initramfs of this machine's tools, Debian's modules and the agent, below `work`; returns its file. The agent, if it is wanted,
 * must have been built (`scripts/launch agent --version`). One initramfs may start many guests: what differs comes as a
 * further initrd.
 */
export const makeInitrd = async (
  { programs, modules, files, hasAgent = true }: InitrdParts,
  work: string,
): Promise<string> => {
  const directory = join(work, 'initramfs')
  for (const made of ['proc', 'sys', 'dev', 'run', 'tmp', 'etc'])
    await mkdir(join(directory, made), { recursive: true })
  await makeMergedUsr(directory)
  for (const program of programs) await install(directory, program)
  if (hasAgent) {
    const agent = join(root, 'dist/prelude-agent')
    await install(directory, agent)
    await symlink(agent, join(directory, 'bin/prelude-agent'))
    await symlink(agent, join(directory, 'bin/mkdisk'))
  }
  await installModules(directory, modules)
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(directory, path)), { recursive: true })
    await writeFile(join(directory, path), content, { mode: 0o755 })
  }
  return packInitrd(directory, join(work, 'initrd'))
}

/** A further initrd with programs of this machine and their libraries. */
export const makeProgramsInitrd = async (programs: readonly string[], work: string): Promise<string> => {
  const directory = join(work, 'programs.d')
  await makeMergedUsr(directory)
  for (const program of programs) await install(directory, program)
  return packInitrd(directory, join(work, 'programs'))
}

/** A further initrd, laid over the first: only files, path to content. */
export const makeFurtherInitrd = async (
  files: Readonly<Record<string, string>>,
  work: string,
  name: string,
): Promise<string> => {
  const directory = join(work, `${name}.d`)
  await mkdir(directory, { recursive: true })
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(directory, path)), { recursive: true })
    await writeFile(join(directory, path), content, { mode: 0o755 })
  }
  return packInitrd(directory, join(work, name))
}
