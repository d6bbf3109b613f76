import type { Stat } from '../connections/connection.ts'
import type { Diff, Host } from './module.ts'

const largest = 100 * 1024

/** A file's content for a diff, or its size in bytes when it is too large to be shown. */
export type Shown = Buffer | number

/** The content of a file of the host as far as a diff can show it; absent when nobody asks for diffs. */
export const readForDiff = async (
  host: Host,
  { path, size }: Pick<Stat, 'path' | 'size'>,
): Promise<Shown | undefined> => {
  if (!host.diff) return undefined
  return size > largest ? size : await host.read(path)
}

const textOf = (content: Shown | undefined): string => {
  if (content === undefined) return ''
  const size = typeof content === 'number' ? content : content.length
  if (typeof content === 'number' || size > largest) return `(content of ${size} bytes, too large to be shown)\n`
  return content.subarray(0, 8192).includes(0) ? `(binary content of ${size} bytes)\n` : content.toString()
}

/** The diff of a file's content; absent stands for a file that is not there. */
export const contentDiff = (path: string, before: Shown | undefined, after: Shown | undefined): Diff => ({
  before: textOf(before),
  after: textOf(after),
  beforeHeader: path,
  afterHeader: path,
})
