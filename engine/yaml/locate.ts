import type { Position } from '../failure.ts'

/** Positions of the offsets of one text, and back. */
export type Locator = { readonly at: (offset: number) => Position; readonly offset: (at: Position) => number }

export const locator = (text: string, file: string): Locator => {
  const starts = [0]
  for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', end + 1)) starts.push(end + 1)
  return {
    at: (offset) => {
      let low = 0
      let high = starts.length
      while (high - low > 1) {
        const middle = (low + high) >> 1
        if (starts[middle]! <= offset) low = middle
        else high = middle
      }
      return { file, line: low + 1, column: offset - starts[low]! + 1 }
    },
    offset: (at) => starts[at.line - 1]! + at.column - 1,
  }
}
