// Runs test files, each in a process of its own, and counts what uvu says of them.
// usage: test.ts fast|all [PATTERN]; the last line is `N passed, N failed, N skipped`.
import { spawn } from 'node:child_process'
import { globSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const [, , kind = 'all', pattern = ''] = process.argv

/** What Node made of the sources: most of a small test's time is reading them. */
const compiled = join(root, 'dist/.compiled')

type Outcome = { passed: number; failed: number; skipped: number; output: string; seconds: number }

/** A file of fast tests may take this long; one of system tests as long as the whole run may. */
const limits = { fast: 120_000, system: 30 * 60_000 }

const runFile = (file: string, limit: number): Promise<Outcome> => {
  const { promise, resolve } = Promise.withResolvers<Outcome>()
  const start = performance.now()
  const child = spawn(process.execPath, [join(root, file)], {
    cwd: root,
    env: { ...process.env, FORCE_COLOR: '0', NO_COLOR: '1', LC_ALL: 'C.UTF-8', NODE_COMPILE_CACHE: compiled },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  let output = ''
  let isLate = false
  child.stdout.on('data', (chunk) => (output += chunk))
  child.stderr.on('data', (chunk) => (output += chunk))
  const timer = setTimeout(() => {
    isLate = true
    try {
      if (child.pid) process.kill(-child.pid, 'SIGKILL')
    } catch {
      // it has just ended
    }
  }, limit)
  child.on('close', (code) => {
    clearTimeout(timer)
    const sum = (word: string) =>
      [...output.matchAll(new RegExp(`^\\s*${word}:\\s+(\\d+)`, 'gm'))].reduce(
        (total, match) => total + Number(match[1]),
        0,
      )
    const total = sum('Total')
    const passed = sum('Passed')
    const skipped = sum('Skipped')
    // A file that died, hung or ran nothing is a failure even when no test of it failed.
    const failed = total - passed
    const isBroken = (code !== 0 && failed === 0) || isLate || total + skipped === 0
    if (isLate) output += `\n${file} did not end within ${limit / 1000} s\n`
    resolve({
      passed,
      failed: failed + (isBroken ? 1 : 0),
      skipped,
      output,
      seconds: (performance.now() - start) / 1000,
    })
  })
  return promise
}

const totals = { passed: 0, failed: 0, skipped: 0 }
const report = (file: string, outcome: Outcome): void => {
  totals.passed += outcome.passed
  totals.failed += outcome.failed
  totals.skipped += outcome.skipped
  const mark = outcome.failed > 0 ? 'FAIL' : 'ok  '
  const skipped = outcome.skipped > 0 ? `, ${outcome.skipped} skipped` : ''
  console.log(
    `${mark} ${file.padEnd(58)} ${String(outcome.passed).padStart(5)} passed${skipped}  ${outcome.seconds.toFixed(1)} s`,
  )
  if (outcome.failed > 0) console.log(outcome.output.trimEnd())
}

const select = (glob: string): string[] =>
  globSync(glob, { cwd: root })
    .filter((file) => file.includes(pattern))
    .sort()

/**
 * Runs files, so many at a time, and reports each as it ends. Half of the workers take them from the front, the others from
 * the back: of system tests these are guests, which often wait, and comparisons, which compute.
 */
const runAll = async (files: string[], limit: number, workers: number): Promise<void> => {
  const waiting = [...files]
  const work = async (next: () => string | undefined) => {
    for (let file = next(); file; file = next()) report(file, await runFile(file, limit))
  }
  await Promise.all(
    Array.from({ length: workers }, (_, worker) => work(() => (worker % 2 === 0 ? waiting.shift() : waiting.pop()))),
  )
}

// Fast tests wait half of their time for what they started.
await runAll(select('test/**/*.test.ts'), limits.fast, 2 * availableParallelism())
if (kind === 'all') await runAll(select('test/**/*.system.ts'), limits.system, 2)

console.log(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`)
process.exitCode = totals.failed > 0 || totals.passed === 0 ? 1 : 0
