import { readIniFile } from '../../inifile.ts'
import { flagOr, integerOr, textOr } from '../filters/given.ts'
import { fail } from '../python/failing.ts'
import { text } from '../python/text.ts'
import { regularExpression } from '../regularexpression.ts'
import type { Value } from '../value.ts'
import type { Lookup, LookupContext } from './lookup.ts'
import { readText, requireFile } from './search.ts'

type Options = ReadonlyMap<string, Value>

/** Splits `key name=value …` into the key and the options behind it, which count more than those of the call. */
const readTerm = (lookup: string, term: string, options: Options, known: readonly string[]): [string, Options] => {
  const all = new Map(options)
  const words = term.split(/\s+/)
  const first = words.findIndex((word) => /^\w+=/.test(word))
  const key = first < 0 ? term : words.slice(0, first).join(' ')
  for (const word of first < 0 ? [] : words.slice(first)) {
    const at = word.indexOf('=')
    all.set(at < 0 ? word : word.slice(0, at), at < 0 ? '' : word.slice(at + 1))
  }
  const odd = [...all.keys()].find((name) => !known.includes(name))
  if (odd !== undefined) fail(`the lookup '${lookup}' has no option '${odd}'`, `its options are ${known.join(', ')}`)
  if (key === '') fail(`the lookup '${lookup}' needs a key to search for`)
  return [key, all]
}

const flag = (value: Value | undefined): boolean =>
  typeof value === 'string' ? /^(?:yes|on|1|true)$/i.test(value) : flagOr(value, false)

const encodings: Readonly<Record<string, BufferEncoding>> = {
  'latin-1': 'latin1',
  'iso-8859-1': 'latin1',
  latin1: 'latin1',
}

const contentOf = (name: string, options: Options, context: LookupContext): string => {
  const encoding = textOr(options.get('encoding'), 'utf-8').toLowerCase()
  return readText(requireFile(name, 'files', context), context, encodings[encoding])
}

const iniOptions = [
  'allow_no_value',
  'allow_none',
  'case_sensitive',
  'default',
  'encoding',
  'file',
  're',
  'section',
  'type',
]

/** Values of an INI or properties file: that of a key, or with `re` those of all keys that match. */
export const ini: Lookup = (terms, given, context) =>
  terms.flatMap((term): Value[] => {
    const [key, options] = readTerm('ini', text(term), given, iniOptions)
    const file = textOr(options.get('file'), 'ansible.ini')
    const isProperties = textOr(options.get('type'), 'ini') === 'properties'
    const section = isProperties ? 'properties' : textOr(options.get('section'), 'global')
    const content = contentOf(file, options, context)
    const isCaseSensitive = flag(options.get('case_sensitive'))
    const sections = readIniFile(isProperties ? `[properties]\n${content}` : content, file, {
      code: 'template.lookup',
      isCaseSensitive,
      allowsNoValue: flag(options.get('allow_no_value') ?? options.get('allow_none')),
    })
    const found = sections.get(section) ?? fail(`${file} has no section '${section}'`)
    const entries = new Map([...(sections.get('DEFAULT') ?? []), ...found])
    if (flag(options.get('re'))) {
      const pattern = regularExpression(`\\A(?:${key})`)
      return [...entries].filter(([name]) => pattern.test(name)).map(([, { text: value }]) => value)
    }
    const entry = entries.get(isCaseSensitive ? key : key.toLowerCase())
    return [entry === undefined ? (options.get('default') ?? '') : entry.text].filter((value) => value !== null)
  })

/** The rows of a CSV text; in quotes a value may hold the delimiter, two quotes for one, and line ends. */
const rowsOf = (content: string, delimiter: string): string[][] => {
  const rows: string[][] = []
  let row: string[] = []
  let value = ''
  let isQuoted = false
  for (let at = 0; at < content.length; at++) {
    const character = content[at]!
    if (isQuoted) {
      if (character !== '"') value += character
      else if (content[at + 1] === '"') value += content[++at]
      else isQuoted = false
    } else if (character === '"' && value === '') isQuoted = true
    else if (character === delimiter) {
      row.push(value)
      value = ''
    } else if (character === '\n' || character === '\r') {
      if (character === '\r' && content[at + 1] === '\n') at++
      if (row.length > 0 || value !== '') rows.push([...row, value])
      row = []
      value = ''
    } else value += character
  }
  if (row.length > 0 || value !== '') rows.push([...row, value])
  return rows
}

const csvOptions = ['col', 'default', 'delimiter', 'encoding', 'file', 'keycol']

/** One column of the row of a CSV file whose key column is the term. */
export const csvfile: Lookup = (terms, given, context) =>
  terms.flatMap((term): Value[] => {
    const [key, options] = readTerm('csvfile', text(term), given, csvOptions)
    const written = textOr(options.get('delimiter'), 'TAB')
    const delimiter = written === 'TAB' || written === 't' ? '\t' : written
    if (delimiter.length !== 1) return fail("the delimiter of the lookup 'csvfile' must be one character")
    const keyColumn = integerOr(options.get('keycol'), 0, 'keycol')
    const column = integerOr(options.get('col'), 1, 'col')
    const content = contentOf(textOr(options.get('file'), 'ansible.csv'), options, context)
    const row = rowsOf(content, delimiter).find((columns) => columns[keyColumn] === key)
    if (row === undefined) return options.has('default') ? [options.get('default')!] : []
    return [row.at(column) ?? fail(`the row '${key}' has no column ${column}`)]
  })
