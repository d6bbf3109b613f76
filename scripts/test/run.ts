import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { mark } from './mark.ts'
import { type Outcome, outcomeOf } from './outcome.ts'

const root = join(import.meta.dirname, '../..')

/** What Node made of the sources: most of a small test's time is reading them. */
const compiled = join(root, 'dist/.compiled')

export type Report = (file: string, outcome: Outcome) => void

/**
 * Runs files in a process, which is stopped when one of them takes longer than `limit` milliseconds, and reports each as
 * it ends: the last one when the process does. Returns how many were run; fewer than all when the process died.
 */
const runProcess = (files: readonly string[], limit: number, report: Report): Promise<number> => {
  const { promise, resolve } = Promise.withResolvers<number>()
  const paths = files.map((file) => join(root, file))
  const child = spawn(
    process.execPath,
    files.length > 1 ? [join(import.meta.dirname, 'several.ts'), ...paths] : paths,
    {
      cwd: root,
      env: { ...process.env, FORCE_COLOR: '0', NO_COLOR: '1', LC_ALL: 'C.UTF-8', NODE_COMPILE_CACHE: compiled },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    },
  )
  let isLate = false
  const timer = setTimeout(() => {
    isLate = true
    try {
      if (child.pid) process.kill(-child.pid, 'SIGKILL')
    } catch {
      // it has just ended
    }
  }, limit)
  const outputs = files.map(() => '')
  const last = files.length - 1
  let current = 0
  let start = performance.now()
  const ended = (hasDied: boolean) => {
    report(files[current] ?? '', outcomeOf(outputs[current] ?? '', hasDied, (performance.now() - start) / 1000))
    current += 1
    start = performance.now()
    timer.refresh()
  }
  // The file that each stream is at.
  const places = [0, 0]
  for (const [index, stream] of [child.stdout, child.stderr].entries())
    stream.setEncoding('utf8').on('data', (text: string) => {
      for (const [marks, part] of text.split(mark).entries()) {
        if (marks > 0) places[index] = Math.min((places[index] ?? 0) + 1, last)
        outputs[places[index] ?? 0] += part
      }
      while (current < Math.min(...places)) ended(false)
    })
  child.on('close', (code) => {
    clearTimeout(timer)
    if (isLate) {
      const others = current > 0 ? `, or one of the ${current} before it in its process left something open` : ''
      outputs[current] += `\n${files[current]} did not end within ${limit / 1000} s${others}\n`
    }
    ended(code !== 0)
    clearTimeout(timer)
    resolve(current)
  })
  return promise
}

/** Runs files one after another in a process; where it dies, what is left in another. */
export const runFiles = async (files: readonly string[], limit: number, report: Report): Promise<void> => {
  for (let left = files; left.length > 0; ) left = left.slice(await runProcess(left, limit, report))
}
