import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join, relative } from 'node:path'
import { type Accounts, readAccounts } from '../../connections/accounts.ts'
import { float } from '../python/number.ts'
import { dict } from '../python/sequence.ts'
import { text } from '../python/text.ts'
import type { Dict, Value } from '../value.ts'
import type { Lookup } from './lookup.ts'
import { requireFile } from './search.ts'

/** Everything below a directory: what stands in it first, directories before the rest. */
const below = (directory: string): string[] => {
  const entries = readdirSync(directory, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))
  const directories = entries.filter((entry) => entry.isDirectory())
  const others = entries.filter((entry) => !entry.isDirectory())
  const here = [...directories, ...others].map(({ name }) => join(directory, name))
  return [...here, ...directories.flatMap(({ name }) => below(join(directory, name)))]
}

type Names = { readonly users: Accounts['names']; readonly groups: Accounts['names'] }

const describe = (root: string, path: string, { users, groups }: Names): Dict | undefined => {
  const found = lstatSync(path)
  const kind: [string, string | undefined] | undefined = found.isSymbolicLink()
    ? ['link', readlinkSync(path)]
    : found.isDirectory()
      ? ['directory', undefined]
      : found.isFile()
        ? ['file', path]
        : undefined
  if (kind === undefined) return undefined
  const [state, src] = kind
  const entries: [string, Value][] = [
    ['root', root],
    ['path', relative(root, path)],
    ['state', state],
    ['uid', found.uid],
    ['gid', found.gid],
    ['owner', users.get(found.uid) ?? found.uid],
    ['group', groups.get(found.gid) ?? found.gid],
    ['mode', `0${(found.mode & 0o7777).toString(8).padStart(3, '0')}`],
    ['size', found.size],
    ['mtime', float(found.mtimeMs / 1000)],
    ['ctime', float(found.ctimeMs / 1000)],
  ]
  if (src !== undefined) entries.push(['src', src])
  return dict(entries)
}

/** What stands below directories, each with its state, owner and mode; the first of several of the same path counts. */
export const filetree: Lookup = (terms, _options, context) => {
  const names = {
    users: readAccounts(readFileSync('/etc/passwd', 'utf8')).names,
    groups: readAccounts(readFileSync('/etc/group', 'utf8')).names,
  }
  const all = new Map<string, Value>()
  for (const term of terms) {
    const root = requireFile(text(term), 'files', context)
    for (const path of below(root)) {
      const found = describe(root, path, names)
      const shown = relative(root, path)
      if (found !== undefined && !all.has(shown)) all.set(shown, found)
    }
  }
  return [...all.values()]
}
