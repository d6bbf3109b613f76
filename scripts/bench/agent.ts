// `npm run bench:agent [PART]...`: the agent's figures, each beside the peer that does the same in the same run. Parts are the
// files of scripts/bench/agent; all of them unless told.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const parts = ['size', 'root', 'preboot', 'steps', 'initramfs'] as const

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
  const { status } = spawnSync(process.execPath, [join(import.meta.dirname, 'agent', `${part}.ts`)], {
    stdio: 'inherit',
  })
  failed ||= status !== 0
}
process.exitCode = failed ? 1 : 0
