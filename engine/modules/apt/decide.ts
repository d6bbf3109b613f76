import type { AptParameters } from '../../../schema/types.ts'
import { findPackage, isPattern, matches, type Spec, satisfies } from './names.ts'
import type { Situation } from './situation.ts'
import { compareVersions } from './version.ts'

export type Decision = {
  readonly install: readonly Spec[]
  readonly remove: readonly Spec[]
  /** Names that neither the host nor its lists of packages know. */
  readonly unknown: readonly string[]
}

/** Patterns as the packages that they match: of those that exist, or to remove of those that are there. */
export const expand = (specs: readonly Spec[], { known, packages }: Situation, toRemove: boolean): Spec[] =>
  specs.flatMap((spec) => {
    if (!isPattern(spec.name)) return spec
    const names = toRemove ? packages.map(({ name }) => name) : known
    return [...new Set(names.filter((name) => matches(spec.name, name)))].map((name) => ({
      ...spec,
      name,
      text: spec.text.replace(spec.name, name),
    }))
  })

const candidateOf = ({ name, architecture }: Spec, { candidates }: Situation): string | undefined =>
  (architecture && candidates.get(`${name}:${architecture}`)) ?? candidates.get(name)

const isWanted = (spec: Spec, state: AptParameters['state'], situation: Situation, onlyUpgrade: boolean): boolean => {
  const found = findPackage(situation.packages, spec)
  const candidate = candidateOf(spec, situation)
  if (found?.status !== 'installed') {
    if (onlyUpgrade) return false
    // A name that only other packages provide is there with any of them.
    return !(candidate === undefined && spec.version === undefined && situation.provided.has(spec.name))
  }
  if (!satisfies(found, spec)) return true
  const isLatest = candidate === undefined || compareVersions(candidate, found.version) <= 0
  return state === 'latest' && spec.version === undefined && !isLatest
}

/** What has to be installed or removed so that the packages are in the wanted state. */
export const decide = (specs: readonly Spec[], params: AptParameters, situation: Situation): Decision => {
  const { state, purge, only_upgrade } = params
  if (state === 'absent' || state === 'removed') {
    const remove = expand(specs, situation, true).filter((spec) => {
      const status = findPackage(situation.packages, spec)?.status
      return status === 'installed' || (purge && status === 'config-files')
    })
    return { install: [], remove, unknown: [] }
  }
  const expanded = expand(specs, situation, false)
  const install = expanded.filter((spec) => isWanted(spec, state, situation, only_upgrade))
  const unmatched = specs.filter(
    (spec) => isPattern(spec.name) && !situation.known.some((name) => matches(spec.name, name)),
  )
  return { install, remove: [], unknown: unmatched.map(({ name }) => name) }
}
