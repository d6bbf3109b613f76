import { lstat, mkdir, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure } from '../../engine/failure.ts'

const split = (path: string): string[] => path.split('/').filter((part) => part !== '' && part !== '.')

const walk = async (root: string, path: string, isMaking: boolean): Promise<string | undefined> => {
  const done: string[] = []
  const queue = split(path)
  for (let steps = 0; queue.length > 0; steps++) {
    if (steps > 1000) return undefined
    const part = queue.shift()!
    if (part === '..') {
      done.pop()
      continue
    }
    const whole = join(root, ...done, part)
    const there = await lstat(whole).catch(() => undefined)
    if (!there && !isMaking) return undefined
    if (!there) await mkdir(whole, { mode: 0o755 })
    if (!there?.isSymbolicLink()) {
      done.push(part)
      continue
    }
    const target = await readlink(whole)
    if (target.startsWith('/')) done.length = 0
    queue.unshift(...split(target))
  }
  return join(root, ...done)
}

/**
 * Where a path of another root lies in ours: every link is resolved as it will be once that root is `/`. undefined when
 * nothing is there, or when links go in a circle.
 */
export const resolveBelow = (root: string, path: string): Promise<string | undefined> => walk(root, path, false)

/** The same for a directory, which is made with all that is missing on its way. */
export const makeBelow = async (root: string, path: string): Promise<string> => {
  const made = await walk(root, path, true)
  if (made === undefined) throw new Failure('disk.directory', `the links of ${path} in the root go in a circle`)
  return made
}
