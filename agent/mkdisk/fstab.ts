import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

export type FstabEntry = {
  readonly source: string
  readonly target: string
  readonly type: string
  readonly options: readonly string[]
}

const begin = '# mkdisk: written at each boot'
const end = '# mkdisk: end'

/**
 * The text of an fstab with an entry in mkdisk's own part of it, in place of a former one for the same target. Lines that
 * somebody else wrote are never touched. Checks at boot are off (last field 0): what is listed here is mounted already.
 */
export const withEntry = (fstab: string, { source, target, type, options }: FstabEntry): string => {
  const lines = fstab.split('\n')
  if (lines.at(-1) === '') lines.pop()
  const [first, last] = [lines.indexOf(begin), lines.indexOf(end)]
  const hasOwn = first >= 0 && last > first
  const own = hasOwn ? lines.slice(first + 1, last) : []
  const others = hasOwn ? [...lines.slice(0, first), ...lines.slice(last + 1)] : lines
  const isFormer = (line: string): boolean => {
    const [from, at] = line.split(/\s+/)
    return target === 'none' ? from === source : at === target
  }
  const kept = own.filter((line) => !isFormer(line))
  return [...others, begin, ...kept, `${source} ${target} ${type} ${options.join(',')} 0 0`, end, ''].join('\n')
}

/** Adds an entry to a root's /etc/fstab, atomically. */
export const addMount = async (root: string, entry: FstabEntry): Promise<void> => {
  const path = join(root, 'etc/fstab')
  const before = await readFile(path, 'utf8').catch(() => '')
  const after = withEntry(before, entry)
  if (after === before) return
  await writeFile(`${path}.mkdisk`, after, { mode: 0o644 })
  await rename(`${path}.mkdisk`, path)
}
