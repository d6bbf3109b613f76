import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { constants, zstdCompress } from 'node:zlib'
import { Failure } from '../../engine/failure.ts'
import { tool } from '../../engine/process.ts'
import type { Contents } from './contents.ts'
import { readElf } from './elf.ts'
import type { ModuleTree } from './moduletree.ts'
import { programDirectories } from './programs.ts'

type FileMember = { readonly path: string; readonly mode: number; readonly content: Buffer }

/** Indexes that depmod reads, and does not make from modules alone. */
const sources = ['modules.order', 'modules.builtin', 'modules.builtin.modinfo']

const made = ['alias', 'alias.bin', 'dep', 'dep.bin', 'symbols', 'symbols.bin', 'softdep', 'devname']
const indexes = [...made, 'builtin.bin', 'builtin.alias.bin'].map((name) => `modules.${name}`)

/** The indexes of modules, as depmod makes them: those of the whole tree would name what is not there. */
const indexModules = async (
  root: string,
  { path, version }: ModuleTree,
  modules: readonly FileMember[],
): Promise<ReadonlyMap<string, Buffer>> => {
  const work = await mkdtemp(join(tmpdir(), 'prelude-modules-'))
  try {
    const place = join(work, 'usr/lib/modules', version)
    await mkdir(join(work, 'configuration'))
    await mkdir(place, { recursive: true })
    await symlink('usr/lib', join(work, 'lib'))
    for (const directory of new Set(modules.map((module) => dirname(module.path))))
      await mkdir(join(place, directory), { recursive: true })
    await Promise.all(modules.map((module) => writeFile(join(place, module.path), module.content)))
    for (const name of sources) {
      const content = await readFile(join(root, path, name)).catch(() => undefined)
      if (content) await writeFile(join(place, name), content)
    }
    // an empty configuration: this machine's has no say in another root
    await tool('depmod', ['-b', work, '-C', join(work, 'configuration'), version])
    const files = new Map<string, Buffer>()
    for (const name of [...sources, ...indexes]) {
      const content = await readFile(join(place, name)).catch(() => undefined)
      if (content) files.set(name, content)
    }
    return files
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

/**
 * Whether modules may go in packed: the kernel unpacks the whole initramfs before it starts anything, and a boot loads few of
 * its modules. The root's own modprobe must unpack them, and the depmod of this machine read them.
 */
const canBePacked = async (root: string, contents: Contents): Promise<boolean> => {
  const places = await Promise.all(programDirectories.map((each) => contents.resolve(`${each}/modprobe`)))
  const modprobe = places.find((place) => place !== undefined)
  const needed = (modprobe && readElf(await readFile(join(root, modprobe)))?.needed) || []
  return needed.some((name) => name.startsWith('libzstd.so')) && (await tool('depmod', ['--version'])).includes('+ZSTD')
}

const packed = async (module: FileMember, level: number): Promise<FileMember> => ({
  ...module,
  path: `${module.path}.zst`,
  content: await promisify(zstdCompress)(module.content, { params: { [constants.ZSTD_c_compressionLevel]: level } }),
})

const firmwareDirectories = (version: string): readonly string[] =>
  [`updates/${version}`, 'updates', version, ''].flatMap((below) =>
    ['usr/lib/firmware', 'lib/firmware'].map((directory) => join(directory, below)),
  )

/** Takes the firmware that modules name, where the root has it. Returns the names of what it lacks. */
const takeFirmware = async (
  contents: Contents,
  version: string,
  modules: readonly string[],
): Promise<readonly string[]> => {
  const named = await tool('modinfo', ['-F', 'firmware', ...modules])
  const names = new Set(named.split('\n').filter((name) => name !== ''))
  const lacking: string[] = []
  for (const name of [...names].sort()) {
    const places = firmwareDirectories(version).flatMap((directory) =>
      ['', '.xz', '.zst'].map((ending) => join(directory, name + ending)),
    )
    let found = false
    for (const place of places) {
      found = (await contents.take('firmware', place)) !== undefined
      if (found) break
    }
    if (!found) lacking.push(name)
  }
  return lacking
}

/**
 * Takes modules, packed where they can be, with indexes for them alone and, when asked for, the firmware they name. Returns the
 * names of firmware that the root lacks.
 */
export const takeModules = async (
  contents: Contents,
  root: string,
  tree: ModuleTree,
  chosen: readonly string[],
  { firmware, level }: { readonly firmware: boolean; readonly level: number },
): Promise<readonly string[]> => {
  const files: string[] = []
  const modules: FileMember[] = []
  for (const path of chosen) {
    const place = await contents.resolve(join(tree.path, path)) // an add-on may be a link to another kernel's
    if (place === undefined)
      throw new Failure('image.modules', `${join(root, tree.path, path)} is in modules.dep and not there`)
    files.push(join(root, place))
    modules.push({ path, mode: 0o644, content: await readFile(join(root, place)) })
  }
  const isPlain = ({ path }: FileMember) => path.endsWith('.ko')
  const pack = await canBePacked(root, contents)
  const taken = await Promise.all(modules.map((each) => (pack && isPlain(each) ? packed(each, level) : each)))
  for (const { path, ...file } of taken) contents.put('modules', { path: join(tree.path, path), ...file })
  for (const [name, content] of await indexModules(root, tree, taken))
    contents.put('modules', { path: join(tree.path, name), mode: 0o644, content })
  return firmware ? takeFirmware(contents, tree.version, files) : []
}
