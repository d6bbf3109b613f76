import { globSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { Failure } from '../../failure.ts'
import { flagOr, listOf } from '../filters/given.ts'
import { text } from '../python/text.ts'
import { layer } from '../scope.ts'
import type { RenderOptions } from '../templar.ts'
import { templateNames } from '../templatenames.ts'
import { isDict, Undefined, type Value } from '../value.ts'
import type { Lookup, LookupContext } from './lookup.ts'
import { candidates, findFile, readText, requireFile } from './search.ts'

/** The content of files; vaulted ones are decrypted. */
const file: Lookup = (terms, options, context) =>
  terms.map((term) => {
    const path = requireFile(text(term), 'files', context)
    const content = readText(path, context)
    const left = flagOr(options.get('lstrip'), false) ? content.trimStart() : content
    return flagOr(options.get('rstrip'), true) ? left.trimEnd() : left
  })

/** Reads the templates that a template names, from beside it and from the search path. */
const templateLoader =
  (beside: string, context: LookupContext): NonNullable<RenderOptions['load']> =>
  (name) => {
    const near = join(beside, name)
    const path = statSync(near, { throwIfNoEntry: false })?.isFile() ? near : requireFile(name, 'templates', context)
    return { source: readText(path, context), file: path }
  }

const template: Lookup = (terms, options, context) => {
  const extra = options.get('template_vars')
  const own = extra !== undefined && isDict(extra) ? layer(extra, context.scope) : context.scope
  const textual = (name: string): string | undefined => (options.has(name) ? text(options.get(name)!) : undefined)
  return terms.map((term) => {
    const path = requireFile(text(term), 'templates', context)
    const scope = layer(templateNames(path, { source: text(term), managed: context.surroundings.managed }), own)
    const render: Record<string, unknown> = {
      load: templateLoader(dirname(path), context),
      variableStart: textual('variable_start_string'),
      variableEnd: textual('variable_end_string'),
      trimBlocks: options.has('trim_blocks') ? flagOr(options.get('trim_blocks'), true) : undefined,
      lstripBlocks: options.has('lstrip_blocks') ? flagOr(options.get('lstrip_blocks'), false) : undefined,
    }
    const given = Object.fromEntries(Object.entries(render).filter(([, value]) => value !== undefined))
    return context.templar.render(readText(path, context), path, scope, given)
  })
}

/** The files that match shell patterns, sorted; no directories. */
const fileglob: Lookup = (terms, _options, context) =>
  terms.flatMap((term) => {
    const pattern = text(term)
    const directories =
      dirname(pattern) === '.' ? candidates('', ['files'], context) : candidates(dirname(pattern), ['files'], context)
    for (const directory of directories) {
      const found = globSync(basename(pattern), { cwd: directory })
        .map((name) => join(directory, name))
        .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile())
      if (found.length > 0) return found.sort()
    }
    return []
  })

/** Splits as first_found reads its lists: at commas, colons and semicolons. */
const listed = (value: Value | undefined): string[] => {
  if (value === undefined || value === null) return []
  return typeof value === 'string'
    ? value
        .split(/[,:;]/)
        .map((part) => part.trim())
        .filter(Boolean)
    : listOf(value).map(text)
}

const firstFound: Lookup = (terms, options, context) => {
  const names: string[] = []
  let isOptional = flagOr(options.get('skip'), false)
  const add = (files: string[], paths: string[]) => {
    if (paths.length === 0) names.push(...files)
    else for (const path of paths) names.push(...(files.length === 0 ? [path] : files.map((name) => join(path, name))))
  }
  const walk = (term: Value) => {
    if (term instanceof Undefined) return
    if (Array.isArray(term)) term.forEach(walk)
    else if (isDict(term)) {
      isOptional ||= flagOr(term.get('skip'), false)
      add(listed(term.get('files')), listed(term.get('paths')))
    } else add([text(term)], listed(options.get('paths')))
  }
  terms.forEach(walk)
  if (terms.length === 0) add(listed(options.get('files')), listed(options.get('paths')))
  for (const name of names) {
    const found = findFile(name, ['files', 'templates', 'vars', 'tasks'], context)
    if (found !== undefined) return [found]
  }
  if (isOptional) return []
  throw new Failure('template.lookup', 'first_found found none of the files', {
    hint: `looked for ${names.join(', ')}; 'skip: true' allows that there is none`,
  })
}

const unvault: Lookup = (terms, options, context) =>
  file(terms, new Map<string, Value>([...options, ['rstrip', false]]), context)

export const fileLookups: Readonly<Record<string, Lookup>> = {
  file,
  fileglob,
  first_found: firstFound,
  template,
  unvault,
}
