import type { Diff } from './module.ts'

const largest = 100 * 1024

/** A file's content for a diff; what nobody can read there is told in a line. */
const shown = (content: Buffer | undefined): string => {
  if (!content) return ''
  if (content.subarray(0, 8192).includes(0)) return `(binary content of ${content.length} bytes)\n`
  if (content.length > largest) return `(content of ${content.length} bytes, too large to be shown)\n`
  return content.toString()
}

/** The diff of a file's content; absent stands for a file that is not there. */
export const contentDiff = (path: string, before: Buffer | undefined, after: Buffer | undefined): Diff => ({
  before: shown(before),
  after: shown(after),
  beforeHeader: path,
  afterHeader: path,
})
