import type { SetupParameters } from '../../../schema/types.ts'
import { collectFacts } from '../../facts/collect.ts'
import { families } from '../../facts/families.ts'
import { timeoutWarnings } from '../../facts/mounts.ts'
import { Failure } from '../../failure.ts'
import { suggest } from '../../nearest.ts'
import { type Host, type ModuleSchema, readOnlyModule } from '../module.ts'
import schema from './setup.schema.json' with { type: 'json' }
import { chosenFamilies, subsetNames } from './subsets.ts'

/** A shell pattern (`*`, `?`, `[...]`) over a whole name. */
const pattern = (glob: string): RegExp => {
  const parts = glob.match(/\[!?\]?[^\]]*\]|[\s\S]/g) ?? []
  const translated = parts.map((part) => {
    if (part === '*') return '.*'
    if (part === '?') return '.'
    if (part.length > 1) return part.replace('[!', '[^').replaceAll('\\', '\\\\')
    return part.replace(/[\\^$.*+?()[\]{}|]/, '\\$&')
  })
  return new RegExp(`^${translated.join('')}$`)
}

const checkSubsets = (host: Host, words: readonly string[]): void => {
  for (const word of words) {
    const name = word.replace(/^!/, '')
    if (subsetNames.includes(name)) continue
    const hint = suggest(name, subsetNames)
    throw new Failure('module.parameter', `setup knows no subset '${name}'`, {
      at: host.at,
      hint: hint.startsWith('known:') ? 'known: all, min, hardware, network, virtual and the names of facts' : hint,
    })
  }
}

export const setup = readOnlyModule<SetupParameters>('setup', schema as ModuleSchema, async (host, params) => {
  const subset = params.gather_subset.map((word) => word.trim()).filter((word) => word !== '')
  checkSubsets(host, subset)
  const chosen = chosenFamilies(subset)
  const names = new Set(families.filter(({ name }) => chosen.has(name)).map(({ name, facts }) => facts[0] ?? name))
  const facts = await collectFacts(host.connection, chosen.size === families.length ? 'all' : names, {
    factPath: params.fact_path,
    timeout: params.gather_timeout,
  })
  const warnings = timeoutWarnings(facts)
  const wanted = params.filter.map((text) => pattern(text.trim()))
  const isWanted = (name: string) =>
    wanted.length === 0 || wanted.some((one) => one.test(name) || one.test(`ansible_${name}`))
  const shown = [...facts].filter(([name]) => isWanted(name)).map(([name, value]) => [`ansible_${name}`, value])
  const own = wanted.length === 0 ? { gather_subset: subset, module_setup: true } : {}
  return { ansible_facts: { ...Object.fromEntries(shown), ...own }, ...(warnings.length > 0 && { warnings }) }
})
