import { families } from '../../facts/families.ts'

/** Ansible's groups of facts as families; what is in none of them is `min`, which is always collected unless left out. */
const groups: Readonly<Record<string, readonly string[]>> = {
  hardware: ['processor', 'memory', 'load', 'mounts', 'devices', 'lvm', 'dmi'],
  network: ['network', 'initiators'],
  virtual: ['virtualization'],
}

const grouped = new Set(Object.values(groups).flat())
const minimal = families.map(({ name }) => name).filter((name) => !grouped.has(name))

/** Every word that `gather_subset` takes, without `!`. */
export const subsetNames: readonly string[] = [
  'all',
  'min',
  ...Object.keys(groups),
  ...families.map(({ name }) => name),
  ...families.flatMap(({ facts }) => facts),
]

const familiesOf = (word: string): readonly string[] => {
  if (word === 'all') return families.map(({ name }) => name)
  if (word === 'min') return minimal
  const { name } = families.find((family) => family.facts.includes(word)) ?? { name: word }
  return groups[word] ?? [name]
}

/**
 * The names of the families that the words of `gather_subset` choose: always the minimum, then what is named, less what
 * stands with `!`; `!all` leaves the minimum, `!min` takes that away.
 */
export const chosenFamilies = (words: readonly string[]): Set<string> => {
  const named = words.filter((word) => !word.startsWith('!'))
  const chosen = new Set(['min', ...named].flatMap(familiesOf))
  for (const word of words.filter((one) => one.startsWith('!')).map((one) => one.slice(1))) {
    for (const name of familiesOf(word)) if (word !== 'all' || !minimal.includes(name)) chosen.delete(name)
  }
  const explicit = named.filter((word) => word !== 'all' && word !== 'min')
  return new Set([...chosen, ...explicit.flatMap(familiesOf)])
}
