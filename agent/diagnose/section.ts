/** One part of what there is to say of a node. */
export type Section = {
  readonly title: string
  /** The same as data, for programs. */
  readonly facts: unknown
  /** Rows of a table for people. */
  readonly rows: readonly (readonly string[])[]
  /** What is wrong, a sentence each. */
  readonly problems: readonly string[]
}

/** Rows with their columns aligned below the title; the last column is as long as it is. */
const rowLines = (rows: Section['rows']): readonly string[] => {
  const widths: number[] = []
  for (const row of rows)
    for (const [index, cell] of row.slice(0, -1).entries()) widths[index] = Math.max(widths[index] ?? 0, cell.length)
  return rows.map((row) =>
    `  ${row.map((cell, index) => (index < row.length - 1 ? cell.padEnd(widths[index] ?? 0) : cell)).join('  ')}`.trimEnd(),
  )
}

/** What `diagnose` prints: sections, then what is wrong. */
export const diagnosisText = (sections: readonly Section[]): string => {
  const problems = sections.flatMap((section) => section.problems)
  return [
    ...sections.flatMap(({ title, rows }) => [title, ...rowLines(rows)]),
    problems.length === 0 ? 'nothing is wrong' : 'wrong',
    ...problems.map((problem) => `  ${problem}`),
    '',
  ].join('\n')
}

/** The same as one JSON document. */
export const diagnosisJson = (sections: readonly Section[]): string =>
  `${JSON.stringify(
    {
      ...Object.fromEntries(sections.map(({ title, facts }) => [title, facts])),
      problems: sections.flatMap((section) => section.problems),
    },
    null,
    2,
  )}\n`

/** A section that could not be looked at is a problem, and no end of the others. */
export const guarded = async (title: string, look: () => Promise<Section>): Promise<Section> => {
  try {
    return await look()
  } catch (thrown) {
    const message = thrown instanceof Error ? thrown.message : String(thrown)
    return { title, facts: null, rows: [['unknown', message]], problems: [`${title}: ${message}`] }
  }
}
