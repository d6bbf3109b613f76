import { compareVersions } from '../../vars/version.ts'

/** A package with the versions that will do: `flask>=2,<3`. */
export type Requirement = {
  /** As pip compares names: `My_Package` is `my-package`. */
  readonly name: string
  readonly conditions: readonly { readonly operator: string; readonly version: string }[]
}

export const canonicalName = (name: string): string => name.replace(/[-_.]+/g, '-').toLowerCase()

const condition = /^\s*(===?|[<>~!]=|[<>])\s*([^\s,]+)\s*$/

/** Names with their versions, though a list was split at its commas: `flask>1`, `<2` are one. */
export const joinedNames = (given: readonly string[]): string[] => {
  const names: string[] = []
  let isOpen = false
  for (const part of given.flatMap((one) => one.split(','))) {
    const isContinued = isOpen || /^\s*[<>=!~]/.test(part)
    if (isContinued && names.length > 0) names.push(`${names.pop()},${part}`)
    else names.push(part.trim())
    if (part.includes('[')) isOpen = true
    if (part.includes(']')) isOpen = false
  }
  return names
}

/** Reads a plain requirement; undefined for addresses, paths, extras and markers, which only pip understands. */
export const parseRequirement = (text: string): Requirement | undefined => {
  const [, name, rest = ''] = /^([A-Za-z0-9][\w.-]*?)\s*((?:[<>=!~].*)?)$/.exec(text.trim()) ?? []
  if (name === undefined || name.endsWith('.whl') || /\.(tar\.gz|zip)$/.test(name)) return undefined
  const parts = rest === '' ? [] : rest.split(',').map((part) => condition.exec(part))
  if (parts.some((part) => part === null)) return undefined
  const conditions = parts.flatMap((part) => (part ? [{ operator: part[1] ?? '', version: part[2] ?? '' }] : []))
  return { name: canonicalName(name), conditions }
}

const isMet = (found: string, { operator, version }: Requirement['conditions'][number]): boolean => {
  const prefix = /^(.*)\.\*$/.exec(version)?.[1]
  if (prefix !== undefined) {
    const isWithin = found === prefix || found.startsWith(`${prefix}.`)
    return operator === '!=' ? !isWithin : isWithin
  }
  if (operator === '===') return found === version
  if (operator !== '~=') return compareVersions(found, version, operator, 'pep440')
  // Compatible: the last part alone may grow.
  const series = version.split('.').slice(0, -1).join('.')
  return compareVersions(found, version, '>=', 'pep440') && (found === series || found.startsWith(`${series}.`))
}

/** The installed packages by name, of `pip list --format=freeze`. */
export const parseFreeze = (text: string): Map<string, string> =>
  new Map(
    text.split('\n').flatMap((line): [string, string][] => {
      const [, name, version] = /^([^=\s]+)==(\S+)$/.exec(line.trim()) ?? []
      return name === undefined || version === undefined ? [] : [[canonicalName(name), version]]
    }),
  )

export const isInstalled = ({ name, conditions }: Requirement, installed: ReadonlyMap<string, string>): boolean => {
  const found = installed.get(name)
  return found !== undefined && conditions.every((one) => isMet(found, one))
}
