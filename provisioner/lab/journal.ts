import { closeSync, fsyncSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { isAbsolute, normalize } from 'node:path'
import { labPaths } from './paths.ts'

/** A thing outside or inside the lab's directory that `labDown` has to remove. Paths are relative to the directory. */
export type JournalEntry =
  | { readonly kind: 'namespace'; readonly name: string }
  /** iproute2 turns /run/netns into a mount point when the first namespace gets a name. */
  | { readonly kind: 'namespaces-mount'; readonly path: string }
  | { readonly kind: 'device'; readonly name: string }
  | { readonly kind: 'process'; readonly pidfile: string }
  | { readonly kind: 'path'; readonly path: string }

export type Journal = {
  /** Writes to the disk, once, that a thing is about to be made. */
  record(...entries: readonly JournalEntry[]): void
  has(entry: JournalEntry): boolean
}

const isInside = (path: unknown): boolean =>
  typeof path === 'string' &&
  path !== '' &&
  !isAbsolute(path) &&
  !normalize(`./${path}`).startsWith('..') &&
  normalize(path) !== '.'

const isEntry = (value: unknown): value is JournalEntry => {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return false
  const entry = value as Record<string, unknown>
  if (entry['kind'] === 'namespace' || entry['kind'] === 'device') return typeof entry['name'] === 'string'
  if (entry['kind'] === 'process') return isInside(entry['pidfile'])
  if (entry['kind'] === 'path') return isInside(entry['path'])
  return entry['kind'] === 'namespaces-mount' && typeof entry['path'] === 'string'
}

/** What a journal's text lists. A line that a crash tore names a thing that was not made yet: it is left out. */
export const parseJournal = (text: string): JournalEntry[] =>
  text.split('\n').flatMap((line) => {
    try {
      const value: unknown = JSON.parse(line)
      return isEntry(value) ? [value] : []
    } catch {
      return []
    }
  })

/** The entries of the journal in a lab's directory; none when it has no journal. */
export const readJournal = (directory: string): JournalEntry[] => {
  try {
    return parseJournal(readFileSync(labPaths(directory).journal, 'utf8'))
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw cause
  }
}

export const openJournal = (directory: string): Journal => {
  const known = new Set(readJournal(directory).map((entry) => JSON.stringify(entry)))
  return {
    record(...entries) {
      const lines = entries.map((entry) => JSON.stringify(entry)).filter((line) => !known.has(line))
      if (lines.length === 0) return
      const file = openSync(labPaths(directory).journal, 'a', 0o600)
      try {
        // The leading line end keeps these lines whole when a crash tore the last one.
        writeSync(file, `\n${lines.join('\n')}\n`)
        fsyncSync(file)
      } finally {
        closeSync(file)
      }
      for (const line of lines) known.add(line)
    },
    has: (entry) => known.has(JSON.stringify(entry)),
  }
}

export const removeJournal = (directory: string): void => rmSync(labPaths(directory).journal, { force: true })
