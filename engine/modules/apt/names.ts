import { fnmatch } from '../fnmatch.ts'
import { compareVersions } from './version.ts'

/** A package as a task names it. */
export type Spec = {
  /** As apt-get takes it. */
  readonly text: string
  readonly name: string
  readonly architecture?: string
  readonly version?: string
  /** `=` takes patterns (`1.2*`). */
  readonly operator?: '=' | '>='
}

export type Package = {
  readonly name: string
  readonly architecture: string
  readonly version: string
  /** dpkg's word: `installed`, `config-files`, `not-installed` … */
  readonly status: string
}

/** Whether a pattern (`*`, `?`, `[ab]`) stands for a whole text: a package's name or version. */
export const matches = (pattern: string, text: string): boolean => fnmatch(pattern).test(text)

export const isPattern = (name: string): boolean => /[*?[\]]/.test(name)

/** Reads `name`, `name=1.2*`, `name>=1.2`, `name/release` and `name:architecture`. */
export const parseSpec = (given: string): Spec => {
  const text = given.trim()
  const [, whole = text, operator, version] = /^([^=<>]+?)\s*(>?=)\s*(.+)$/.exec(text) ?? []
  const [, name = whole, architecture] = /^([^:/]+)(?::([a-z0-9-]+))?(?:\/.*)?$/.exec(whole) ?? []
  return {
    // apt-get knows no least version: what it installs is new enough, or the candidate does not suffice.
    text: operator === '>=' ? whole : text.replace(/\s*=\s*/, '='),
    name,
    ...(architecture ? { architecture } : {}),
    ...(version && (operator === '=' || operator === '>=') ? { version, operator } : {}),
  }
}

/** The package of that name, installed or once installed; of several architectures the one that is installed. */
export const findPackage = (packages: readonly Package[], { name, architecture }: Spec): Package | undefined => {
  const found = packages.filter(
    (one) => one.name === name && (architecture === undefined || one.architecture === architecture),
  )
  return found.find(({ status }) => status === 'installed') ?? found[0]
}

/** Whether what is installed is what the task names. */
export const satisfies = (found: Package | undefined, { version, operator }: Spec): boolean => {
  if (found?.status !== 'installed') return false
  if (version === undefined) return true
  return operator === '>=' ? compareVersions(found.version, version) >= 0 : matches(version, found.version)
}
