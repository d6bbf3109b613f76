/**
 * Splits a text into words as Python's `shlex.split` does: quotes of both kinds, backslashes (not within single
 * quotes; within double quotes only before `"` and `\`), no comments. Throws an Error on an open quote or a trailing backslash.
 */
export const splitWords = (text: string): string[] => {
  const words: string[] = []
  let word: string | undefined
  let quote = ''
  for (let index = 0; index < text.length; index++) {
    const character = text[index]!
    if (quote === "'") {
      if (character === "'") quote = ''
      else word += character
    } else if (character === '\\') {
      const next = text[++index]
      if (next === undefined) throw new Error('no character follows the last backslash')
      word = (word ?? '') + (quote === '"' && next !== '"' && next !== '\\' ? `\\${next}` : next)
    } else if (quote === '"') {
      if (character === '"') quote = ''
      else word += character
    } else if (character === "'" || character === '"') {
      quote = character
      word ??= ''
    } else if (/[ \t\r\n]/.test(character)) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else {
      word = (word ?? '') + character
    }
  }
  if (quote) throw new Error(`the quotation opened by ${quote} is not closed`)
  if (word !== undefined) words.push(word)
  return words
}
