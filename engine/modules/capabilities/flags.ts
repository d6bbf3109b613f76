/** Capabilities of a file: their names, with the flags `e`, `i` and `p` that each has. */
export type Capabilities = ReadonlyMap<string, ReadonlySet<string>>

/** Clauses as cap_from_text(3) has them: names, then operators with flags. */
type Clause = { readonly names: readonly string[]; readonly steps: readonly (readonly [string, string])[] }

/** Reads one clause; undefined when it is none. */
export const parseClause = (text: string): Clause | undefined => {
  const [, names = '', rest = ''] = /^([a-z0-9_,]*)((?:[=+-][eip]*)*)$/.exec(text) ?? []
  if (text === '' || (names === '' && rest === '') || !/^((cap_[a-z_]+|all|\d+)(,|$))*$/.test(names)) return undefined
  const steps = [...rest.matchAll(/([=+-])([eip]*)/g)].map(
    ([, operator = '', flags = '']) => [operator, flags] as const,
  )
  return { names: names === '' ? ['all'] : names.split(','), steps }
}

/** Capabilities after a clause was applied to them; those without a flag are gone. */
export const applied = (capabilities: Capabilities, { names, steps }: Clause): Capabilities => {
  const result = new Map(capabilities)
  for (const name of names) {
    let flags = new Set(result.get(name))
    for (const [operator, letters] of steps) {
      if (operator === '=') flags = new Set(letters)
      for (const letter of letters) {
        if (operator === '-') flags.delete(letter)
        else flags.add(letter)
      }
    }
    if (flags.size > 0) result.set(name, flags)
    else result.delete(name)
  }
  return result
}

/** What getcap prints after a file's name: `cap_chown,cap_net_raw=ep`, or `= cap_net_raw+ep` of old ones. */
export const parseCapabilities = (text: string): Capabilities =>
  text
    .replace(/^\s*=\s/, '')
    .split(/\s+/)
    .flatMap((word) => parseClause(word) ?? [])
    .reduce<Capabilities>(applied, new Map())

/** The text that setcap takes, in the order of names. */
export const formatCapabilities = (capabilities: Capabilities): string =>
  [...capabilities]
    .map(([name, flags]) => `${name}=${[...flags].sort().join('')}`)
    .sort()
    .join(' ')
