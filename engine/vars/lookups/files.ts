import { globSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { Failure, messageOf } from '../../failure.ts'
import { flagOr, listOf, textOr } from '../filters/given.ts'
import { fail } from '../python/failing.ts'
import { text } from '../python/text.ts'
import { regularExpression } from '../regularexpression.ts'
import { layer } from '../scope.ts'
import type { RenderOptions } from '../templar.ts'
import { templateNames } from '../templatenames.ts'
import { isDict, type Key, Undefined, type Value } from '../value.ts'
import type { Lookup, LookupContext } from './lookup.ts'
import { candidates, findFile, requireFile } from './search.ts'

const readText = (path: string): string => {
  try {
    return readFileSync(path, 'utf8')
  } catch (thrown) {
    throw new Failure('template.lookup', `cannot read ${path}: ${messageOf(thrown)}`, { cause: thrown })
  }
}

/** The content of files; vaulted ones are decrypted. */
const file: Lookup = (terms, options, context) =>
  terms.map((term) => {
    const path = requireFile(text(term), 'files', context)
    const raw = readText(path)
    const content = raw.startsWith('$ANSIBLE_VAULT;')
      ? context.surroundings.decrypt(raw, { file: path, line: 1, column: 1 })
      : raw
    const left = flagOr(options.get('lstrip'), false) ? content.trimStart() : content
    return flagOr(options.get('rstrip'), true) ? left.trimEnd() : left
  })

/** Reads the templates that a template names, from beside it and from the search path. */
const templateLoader =
  (beside: string, context: LookupContext): NonNullable<RenderOptions['load']> =>
  (name) => {
    const near = join(beside, name)
    const path = statSync(near, { throwIfNoEntry: false })?.isFile() ? near : requireFile(name, 'templates', context)
    return { source: readText(path), file: path }
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
    return context.templar.render(readText(path), path, scope, given)
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

/** One value of an INI file's section. */
/** Values of an INI or properties file: that of a key, or with `re` those of all keys that match. */
const ini: Lookup = (terms, options, context) =>
  terms.flatMap((term): Value[] => {
    const [key = '', ...pairs] = text(term).split(/\s+/)
    const inline = new Map<Key, Value>(
      pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
    )
    const option = (name: string, fallback: string) => textOr(inline.get(name) ?? options.get(name), fallback)
    const wanted = option('section', 'global')
    let section = option('type', 'ini') === 'properties' ? wanted : ''
    const isPattern = flagOr(inline.get('re') ?? options.get('re'), false)
    const pattern = isPattern ? regularExpression(`^(?:${key})`, { ignoreCase: true }) : undefined
    const found: Value[] = []
    for (const line of readText(requireFile(option('file', 'ansible.ini'), 'files', context)).split('\n')) {
      const header = /^\s*\[([^\]]+)\]/.exec(line)
      if (header) section = header[1]!
      const pair = /^\s*([^#;=:[][^=:]*?)\s*[=:]\s*(.*?)\s*$/.exec(line)
      if (!pair || section !== wanted) continue
      if (pattern?.test(pair[1]!) ?? pair[1]!.toLowerCase() === key.toLowerCase()) found.push(pair[2]!)
    }
    if (found.length === 0) return [option('default', '')]
    return isPattern ? found : found.slice(0, 1)
  })

/** One column of the row of a CSV file whose first column is the term. */
const csvfile: Lookup = (terms, options, context) =>
  terms.flatMap((term): Value[] => {
    const [key = '', ...pairs] = text(term).split(/\s+/)
    const inline = new Map<Key, Value>(
      pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
    )
    const option = (name: string, fallback: string) => textOr(inline.get(name) ?? options.get(name), fallback)
    const delimiter = option('delimiter', 'TAB')
    const separator = delimiter === 'TAB' || delimiter === 't' ? '\t' : delimiter
    for (const line of readText(requireFile(option('file', 'ansible.csv'), 'files', context)).split(/\r?\n/)) {
      const columns = splitRow(line, separator)
      if (columns[Number(option('keycol', '0'))] === key)
        return [columns[Number(option('col', '1'))] ?? fail(`the row '${key}' has no such column`)]
    }
    return options.has('default') ? [options.get('default')!] : []
  })

const splitRow = (line: string, separator: string): string[] => {
  const columns: string[] = []
  let rest = line
  for (;;) {
    const quoted = /^"((?:[^"]|"")*)"/.exec(rest)
    const end = quoted ? quoted[0].length : rest.indexOf(separator)
    const value = quoted ? quoted[1]!.replaceAll('""', '"') : end < 0 ? rest : rest.slice(0, end)
    columns.push(value)
    if (end < 0 || end >= rest.length) return columns
    rest = rest.slice(end + separator.length)
  }
}

export const fileLookups: Readonly<Record<string, Lookup>> = {
  csvfile,
  file,
  fileglob,
  first_found: firstFound,
  ini,
  template,
  unvault,
}
