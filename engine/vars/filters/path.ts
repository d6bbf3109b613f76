import { globSync, lstatSync, realpathSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { resolve } from 'node:path'
import type { Filter } from '../context.ts'
import { fail } from '../python/failing.ts'
import { tuple } from '../python/sequence.ts'
import { text } from '../python/text.ts'
import type { Value } from '../value.ts'
import { listOf, stringOf, textOr } from './given.ts'

const simple = (name: string, change: (path: string) => Value): Filter => ({
  parameters: [],
  apply: (input) => change(stringOf(input, name)),
})

const basename = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

const dirname = (path: string): string => {
  const head = path.slice(0, path.lastIndexOf('/') + 1)
  return /^\/+$/.test(head) ? head : head.replace(/\/+$/, '')
}

/** Joins as Python does: an absolute part starts anew. */
const joinPaths = (parts: readonly string[]): string =>
  parts.reduce((path, part) =>
    part.startsWith('/') ? part : path === '' || path.endsWith('/') ? path + part : `${path}/${part}`,
  )

const splitext = (path: string): Value => {
  const match = /^(.*\/)?(\.*[^/]*?)(\.[^./]*)?$/s.exec(path)
  const stem = match?.[2] ?? ''
  if (!match || match[3] === undefined || /^\.*$/.test(stem)) return tuple(path, '')
  return tuple(path.slice(0, -match[3].length), match[3])
}

const normalize = (path: string): string => {
  if (path === '') return '.'
  const root = path.startsWith('//') && !path.startsWith('///') ? '//' : path.startsWith('/') ? '/' : ''
  const kept: string[] = []
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue
    if (part !== '..' || (root === '' && (kept.length === 0 || kept.at(-1) === '..'))) kept.push(part)
    else kept.pop()
  }
  return root + kept.join('/') || '.'
}

const relative = (path: string, start: string): string => {
  const from = resolve(start).split('/').filter(Boolean)
  const to = resolve(path).split('/').filter(Boolean)
  let shared = 0
  while (shared < from.length && from[shared] === to[shared]) shared++
  return [...from.slice(shared).map(() => '..'), ...to.slice(shared)].join('/') || '.'
}

const commonpath = (paths: readonly string[]): string => {
  const split = paths.map((path) => path.split('/').filter((part) => part !== '' && part !== '.'))
  const [first = []] = split
  let shared = 0
  while (shared < first.length && split.every((parts) => parts[shared] === first[shared])) shared++
  return (paths[0]?.startsWith('/') ? '/' : '') + first.slice(0, shared).join('/')
}

const real = (path: string): string => {
  try {
    lstatSync(path)
    return realpathSync(path)
  } catch {
    return resolve(path)
  }
}

export const pathFilters: Readonly<Record<string, Filter>> = {
  basename: simple('basename', basename),
  commonpath: { parameters: [], apply: (input) => commonpath(listOf(input).map(text)) },
  dirname: simple('dirname', dirname),
  expanduser: simple('expanduser', (path) => path.replace(/^~(?=\/|$)/, homedir())),
  expandvars: {
    parameters: [],
    apply: (input, _given, context) =>
      stringOf(input, 'expandvars').replace(
        /\$(?:\{([^}]*)\}|(\w+))/g,
        (all, braced?: string, bare?: string) => context.surroundings.environment(braced ?? bare ?? '') ?? all,
      ),
  },
  normpath: simple('normpath', normalize),
  path_join: {
    parameters: [],
    apply: (input) => {
      const parts = Array.isArray(input)
        ? input.map((part) => stringOf(part, 'path_join'))
        : [stringOf(input, 'path_join')]
      return parts.length === 0 ? fail('path_join needs at least one part') : joinPaths(parts)
    },
  },
  realpath: simple('realpath', real),
  relpath: {
    parameters: ['start'],
    apply: (input, [start]) => relative(stringOf(input, 'relpath'), textOr(start, '.')),
  },
  splitext: simple('splitext', splitext),
  win_basename: simple('win_basename', (path) =>
    path.slice(Math.max(path.lastIndexOf('\\'), path.lastIndexOf('/')) + 1),
  ),
  fileglob: simple('fileglob', (pattern) =>
    globSync(pattern).filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true),
  ),
  win_splitdrive: simple('win_splitdrive', (path) => {
    const drive = /^(?:[^\\/]:|[\\/]{2}[^\\/]+[\\/][^\\/]+)/.exec(path)?.[0] ?? ''
    return tuple(drive, path.slice(drive.length))
  }),
  win_dirname: simple('win_dirname', (path) =>
    path.slice(0, Math.max(path.lastIndexOf('\\'), path.lastIndexOf('/'), 0)),
  ),
}
