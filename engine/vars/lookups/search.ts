import { readFileSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'
import { Failure, messageOf } from '../../failure.ts'
import { isVault } from '../vault.ts'
import type { LookupContext } from './lookup.ts'

const isThere = (path: string): boolean => statSync(path, { throwIfNoEntry: false }) !== undefined

const withHome = (name: string): string => name.replace(/^~(?=\/|$)/, homedir())

/** The directory of the playbook. */
export const playbookDirectory = ({ surroundings, scope }: LookupContext): string =>
  surroundings.searchPath(scope).at(-1) ?? '.'

/** A path that is relative to the playbook, also where a role names it. */
export const besidePlaybook = (name: string, context: LookupContext): string =>
  resolve(playbookDirectory(context), withHome(name))

/** The places where a relative name may stand, nearest first: beside each directory's `files` (or `templates` …) and in it. */
export const candidates = (name: string, kinds: readonly string[], context: LookupContext): string[] => {
  const path = withHome(name)
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

/** The text of a file, which is decrypted when it is a vault. */
export const readText = (path: string, { surroundings }: LookupContext, encoding: BufferEncoding = 'utf8'): string => {
  try {
    const content = readFileSync(path, encoding)
    return isVault(content) ? surroundings.decrypt(content, { file: path, line: 1, column: 1 }) : content
  } catch (thrown) {
    if (thrown instanceof Failure) throw thrown
    throw new Failure('template.lookup', `cannot read ${path}: ${messageOf(thrown)}`, { cause: thrown })
  }
}
