/** Who may do what by a file's mode, in the words of `stat` and `find`: `rusr`, `wgrp`, `isuid` … */
export const permissions = (mode: number): Record<string, boolean> => {
  const bits: [string, number][] = ['usr', 'grp', 'oth'].flatMap((who, index): [string, number][] => [
    [`r${who}`, 0o400 >> (index * 3)],
    [`w${who}`, 0o200 >> (index * 3)],
    [`x${who}`, 0o100 >> (index * 3)],
  ])
  const all = [...bits, ['isuid', 0o4000], ['isgid', 0o2000]] as [string, number][]
  return Object.fromEntries(all.map(([name, bit]) => [name, (mode & bit) !== 0]))
}
