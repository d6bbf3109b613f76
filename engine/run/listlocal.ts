import { readdir, readlink, realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Listed } from '../modules/module.ts'

/** What a directory of this machine holds, recursive and sorted. Links are followed when `follow`, unless they lead nowhere or back. */
export const listLocal = async (root: string, follow = true): Promise<Listed[]> => {
  const listed: Listed[] = []
  const walk = async (below: string, around: readonly string[]): Promise<void> => {
    const entries = await readdir(join(root, below), { withFileTypes: true })
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const name = join(below, entry.name)
      const path = join(root, name)
      const there = entry.isSymbolicLink() && follow ? await realpath(path).catch(() => undefined) : path
      if (entry.isSymbolicLink() && (there === path || there === undefined || around.includes(there))) {
        listed.push({ name, target: await readlink(path) })
        continue
      }
      const isDirectory = entry.isDirectory() || (entry.isSymbolicLink() && (await stat(path)).isDirectory())
      listed.push({ name: isDirectory ? `${name}/` : name })
      if (isDirectory) await walk(name, [...around, await realpath(path)])
    }
  }
  await walk('', [await realpath(root)])
  return listed
}
