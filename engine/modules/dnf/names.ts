/** A package as a task names it. */
export type Spec = {
  /** As dnf takes it. */
  readonly text: string
  readonly kind: 'name' | 'pattern' | 'group' | 'file'
  /** The name alone of `name >= 1.2`; else the text. */
  readonly name: string
  readonly operator?: '=' | '>=' | '<=' | '>' | '<'
  readonly version?: string
  /** What the text says when a hyphen parts its name from a version: `foo-bar-1.2` may be foo-bar in version 1.2. */
  readonly stems: readonly { readonly name: string; readonly version: string }[]
}

/** The ways to read a text as name and version: at every hyphen behind which a digit stands. */
const stemsOf = (text: string): Spec['stems'] =>
  [...text.matchAll(/-(?=\d)/g)].map(({ index }) => ({ name: text.slice(0, index), version: text.slice(index + 1) }))

export const parseSpec = (given: string): Spec => {
  const text = given.trim()
  if (text.startsWith('@')) return { text, kind: 'group', name: text, stems: [] }
  if (text.includes('://') || (text.startsWith('/') && text.endsWith('.rpm'))) {
    return { text, kind: 'file', name: text, stems: [] }
  }
  const [, name, operator, version] = /^(\S+?)\s*(>=|<=|=|>|<)\s*(\S+)$/.exec(text) ?? []
  if (name && operator && version) {
    const compared = operator as NonNullable<Spec['operator']>
    return { text: `${name} ${operator} ${version}`, kind: 'name', name, operator: compared, version, stems: [] }
  }
  if (/[*?[]/.test(text)) return { text, kind: 'pattern', name: text, stems: [] }
  return { text, kind: 'name', name: text, stems: stemsOf(text) }
}
