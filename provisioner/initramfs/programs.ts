import { readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { Failure, throwAll } from '../../engine/failure.ts'
import type { Contents, Part } from './contents.ts'
import { type Elf, readElf } from './elf.ts'

/** Where programs of a root are looked for. */
export const programDirectories = ['usr/sbin', 'usr/bin', 'sbin', 'bin']

/** Directories that the loader searches by itself, with the one that it lies in. */
const standardDirectories = ['/lib64', '/usr/lib64', '/lib', '/usr/lib']

const configured = async (root: string, contents: Contents, file: string, depth = 0): Promise<readonly string[]> => {
  const place = await contents.resolve(file)
  if (place === undefined || depth > 4) return []
  const found: string[] = []
  for (const line of (await readFile(join(root, place), 'utf8')).split('\n')) {
    const text = line.replace(/#.*/, '').trim()
    const [, pattern] = /^include\s+(\S+)$/.exec(text) ?? []
    if (pattern === undefined) {
      if (text.startsWith('/')) found.push(text)
      continue
    }
    const directory = dirname(pattern)
    for (const name of await contents.list(directory))
      if (name.endsWith('.conf')) found.push(...(await configured(root, contents, join(directory, name), depth + 1)))
  }
  return found
}

export type Programs = {
  /** Takes a program with all that its ELF headers name; false when the root has no program of that name. */
  take(name: string): Promise<boolean>
  /** Takes libraries that programs load by name at run time: patterns with `*` in the library directories. */
  takeLibraries(patterns: readonly string[]): Promise<void>
  /** Takes what an executable needs beside itself: loader, libraries and theirs; an interpreter for a script. */
  takeNeeds(path: string, content: Buffer): Promise<void>
}

const expression = (pattern: string): RegExp =>
  new RegExp(`^${pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`)

/** Programs and libraries of a root, resolved as its own loader does it: nothing of this machine is used or run. */
export const openPrograms = async (root: string, contents: Contents, part: Part = 'programs'): Promise<Programs> => {
  const directories = [...(await configured(root, contents, '/etc/ld.so.conf')), ...standardDirectories]
  const searched = new Set(
    (await Promise.all(standardDirectories.map(contents.resolve))).filter((each) => each !== undefined),
  )
  let loaderDirectory: string | undefined
  const taken = new Set<string>()
  const missing = new Map<string, Failure>()

  const takeLibrary = async (name: string, elf: Elf, from: string): Promise<boolean> => {
    const own = elf.searched.map((directory) => directory.replace(/\$\{?ORIGIN\}?/, `/${dirname(from)}`))
    for (const directory of [...own, ...directories]) {
      const place = join(directory, name)
      if (taken.has(place)) return true
      const library = await contents.take(part, place, (content) => readElf(content)?.machine === elf.machine)
      if (!library) continue
      taken.add(place)
      if (!own.includes(directory)) await linkForLoader(place)
      await takeNeeds(library.path, library.content)
      return true
    }
    return false
  }

  /**
   * Where other packages add directories to ld.so.conf, the loader would need its cache. That of the root tells of all the
   * root's libraries and changes with each of them; a link among the loader's own libraries does the same for one.
   */
  const linkForLoader = async (place: string): Promise<void> => {
    const directory = await contents.resolve(dirname(place))
    if (loaderDirectory === undefined || directory === undefined) return
    if (directory === loaderDirectory || searched.has(directory)) return
    contents.put(part, { path: join(loaderDirectory, basename(place)), link: place })
  }

  const takeNeeds = async (path: string, content: Buffer): Promise<void> => {
    const [, script] = /^#!\s*(\S+)/.exec(content.toString('latin1', 0, 256)) ?? []
    const elf = readElf(content)
    if (elf?.interpreter !== undefined) {
      const loader = await contents.resolve(elf.interpreter)
      if (loader !== undefined) loaderDirectory = dirname(loader)
    }
    const direct = [script, elf?.interpreter].filter((each) => each !== undefined)
    for (const file of direct) {
      if (taken.has(file)) continue
      taken.add(file)
      const found = await contents.take(part, file)
      if (found) await takeNeeds(found.path, found.content)
      else missing.set(file, new Failure('image.library', `/${path} needs ${file}, which the root lacks`))
    }
    for (const name of elf?.needed ?? [])
      if (!(await takeLibrary(name, elf!, path)))
        missing.set(name, new Failure('image.library', `/${path} needs ${name}, which the root lacks`))
  }

  return {
    async take(name) {
      for (const directory of programDirectories) {
        const found = await contents.take(part, `${directory}/${name}`)
        if (!found) continue
        await takeNeeds(found.path, found.content)
        throwAll([...missing.values()])
        return true
      }
      return false
    },
    async takeLibraries(patterns) {
      for (const directory of directories) {
        const names = await contents.list(directory)
        for (const name of names.filter((each) => patterns.some((pattern) => expression(pattern).test(each)))) {
          const library = await contents.take(part, join(directory, name))
          if (!library) continue
          await linkForLoader(join(directory, name))
          await takeNeeds(library.path, library.content)
        }
      }
      throwAll([...missing.values()])
    },
    async takeNeeds(path, content) {
      await takeNeeds(path, content)
      throwAll([...missing.values()])
    },
  }
}
