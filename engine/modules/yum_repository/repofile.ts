/** The text of a .repo file in parts: what stands before the first section, then each section with its header. */
type Part = { readonly id: string | undefined; readonly text: string }

const partsOf = (text: string): Part[] => {
  const parts: Part[] = []
  for (const line of text.match(/[^\n]*\n|[^\n]+$/g) ?? []) {
    const id = /^\[([^\]]+)\]/.exec(line)?.[1]
    const last = parts.at(-1)
    if (id !== undefined || last === undefined) parts.push({ id, text: line })
    else parts[parts.length - 1] = { id: last.id, text: last.text + line }
  }
  return parts
}

/** The options of a section by name; continued lines are joined, comments left out. */
const optionsOf = (text: string): Map<string, string> => {
  const options = new Map<string, string>()
  let last: string | undefined
  for (const line of text.split('\n').slice(1)) {
    if (/^\s*([#;]|$)/.test(line)) continue
    const continued = /^\s+(\S.*?)\s*$/.exec(line)?.[1]
    if (continued !== undefined && last !== undefined) options.set(last, `${options.get(last)}\n${continued}`)
    else {
      const [, key, value] = /^([^=:]+?)\s*[=:]\s*(.*?)\s*$/.exec(line) ?? []
      if (key === undefined || value === undefined) continue
      last = key.toLowerCase()
      options.set(last, value)
    }
  }
  return options
}

const formatSection = (id: string, options: ReadonlyMap<string, string>): string =>
  [`[${id}]`, ...[...options].map(([key, value]) => `${key} = ${value.replaceAll('\n', '\n\t')}`), '', ''].join('\n')

const isSame = (one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): boolean =>
  one.size === other.size && [...one].every(([key, value]) => other.get(key) === value)

const endsLine = (text: string): string => (text === '' || text.endsWith('\n') ? text : `${text}\n`)

/** The text with a section that has exactly these options; unchanged when it has them. Other sections stay as they are. */
export const withSection = (text: string, id: string, options: ReadonlyMap<string, string>): string => {
  const parts = partsOf(text)
  const own = parts.filter((part) => part.id === id)
  if (own.length === 1 && isSame(optionsOf(own[0]!.text), options)) return text
  const written = formatSection(id, options)
  const first = parts.findIndex((part) => part.id === id)
  if (first < 0) {
    const before = endsLine(text)
    return `${before}${before === '' || before.endsWith('\n\n') ? '' : '\n'}${written}`
  }
  return parts.flatMap((part, index) => (part.id !== id ? part.text : index === first ? written : [])).join('')
}

/** The text without a section; undefined when no section is left, and so no file is needed. */
export const withoutSection = (text: string, id: string): string | undefined => {
  const parts = partsOf(text)
  if (!parts.some((part) => part.id === id)) return text
  const kept = parts.filter((part) => part.id !== id)
  return kept.some((part) => part.id !== undefined) ? kept.map((part) => part.text).join('') : undefined
}
