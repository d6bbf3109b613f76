import { statSync } from 'node:fs'
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { Failure } from '../../failure.ts'
import type { LookupContext } from './lookup.ts'

const isThere = (path: string): boolean => statSync(path, { throwIfNoEntry: false }) !== undefined

/** The places where a relative name may stand, nearest first: beside each directory's `files` (or `templates` …) and in it. */
export const candidates = (name: string, kinds: readonly string[], context: LookupContext): string[] => {
  const path = name.replace(/^~(?=\/|$)/, homedir())
  if (isAbsolute(path)) return [path]
  return context.surroundings
    .searchPath(context.scope)
    .flatMap((directory) => [...kinds.map((kind) => join(directory, kind, path)), join(directory, path)])
}

/** The first place where a file is, or undefined. */
export const findFile = (name: string, kinds: readonly string[], context: LookupContext): string | undefined =>
  candidates(name, kinds, context).find(isThere)

/** The place of a file that must be there; the Failure lists where it was looked for. */
export const requireFile = (name: string, kind: string, context: LookupContext): string => {
  const found = findFile(name, [kind], context)
  if (found !== undefined) return found
  throw new Failure('template.missing', `the file '${name}' was not found`, {
    hint: `looked for ${candidates(name, [kind], context).join(', ')}`,
  })
}
