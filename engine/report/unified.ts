import { structuredPatch } from 'diff'
import type { Diff } from '../modules/module.ts'
import type { Style } from './style.ts'

/** Where a hunk stands; an empty one stands behind the line before it. */
const range = (start: number, lines: number): string =>
  lines === 1 ? `${start}` : `${lines === 0 ? start - 1 : start},${lines}`

const headed = (word: string, header: string | undefined): string =>
  header === undefined ? word : `${word}: ${header}`

/** A diff as `diff -u` and Ansible write it, with an empty line behind it; empty when nothing differs. */
export const unified = (diff: Diff, style: Style): string => {
  const { hunks } = structuredPatch('', '', diff.before, diff.after, undefined, undefined, { context: 3 })
  if (hunks.length === 0) return ''
  const lines = [`--- ${headed('before', diff.beforeHeader)}`, `+++ ${headed('after', diff.afterHeader)}`]
  for (const { oldStart, oldLines, newStart, newLines, lines: body } of hunks) {
    lines.push(`@@ -${range(oldStart, oldLines)} +${range(newStart, newLines)} @@`, ...body)
  }
  const coloured = lines.map((line) => {
    if (line.startsWith('+')) return style.diffAdded(line)
    if (line.startsWith('-')) return style.diffRemoved(line)
    return line.startsWith('@@') ? style.diffPlace(line) : line
  })
  return `${coloured.join('\n')}\n\n`
}
