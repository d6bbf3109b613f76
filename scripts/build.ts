// Builds what dist/ holds. `scripts/build.ts [play] [provision] [agent]`; everything without arguments.
import { join } from 'node:path'
import { bundle, type Program } from './build/bundle.ts'
import { executable } from './build/executable.ts'
import { runnable } from './build/runnable.ts'

const root = join(import.meta.dirname, '..')

const prime = join(root, 'scripts/build/prime')
const programs: readonly (Program & { readonly prime?: readonly string[] })[] = [
  {
    name: 'play',
    entry: 'engine/cli.ts',
    sourcemap: true,
    prime: [join(prime, 'site.yml'), '-i', join(prime, 'hosts'), '-e', 'directory=DIRECTORY'],
  },
  { name: 'provision', entry: 'provisioner/cli.ts', sourcemap: true, prime: ['--help'] },
  { name: 'agent', entry: 'agent/main.ts', sourcemap: false },
]

const wanted = process.argv.slice(2)
const unknown = wanted.find((name) => !programs.some((program) => program.name === name))
if (unknown !== undefined) {
  process.stderr.write(`no program '${unknown}'; known: ${programs.map(({ name }) => name).join(', ')}\n`)
  process.exit(2)
}
for (const program of programs) {
  if (wanted.length > 0 && !wanted.includes(program.name)) continue
  const path = await bundle(root, program)
  if (program.prime) await runnable(root, program.name, path, program.prime)
  else await executable(root, path, 'prelude-agent')
}
