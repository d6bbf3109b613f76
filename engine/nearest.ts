/** Number of single-character insertions, deletions, replacements and swaps of neighbours that lead from one word to the other. */
export const distance = (from: string, to: string): number => {
  let beforeLast: number[] = []
  let last = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let row = 1; row <= from.length; row++) {
    const next = [row]
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1]
      let best = Math.min(last[column]! + 1, next[column - 1]! + 1, last[column - 1]! + (same ? 0 : 1))
      if (row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]) {
        best = Math.min(best, beforeLast[column - 2]! + 1)
      }
      next.push(best)
    }
    beforeLast = last
    last = next
  }
  return last[to.length]!
}

/** The known name that a mistyped one most likely means; undefined when none is near. */
export const nearest = (word: string, known: Iterable<string>): string | undefined => {
  const wanted = word.toLowerCase()
  const limit = Math.max(1, Math.floor(word.length / 3))
  let best: { name: string; away: number } | undefined
  for (const name of known) {
    if (Math.abs(name.length - word.length) > limit) continue
    const away = distance(wanted, name.toLowerCase())
    if (away <= limit && (!best || away < best.away)) best = { name, away }
  }
  return best?.name
}

/** A hint for an unknown name: the nearest one, or all of them. */
export const suggest = (word: string, known: readonly string[]): string => {
  const name = nearest(word, known)
  return name === undefined ? `known: ${[...known].sort().join(', ')}` : `did you mean '${name}'?`
}
