import type { PackageFactsParameters } from '../../../schema/types.ts'
import { sh } from '../../command.ts'
import { Failure } from '../../failure.ts'
import { type Host, type ModuleSchema, readOnlyModule } from '../module.ts'
import { runOrFail } from '../runorfail.ts'
import { type Installed, type Lister, listers } from './lists.ts'
import schema from './package_facts.schema.json' with { type: 'json' }

const synonyms: Readonly<Record<string, string>> = { dnf: 'rpm', yum: 'rpm', zypper: 'rpm' }

/** The listers that a task asks for, in its order; `auto` stands for all others. */
const wanted = (host: Host, names: readonly string[]): Lister[] => {
  const chosen = names.flatMap((given) => {
    const name = synonyms[given.toLowerCase()] ?? given.toLowerCase()
    if (name === 'auto') return listers
    const found = listers.find((lister) => lister.name === name)
    if (found) return found
    throw new Failure('module.parameter', `package_facts knows no package manager '${given}'`, {
      at: host.at,
      hint: `known: auto, ${listers.map((lister) => lister.name).join(', ')}, ${Object.keys(synonyms).join(', ')}`,
    })
  })
  return [...new Set(chosen)]
}

/** Runs the list of the first package manager that is there; its number stands in the first line. */
const listFirst = async (host: Host, candidates: readonly Lister[]): Promise<[Lister, Installed[]] | undefined> => {
  const attempts = candidates.map(({ test, list }, index) => sh`if ${test}; then echo ${index}; ${list}; exit; fi`)
  const script = attempts.reduce(
    (whole, attempt) => sh`${whole}
${attempt}`,
  )
  const said = await runOrFail(host, script)
  const end = said.indexOf('\n')
  const lister = candidates[Number(said.slice(0, end))]
  return end < 0 || !lister ? undefined : [lister, lister.parse(said.slice(end + 1))]
}

export const package_facts = readOnlyModule<PackageFactsParameters>(
  'package_facts',
  schema as ModuleSchema,
  async (host, { manager, strategy }) => {
    const packages: Record<string, Installed[]> = {}
    let candidates = wanted(host, manager)
    let isFound = false
    while (candidates.length > 0) {
      const listed = await listFirst(host, candidates)
      if (!listed) break
      isFound = true
      // A later package manager's packages take the place of those of the same name.
      for (const [name, several] of Map.groupBy(listed[1], (each) => each.name)) packages[name] = several
      if (strategy === 'first') break
      candidates = candidates.slice(candidates.indexOf(listed[0]) + 1)
    }
    if (!isFound) {
      throw new Failure('module.package', `the host has none of the package managers ${manager.join(', ')}`, {
        at: host.at,
      })
    }
    return { ansible_facts: { packages } }
  },
)
