import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Failure } from '../failure.ts'
import { isVault } from '../vars/vault.ts'

/** What is read of a site at most: this many files, and files of this many bytes unless they are YAML or JSON. */
const most = { files: 20_000, bytes: 1 << 20 }

const ignored = new Set(['.git', '.svn', '.hg', 'node_modules', '__pycache__', '.venv', 'venv'])

/** The root of the repository that a directory stands in, or the directory itself. */
export const siteRoot = (directory: string): string => {
  for (let above = directory; dirname(above) !== above; above = dirname(above)) {
    if (existsSync(join(above, '.git')) || existsSync(join(above, 'ansible.cfg'))) return above
  }
  return directory
}

/** The files below directories, each once. */
function* filesBelow(roots: readonly string[], seen = new Set<string>()): Iterable<string> {
  for (const root of roots) {
    const real = realpathSync(root)
    if (seen.has(real)) continue
    seen.add(real)
    for (const entry of readdirSync(root, { withFileTypes: true })) {
      const path = join(root, entry.name)
      if (ignored.has(entry.name)) continue
      const found = entry.isSymbolicLink() ? statSync(path, { throwIfNoEntry: false }) : entry
      if (found?.isDirectory()) yield* filesBelow([path], seen)
      else if (found?.isFile()) yield path
    }
  }
}

/** The text of a file that is a vault. @throws Failure where no secret opens it */
export type OpenVault = (ciphertext: string, file: string) => string

/** The text of a file, of which large ones count only where they may hold variables. @throws Failure for a vault that does not open */
const textOf = (path: string, open: OpenVault): string => {
  if (statSync(path).size > most.bytes && !/\.(?:ya?ml|json)$/.test(path)) return ''
  const text = readFileSync(path, 'utf8')
  return isVault(text) ? open(text, path) : text
}

const occurrences = (text: string, word: string): number =>
  text.includes(word) ? [...text.matchAll(new RegExp(`\\b${word}\\b`, 'g'))].length : 0

/**
 * Those of some words that stand in the files below some directories no oftener than they may; undefined where that cannot
 * be said: a vault that does not open, a directory that may not be read, too many files.
 */
export const rareWords = (
  roots: readonly string[],
  allowed: ReadonlyMap<string, number>,
  open: OpenVault,
): ReadonlySet<string> | undefined => {
  const left = new Map(allowed)
  let files = 0
  try {
    for (const path of filesBelow(roots)) {
      if (left.size === 0) break
      if (++files > most.files) return undefined
      const text = textOf(path, open)
      for (const [word, more] of left) {
        const still = more - occurrences(text, word)
        if (still < 0) left.delete(word)
        else left.set(word, still)
      }
    }
    return new Set(left.keys())
  } catch (thrown) {
    if (thrown instanceof Failure || (thrown instanceof Error && 'code' in thrown)) return undefined
    throw thrown
  }
}
