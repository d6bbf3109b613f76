/** A block of lines between two marker lines. */
export type Block = {
  readonly begin: string
  readonly end: string
  /** The lines between the markers; absent when the block has to go. */
  readonly lines: string | undefined
  /** Where a new block goes; `after` and `before` the last line that `neighbour` matches. */
  readonly place: 'BOF' | 'EOF' | 'after' | 'before'
  readonly neighbour: RegExp | undefined
  readonly emptyLineBefore: boolean
  readonly emptyLineAfter: boolean
}

const split = (text: string): string[] => text.match(/[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+$/g) ?? []

const bare = (line: string): string => line.replace(/[\r\n]+$/, '')

const ended = (text: string): string => (text === '' || text.endsWith('\n') ? text : `${text}\n`)

const placeOf = (lines: readonly string[], { place, neighbour }: Block): number => {
  if (place === 'BOF') return 0
  const at = neighbour ? lines.findLastIndex((line) => neighbour.test(line)) : -1
  if (at < 0) return lines.length
  return place === 'after' ? at + 1 : at
}

/** The text with the block as it is wanted, in the place where it stands or where a new one goes. */
export const setBlock = (text: string, block: Block): string => {
  const lines = split(text)
  const begin = lines.findLastIndex((line) => bare(line) === block.begin)
  const end = lines.findLastIndex((line) => bare(line) === block.end)
  const isThere = begin >= 0 && end >= 0
  const first = Math.min(begin, end)
  const at = isThere ? first : placeOf(lines, block)
  const above = lines.slice(0, at)
  const below = lines.slice(isThere ? Math.max(begin, end) + 1 : at)
  if (block.lines === undefined) return [...above, ...below].join('')
  const needsEmptyBefore = block.emptyLineBefore && above.length > 0 && above.at(-1) !== '\n'
  const needsEmptyAfter = block.emptyLineAfter && below.length > 0 && below[0] !== '\n'
  return [
    ended(above.join('')),
    needsEmptyBefore ? '\n' : '',
    `${block.begin}\n${ended(block.lines)}${block.end}\n`,
    needsEmptyAfter ? '\n' : '',
    ...below,
  ].join('')
}
