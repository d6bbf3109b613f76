import type { MkdiskParameters } from '../../../schema/types.ts'
import { sh } from '../../command.ts'
import { Failure } from '../../failure.ts'
import { change, type Host, type ModuleSchema, module } from '../module.ts'
import schema from './mkdisk.schema.json' with { type: 'json' }

/** What `mkdisk --json` prints, as far as it matters here. */
type Plan = {
  readonly mode: 'keep' | 'wipe'
  readonly disks: readonly Readonly<Record<string, unknown>>[]
  readonly steps: readonly { readonly text: string; readonly done: boolean }[]
  readonly warnings: readonly string[]
}

const wordsOf = ({ wipe, profile, root, keys, secrets }: MkdiskParameters): string[] => [
  // never what mkdisk.conf says: a play that forgot a parameter destroys nothing
  wipe ? '-r' : '-c',
  `--root=${root}`,
  ...(profile === undefined ? [] : [`--profile=${profile}`]),
  ...(keys === undefined ? [] : [`--keys=${keys}`]),
  ...(secrets === undefined ? [] : [`--secrets=${secrets}`]),
]

/** Runs mkdisk. Throws a Failure 'module.mkdisk' with all that it complained of. */
const run = async (host: Host, executable: string, words: readonly string[]): Promise<string> => {
  const { code, stdout, stderr } = await host.run(
    sh`command -v -- ${executable} >/dev/null || exit 127; ${executable} ${words}`,
  )
  if (code === 0) return stdout.toString()
  if (code === 127) {
    throw new Failure('module.mkdisk', `there is no ${executable} on the host`, {
      at: host.at,
      hint: 'the role mkdisk installs it',
    })
  }
  const said = stderr.toString().trim() || stdout.toString().trim().split('\n').slice(-5).join('\n')
  throw new Failure('module.mkdisk', said || `mkdisk ended with ${code}`, { at: host.at })
}

export const mkdisk = module<MkdiskParameters>('mkdisk', schema as ModuleSchema, async function* (host, params) {
  const words = wordsOf(params)
  const plan: Plan = JSON.parse(await run(host, params.executable, [...words, '--json']))
  const left = plan.steps.filter(({ done }) => !done).map(({ text }) => text)
  if (left.length > 0) {
    yield* change({
      what: left.join('; '),
      diff: { before: '', after: `${left.join('\n')}\n`, beforeHeader: 'disks', afterHeader: `mkdisk, ${plan.mode}` },
      apply: () => run(host, params.executable, words),
    })
  }
  const { mode, disks, warnings } = plan
  return { mode, disks, steps: left, ...(warnings.length > 0 ? { warnings: [...warnings] } : {}) }
})
