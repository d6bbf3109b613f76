import { families } from '../../facts/families.ts'

/** Ansible's groups of facts as families; what is in none of them is `min`, which is collected unless left out. */
const groups: Readonly<Record<string, readonly string[]>> = {
  hardware: ['processor', 'memory', 'uptime', 'mounts', 'devices', 'lvm', 'dmi'],
  network: ['network'],
  virtual: ['virtualization'],
}

/** Collected with `all` and by their own names, and with no group. */
const single = ['is_chroot', 'initiators', 'load']

const grouped = new Set([...Object.values(groups).flat(), ...single])
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

/** Facts that stand for the whole group that Ansible collects them with. */
const standIns: Readonly<Record<string, string>> = {
  processor: 'hardware',
  processor_cores: 'hardware',
  processor_count: 'hardware',
  mounts: 'hardware',
  devices: 'hardware',
  interfaces: 'network',
  default_ipv4: 'network',
  default_ipv6: 'network',
  all_ipv4_addresses: 'network',
  all_ipv6_addresses: 'network',
}

/** What Ansible collects before it can collect a group. */
const needed: Readonly<Record<string, readonly string[]>> = {
  hardware: ['platform', 'fqdn', 'python'],
  network: ['distribution', 'platform', 'fqdn', 'python'],
  pkg_mgr: ['distribution'],
}

const namedFamilies = (word: string): readonly string[] => {
  const group = standIns[word] ?? word
  return [...familiesOf(group), ...(needed[group] ?? [])]
}

/**
 * The names of the families that the words of `gather_subset` choose: always the minimum, then what is named, less what
 * stands with `!`; `!all` leaves the minimum, `!min` takes that away.
 */
export const chosenFamilies = (words: readonly string[]): Set<string> => {
  const named = words.filter((word) => !word.startsWith('!'))
  const chosen = new Set(['min', ...named].flatMap(namedFamilies))
  for (const word of words.filter((one) => one.startsWith('!')).map((one) => one.slice(1))) {
    for (const name of familiesOf(word)) if (word !== 'all' || !minimal.includes(name)) chosen.delete(name)
  }
  const explicit = named.filter((word) => word !== 'all' && word !== 'min')
  return new Set([...chosen, ...explicit.flatMap(namedFamilies)])
}
