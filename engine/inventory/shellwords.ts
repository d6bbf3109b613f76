/** A word of a line: its text without quotes, and where it begins (0-based). */
export type Word = { readonly text: string; readonly start: number }

/**
 * Splits a line as a POSIX shell would: quotes, backslashes, and `#` at the start of a word begins a comment.
 * Returns the column (0-based) of a quote that is never closed instead, when there is one.
 */
export const shellWords = (line: string): Word[] | number => {
  const words: Word[] = []
  let text: string | undefined
  let start = 0
  for (let at = 0; at < line.length; at++) {
    const char = line[at]!
    if (/\s/.test(char)) {
      if (text !== undefined) words.push({ text, start })
      text = undefined
      continue
    }
    // Python's shlex takes a '#' for a comment anywhere outside quotes
    if (char === '#') break
    if (text === undefined) {
      text = ''
      start = at
    }
    if (char === '\\') text += line[++at] ?? ''
    else if (char === "'") {
      const end = line.indexOf("'", at + 1)
      if (end === -1) return at
      text += line.slice(at + 1, end)
      at = end
    } else if (char === '"') {
      const opening = at
      for (at++; line[at] !== '"'; at++) {
        if (at >= line.length) return opening
        if (line[at] === '\\' && /["\\]/.test(line[at + 1] ?? '')) at++
        text += line[at]
      }
    } else text += char
  }
  if (text !== undefined) words.push({ text, start })
  return words
}
