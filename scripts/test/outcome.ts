/** What came of a test file: how many of its tests passed, failed and were skipped, what it printed, how long it took. */
export type Outcome = { passed: number; failed: number; skipped: number; output: string; seconds: number }

/** Reads the counts that uvu printed. A file that died, hung or ran nothing is a failure even when no test of it failed. */
export const outcomeOf = (output: string, hasDied: boolean, seconds: number): Outcome => {
  const sum = (word: string) =>
    [...output.matchAll(new RegExp(`^\\s*${word}:\\s+(\\d+)`, 'gm'))].reduce(
      (total, match) => total + Number(match[1]),
      0,
    )
  const total = sum('Total')
  const passed = sum('Passed')
  const skipped = sum('Skipped')
  const failed = total - passed
  const isBroken = (hasDied && failed === 0) || total + skipped === 0
  return { passed, failed: failed + (isBroken ? 1 : 0), skipped, output, seconds }
}
