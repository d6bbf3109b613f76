import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Failure } from '../../engine/failure.ts'
import { tool } from '../../engine/process.ts'
import type { Contents } from './contents.ts'
import type { ModuleTree } from './moduletree.ts'

/** Indexes that depmod reads, and does not make from modules alone. */
const sources = ['modules.order', 'modules.builtin', 'modules.builtin.modinfo']

const made = ['alias', 'alias.bin', 'dep', 'dep.bin', 'symbols', 'symbols.bin', 'softdep', 'devname']
const indexes = [...made, 'builtin.bin', 'builtin.alias.bin'].map((name) => `modules.${name}`)

/** The indexes of some modules of a tree, as depmod makes them: those of the whole tree would name what is not there. */
const indexModules = async (
  root: string,
  { path, version }: ModuleTree,
  chosen: readonly string[],
): Promise<ReadonlyMap<string, Buffer>> => {
  const work = await mkdtemp(join(tmpdir(), 'prelude-modules-'))
  try {
    const place = join(work, 'usr/lib/modules', version)
    await mkdir(join(work, 'configuration'))
    await mkdir(place, { recursive: true })
    await symlink('usr/lib', join(work, 'lib'))
    for (const directory of new Set(chosen.map(dirname))) await mkdir(join(place, directory), { recursive: true })
    await Promise.all(chosen.map((module) => symlink(join(root, path, module), join(place, module))))
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
 * Takes modules with indexes for them alone and, when asked for, the firmware they name. Returns the names of firmware that
 * the root lacks.
 */
export const takeModules = async (
  contents: Contents,
  root: string,
  tree: ModuleTree,
  chosen: readonly string[],
  withFirmware: boolean,
): Promise<readonly string[]> => {
  const files: string[] = []
  for (const module of chosen) {
    const taken = await contents.take('modules', join(tree.path, module))
    if (!taken) throw new Failure('image.modules', `${join(root, tree.path, module)} is in modules.dep and not there`)
    files.push(join(root, taken.path))
  }
  for (const [name, content] of await indexModules(root, tree, chosen))
    contents.put('modules', { path: join(tree.path, name), mode: 0o644, content })
  return withFirmware ? takeFirmware(contents, tree.version, files) : []
}
