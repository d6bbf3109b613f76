// Runs test files and counts what uvu says of them. Fast ones run several in a process, but for `*.alone.test.ts`, which
// measure their process; these and system tests have one of their own.
// usage: test.ts fast|all [PATTERN]; the last line is `N passed, N failed, N skipped`.
import { globSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { type Report, runFiles } from './test/run.ts'

const root = join(import.meta.dirname, '..')
const [, , kind = 'all', pattern = ''] = process.argv

/** A file of fast tests may take this long; one of system tests as long as the whole run may. */
const limits = { fast: 120_000, system: 30 * 60_000 }

const totals = { passed: 0, failed: 0, skipped: 0 }
const failures: string[] = []
const report: Report = (file, outcome) => {
  totals.passed += outcome.passed
  totals.failed += outcome.failed
  totals.skipped += outcome.skipped
  const mark = outcome.failed > 0 ? 'FAIL' : 'ok  '
  const skipped = outcome.skipped > 0 ? `, ${outcome.skipped} skipped` : ''
  console.log(
    `${mark} ${file.padEnd(58)} ${String(outcome.passed).padStart(5)} passed${skipped}  ${outcome.seconds.toFixed(1)} s`,
  )
  if (outcome.failed === 0) return
  console.log(outcome.output.trimEnd())
  failures.push(`\n${file}\n${outcome.output.trimEnd()}`)
}

const select = (glob: string): string[] =>
  globSync(glob, { cwd: root })
    .filter((file) => file.includes(pattern))
    .sort()

type Work = { readonly limit: number; readonly workers: number; readonly share: (waiting: number) => number }

/**
 * Runs files in so many processes at a time, `share` of those that wait in each. Half of the workers take them from the
 * front, the others from the back: of system tests these are guests, which often wait, and comparisons, which compute.
 */
const runAll = async (files: string[], { limit, workers, share }: Work): Promise<void> => {
  const waiting = [...files]
  const work = async (isBack: boolean) => {
    while (waiting.length > 0) {
      const count = share(waiting.length)
      await runFiles(waiting.splice(isBack ? -count : 0, count), limit, report)
    }
  }
  await Promise.all(Array.from({ length: workers }, (_, worker) => work(worker % 2 === 1)))
}

const one = () => 1
// Fast tests wait half of their time for what they started. Shares shrink, so that all workers end together.
const workers = 2 * availableParallelism()
const together = (waiting: number) => Math.max(3, Math.ceil(waiting / (2 * workers)))
const alone = new Set(select('test/**/*.alone.test.ts'))
const others = select('test/**/*.test.ts').filter((file) => !alone.has(file))
await Promise.all([
  runAll([...alone], { limit: limits.fast, workers: 1, share: one }),
  runAll(others, { limit: limits.fast, workers, share: together }),
])
if (kind === 'all') await runAll(select('test/**/*.system.ts'), { limit: limits.system, workers: 2, share: one })

// Thousands of lines after a failure nobody looks for it any more.
if (failures.length > 0) console.log(`\nWhat failed, once more:\n${failures.join('\n')}\n`)
console.log(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`)
process.exitCode = totals.failed > 0 || totals.passed === 0 ? 1 : 0
