import { lstat, readlink } from 'node:fs/promises'
import { join } from 'node:path'

const split = (path: string): string[] => path.split('/').filter((part) => part !== '' && part !== '.')

/**
 * Where a path of another root lies in ours: every link is resolved as it will be once that root is `/`. undefined when
 * nothing is there, or when links go in a circle.
 */
export const resolveBelow = async (root: string, path: string): Promise<string | undefined> => {
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
    if (!there) return undefined
    if (!there.isSymbolicLink()) {
      done.push(part)
      continue
    }
    const target = await readlink(whole)
    if (target.startsWith('/')) done.length = 0
    queue.unshift(...split(target))
  }
  return join(root, ...done)
}
