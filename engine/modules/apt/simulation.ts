import type { Diff } from '../module.ts'

/** A package that apt-get would install, upgrade or remove. */
export type Move = { readonly name: string; readonly before?: string; readonly after?: string }

/** Reads `apt-get --simulate`: `Inst vim [1.0] (1.1 Debian:12 [amd64])`, `Remv vim [1.0]`, `Purg vim [1.0]`. */
export const parseSimulation = (text: string): Move[] => {
  const moves = new Map<string, Move>()
  for (const line of text.split('\n')) {
    const [, verb, name, before, after] = /^(Inst|Remv|Purg) (\S+)(?: \[([^\]]*)\])?(?: \((\S+))?/.exec(line) ?? []
    if (!verb || !name) continue
    const former = before === undefined ? {} : { before }
    moves.set(name, verb === 'Inst' && after !== undefined ? { name, ...former, after } : { name, ...former })
  }
  return [...moves.values()]
}

/** The moves as a diff: one line a package with its version. */
export const diffOf = (moves: readonly Move[]): Diff => {
  const lines = (version: (move: Move) => string | undefined) =>
    moves
      .flatMap((move) => {
        const text = version(move)
        return text === undefined ? [] : `${move.name} ${text}\n`
      })
      .join('')
  return {
    before: lines((move) => move.before),
    after: lines((move) => move.after),
    beforeHeader: 'packages',
    afterHeader: 'packages',
  }
}
