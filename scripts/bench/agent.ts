// `npm run bench:agent [PART]...`: the agent's figures, each beside the peer that does the same in the same run. Parts are the
// files of scripts/bench/agent, and `link`, which is `root` over a node's network (of LINK, a rate as tc takes it: 10gbit unless
// told); all of them unless told. Medians of BENCH_ROUNDS runs in turn, three unless told.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const parts = ['size', 'root', 'link', 'preboot', 'steps', 'initramfs'] as const
const placeOf = (part: string) =>
  part === 'link'
    ? { file: 'root.ts', env: { LINK: process.env['LINK'] ?? '10gbit' } }
    : { file: `${part}.ts`, env: { LINK: '' } }

const wanted = process.argv.slice(2)
const unknown = wanted.find((name) => !parts.some((part) => part === name))
if (unknown !== undefined) {
  process.stderr.write(`bench:agent: there is no part '${unknown}': ${parts.join(', ')}\n`)
  process.exit(2)
}

/** What has to be built first: the agent's executable. */
const built = spawnSync(join(import.meta.dirname, '../launch'), ['agent', '--version'], {
  stdio: ['ignore', 'ignore', 'inherit'],
})
let failed = built.status !== 0
for (const part of parts.filter((name) => wanted.length === 0 || wanted.includes(name))) {
  console.log(`\n== ${part}`)
  const { file, env } = placeOf(part)
  const { status } = spawnSync(process.execPath, [join(import.meta.dirname, 'agent', file)], {
    stdio: 'inherit',
    env: { ...process.env, ...env },
  })
  failed ||= status !== 0
}
process.exitCode = failed ? 1 : 0
