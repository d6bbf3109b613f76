import type { Diff } from '../module.ts'

/** One line of a transaction: what dnf does to a package. */
export type Move = {
  readonly verb: 'Installed' | 'Removed' | 'Upgraded' | 'Downgraded' | 'Reinstalled'
  readonly name: string
  readonly architecture: string
  readonly version: string
}

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
  for (const line of text.split('\n')) {
    const header = /^ ?([A-Z][A-Za-z/ ]+):\s*$/.exec(line)?.[1]
    if (header !== undefined) {
      // dnf marks a group anew each time, which changes no package.
      verb = header.endsWith('Groups') ? undefined : verbs.find(([pattern]) => pattern.test(header))?.[1]
      name = ''
      continue
    }
    if (/^(Transaction Summary|Is this ok|=+$|-+$)/.test(line) && moves.length > 0) verb = undefined
    if (!verb || !/^ /.test(line) || /^\s+replacing /.test(line)) continue
    const words = line.trim().split(/\s+/)
    if (words.length === 1) name = words[0] ?? ''
    else {
      const [first = '', architecture = '', version = ''] = name === '' ? words : [name, ...words]
      if (version !== '') moves.push({ verb, name: first, architecture, version })
      name = ''
    }
  }
  return moves
}

/** Ansible's line for a package: `Installed: foo-1.0-1.noarch`. */
export const sentence = ({ verb, name, architecture, version }: Move): string =>
  `${verb}: ${name}-${version}.${architecture}`

export const diffOf = (moves: readonly Move[]): Diff => {
  const lines = (wanted: (verb: Move['verb']) => boolean) =>
    moves
      .filter(({ verb }) => wanted(verb))
      .map(({ name, version, architecture }) => `${name} ${version} ${architecture}\n`)
      .join('')
  return {
    before: lines((verb) => verb === 'Removed'),
    after: lines((verb) => verb !== 'Removed'),
    beforeHeader: 'packages',
    afterHeader: 'packages',
  }
}
