import type { Diff } from '../module.ts'

/** One line of a transaction: what dnf does to a package, or to a module: `name:stream`, `name/profile`. */
export type Move = {
  readonly verb: 'Installed' | 'Removed' | 'Upgraded' | 'Downgraded' | 'Reinstalled' | 'Enabled' | 'Disabled' | 'Reset'
  readonly name: string
  /** Empty for modules, as is the version. */
  readonly architecture: string
  readonly version: string
}

/** Headers of modules' streams and profiles. */
const moduleVerbs: readonly (readonly [RegExp, Move['verb']])[] = [
  [/^(Enabling|Switching) module streams$/, 'Enabled'],
  [/^Installing module profiles$/, 'Installed'],
  [/^Disabling module profiles$/, 'Removed'],
  [/^Disabling modules$/, 'Disabled'],
  [/^Resetting modules$/, 'Reset'],
]

const verbs: readonly (readonly [RegExp, Move['verb']])[] = [
  [/^(Installing|Updating for dependencies$)/, 'Installed'],
  [/^(Upgrading|Updating)/, 'Upgraded'],
  [/^Downgrading/, 'Downgraded'],
  [/^Reinstalling/, 'Reinstalled'],
  [/^Removing/, 'Removed'],
]

/**
 * Reads the table of a transaction, as dnf and yum print it before they ask. A long name stands on a line of its own,
 * its version and repository on the next.
 */
export const parseTransaction = (text: string): Move[] => {
  const moves: Move[] = []
  let verb: Move['verb'] | undefined
  let name = ''
  let isOfModules = false
  for (const line of text.split('\n')) {
    const header = /^ ?([A-Z][A-Za-z/ ]+):\s*$/.exec(line)?.[1]
    if (header !== undefined) {
      // dnf marks a group anew each time, which changes no package.
      const ofModules = moduleVerbs.find(([pattern]) => pattern.test(header))?.[1]
      isOfModules = ofModules !== undefined
      verb = ofModules ?? (header.endsWith('Groups') ? undefined : verbs.find(([pattern]) => pattern.test(header))?.[1])
      name = ''
      continue
    }
    if (/^(Transaction Summary|Is this ok|=+$|-+$)/.test(line) && moves.length > 0) verb = undefined
    if (!verb || !/^ +\S/.test(line) || /^\s+replacing /.test(line)) continue
    const words = line.trim().split(/\s+/)
    if (isOfModules) {
      // A stream, or a change from one to another: `1 -> 2`.
      const stream = words.length > 1 ? `:${words.at(-1)}` : ''
      moves.push({ verb, name: `${words[0]}${stream}`, architecture: '', version: '' })
      continue
    }
    if (words.length === 1) name = words[0] ?? ''
    else {
      const [first = '', architecture = '', version = ''] = name === '' ? words : [name, ...words]
      if (version !== '') moves.push({ verb, name: first, architecture, version })
      name = ''
    }
  }
  return moves
}

/**
 * Ansible's lines for a transaction: `Installed: foo-1.0-1.noarch`; of an upgrade both the new and the old package, which
 * dnf names only while it cleans up.
 */
export const sentences = (moves: readonly Move[], said: string): string[] => [
  ...moves.map(({ verb, name, architecture, version }) => {
    const isInstalled = verb === 'Upgraded' || verb === 'Downgraded'
    return `${isInstalled ? 'Installed' : verb}: ${version === '' ? name : `${name}-${version}.${architecture}`}`
  }),
  ...[...said.matchAll(/^ *Cleanup +: (\S+) +\d+\/\d+\s*$/gm)].map(([, name]) => `Removed: ${name}`),
]

export const diffOf = (moves: readonly Move[]): Diff => {
  const lines = (wanted: (verb: Move['verb']) => boolean) =>
    moves
      .filter(({ verb }) => wanted(verb))
      .map(({ name, version, architecture }) => `${[name, version, architecture].join(' ').trim()}\n`)
      .join('')
  return {
    before: lines((verb) => verb === 'Removed'),
    after: lines((verb) => verb !== 'Removed'),
    beforeHeader: 'packages',
    afterHeader: 'packages',
  }
}
