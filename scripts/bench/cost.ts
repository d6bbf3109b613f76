import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export type Cost = {
  readonly seconds: number
  /** Seconds of processor, which other work on the machine hardly lengthens. */
  readonly processor: number
  readonly megabytes: number
}

export type CostOptions = {
  readonly cwd: string
  readonly env?: NodeJS.ProcessEnv
  /** Milliseconds after which the program is ended; none by default. */
  readonly timeout?: number
}

/** Runs a program to its end: wall time, processor time, and its largest resident memory, as the kernel counts them. Throws when it fails. */
export const costOf = async (program: string, args: readonly string[], options: CostOptions): Promise<Cost> => {
  const directory = mkdtempSync(join(tmpdir(), 'prelude-cost-'))
  const usage = join(directory, 'usage')
  const start = performance.now()
  const measured = ['-o', usage, '-f', '%M %U %S', program, ...args]
  const child = spawn('/usr/bin/time', measured, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      said = (said + chunk).slice(-5000)
    })
  }
  try {
    const code = await new Promise((resolve) => child.once('close', resolve))
    if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}:\n${said}`)
    const seconds = (performance.now() - start) / 1000
    const counted = readFileSync(usage, 'utf8').trim().split('\n').at(-1) ?? ''
    const [kilobytes = 0, user = 0, system = 0] = counted.split(' ').map(Number)
    return { seconds, processor: user + system, megabytes: kilobytes / 1024 }
  } finally {
    rmSync(directory, { recursive: true })
  }
}

/** The best of so many runs: the machine may have had other work. */
export const bestOf = async (runs: number, run: () => Promise<Cost>): Promise<Cost> => {
  const found: Cost[] = []
  for (let times = 0; times < runs; times++) found.push(await run())
  return found.toSorted((a, b) => a.seconds - b.seconds)[0] as Cost
}

/** How many columns a cell has. */
export const cellWidth = 27

/** A cost as a cell of a table: time, of it processor, memory; an empty cell when there is none. */
export const cell = (found: Cost | undefined): string => {
  if (found === undefined) return ' '.repeat(cellWidth)
  const [seconds, processor] = [found.seconds, found.processor].map((each) => each.toFixed(2))
  return `${seconds} s (${processor} s) ${found.megabytes.toFixed(0).padStart(5)} MB`.padStart(cellWidth)
}
