import { Failure, type Position } from '../failure.ts'
import { type Dict, holdsTemplate, Template, type Value } from '../vars/value.ts'

/** Modules whose whole text is a command line: only these keys are taken out of it. */
const commands = new Set(['command', 'shell', 'script', 'raw', 'win_command', 'win_shell'])
const commandKeys = /^(?:creates|removes|chdir|executable|warn|stdin|stdin_add_newline|strip_empty_ends)$/

/** Modules that take words without a key. */
const freeForm = new Set([
  ...commands,
  'include_vars',
  'include',
  'include_tasks',
  'include_role',
  'import_tasks',
  'import_role',
  'import_playbook',
  'add_host',
  'group_by',
  'set_fact',
  'meta',
])

/** The last part of a fully qualified name: whether text may stand alone depends on it. */
const lastPart = (action: string): string => action.slice(action.lastIndexOf('.') + 1)

export const takesFreeForm = (action: string): boolean => freeForm.has(lastPart(action))

type Part = { readonly text: string; readonly start: number }

const closers: Readonly<Record<string, string>> = { '{{': '}}', '{%': '%}', '{#': '#}' }

/** The words of an argument string: white space separates, except inside quotes and templates. */
const partsOf = (text: string): Part[] => {
  const parts: Part[] = []
  let start = -1
  let quote = ''
  let closer = ''
  for (let at = 0; at < text.length; at++) {
    const char = text[at]!
    if (start === -1 && !/\s/.test(char)) start = at
    if (start === -1) continue
    if (closer !== '') {
      if (text.startsWith(closer, at)) {
        at++
        closer = ''
      }
    } else if (char === '{' && closers[text.slice(at, at + 2)] !== undefined) {
      closer = closers[text.slice(at, at + 2)]!
      at++
    } else if (quote !== '') {
      if (char === '\\') at++
      else if (char === quote) quote = ''
    } else if (char === '\\') at++
    else if (char === '"' || char === "'") quote = char
    else if (/\s/.test(char)) {
      parts.push({ text: text.slice(start, at), start })
      start = -1
    }
  }
  if (quote !== '' || closer !== '') {
    const what = quote === '' ? 'template' : 'quote'
    throw new Failure('playbook.arguments', `a ${what} in these arguments is never closed`, {
      hint: 'close it, or write the arguments as a YAML dictionary',
    })
  }
  if (start !== -1) parts.push({ text: text.slice(start), start })
  return parts
}

/** The words of a text: white space separates, except inside quotes and templates. @throws Failure for what is never closed */
export const wordsOf = (text: string): string[] => partsOf(text).map((part) => part.text)

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '\\': '\\', "'": "'", '"': '"' }

const decoded = (text: string): string =>
  text.replace(/\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|(.))/gs, (whole, hex, long, char) => {
    if (hex ?? long) return String.fromCharCode(Number.parseInt(hex ?? long, 16))
    return escapes[char] ?? whole
  })

const unquoted = (text: string): string =>
  text.length > 1 && /^["']/.test(text) && text.endsWith(text[0]!) ? text.slice(1, -1) : text

const valueOfText = (text: string, at: Position): Value => (holdsTemplate(text) ? new Template(text, at) : text)

export type Arguments = { readonly values: Dict; readonly places: Map<string, Position> }

/**
 * The arguments of an argument string: `k=v` pairs, whose values stay strings, and free-form text under `_raw_params`.
 * `at` is where the text begins.
 * @throws Failure `playbook.arguments` for text that the module does not take.
 */
export const parseArguments = (text: string, action: string, at: Position): Arguments => {
  const values: Dict = new Map()
  const places = new Map<string, Position>()
  const isCommand = commands.has(lastPart(action))
  const placeOf = (offset: number): Position => {
    const before = text.slice(0, offset).split('\n')
    return before.length === 1
      ? { ...at, column: at.column + offset }
      : { ...at, line: at.line + before.length - 1, column: before.at(-1)!.length + 1 }
  }
  let parts: Part[]
  try {
    parts = partsOf(text)
  } catch (thrown) {
    if (!(thrown instanceof Failure)) throw thrown
    // an apostrophe in a command line is the shell's business
    if (isCommand) return { values: new Map([['_raw_params', valueOfText(text.trim(), at)]]), places }
    throw new Failure(thrown.code, thrown.message, { at, hint: thrown.hint })
  }
  let raw = ''
  let end = 0
  for (const part of parts) {
    const assignment = /^((?:\{\{.*?\}\}|[^=\\"'{\s]|\\[^=])+)=(.*)$/s.exec(part.text)
    const key = assignment ? decoded(assignment[1]!).trim() : undefined
    if (key !== undefined && (!isCommand || commandKeys.test(key))) {
      const place = placeOf(part.start)
      const given = decoded(assignment![2]!).trim()
      const value = unquoted(given)
      const quote = value === given ? 0 : 1
      values.set(key, valueOfText(value, { ...place, column: place.column + assignment![1]!.length + 1 + quote }))
      places.set(key, place)
      raw += text.slice(end, part.start)
      end = part.start + part.text.length
    } else if (!isCommand && !takesFreeForm(action) && !holdsTemplate(part.text)) {
      throw new Failure('playbook.arguments', `'${part.text}' is no argument of '${action}'`, {
        at: placeOf(part.start),
        hint: "write key=value, or the arguments as a YAML dictionary below the module's name",
      })
    }
  }
  raw += text.slice(end)
  const rest = raw.trim()
  if (rest !== '')
    values.set('_raw_params', valueOfText(rest, values.size === 0 ? at : placeOf(text.indexOf(rest[0]!))))
  return { values, places }
}
