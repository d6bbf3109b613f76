import type { YAMLParseError } from 'yaml'
import { Failure, type FailureCode, type Position } from '../failure.ts'
import type { Parsed } from './parse.ts'

type Problem = { readonly code: FailureCode; readonly message: string; readonly hint: string; readonly offset: number }

const quoteHint = 'put the whole value in quotes'

const lineStart = (text: string, offset: number): number => text.lastIndexOf('\n', offset - 1) + 1
const lineAt = (text: string, offset: number): string => text.slice(lineStart(text, offset)).split('\n', 1)[0]!

/** A value that begins with template delimiters and has no quotes: what YAML then complains about is never that. */
const bareTemplate = (text: string, offset: number): Problem | undefined => {
  const found = /(?:^\s*|[:,-]\s+|\[\s*)(\{[{%])/.exec(lineAt(text, offset))
  if (!found) return undefined
  const opening = found[1]!
  return {
    code: 'yaml.template',
    message: `a value that begins with '${opening}' must be quoted`,
    hint: `write "${opening} …" with double quotes around the whole value`,
    offset: lineStart(text, offset) + found.index + found[0].length - 2,
  }
}

const quoteProblem = (end: number, { quotes }: Parsed): Problem => ({
  code: 'yaml.quote',
  message: 'this quote is never closed',
  hint: 'close it with the same quote; inside double quotes write \\" for a quote, inside single quotes write it twice',
  offset: quotes.findLast((start) => start < end) ?? end,
})

/** The bracket that was opened last before `end` and not closed. */
const openBracket = (text: string, end: number): number => {
  let closed = 0
  for (let at = end - 1; at >= 0; at--) {
    if (/[\]}]/.test(text[at]!)) closed++
    else if (/[[{]/.test(text[at]!) && closed-- === 0) return at
  }
  return end
}

const firstWord = (text: string, offset: number): number => offset + /^ */.exec(text.slice(offset))![0].length

/** `key: value` that YAML took for a part of the line above. */
const keyProblem = (error: YAMLParseError, text: string): Problem => {
  const [start, end] = error.pos
  const offset = Math.max(start, lineStart(text, end))
  const line = lineAt(text, offset)
  if (start >= lineStart(text, end) && /^\s*[\w-]+:\S/.test(line)) {
    return {
      code: 'yaml.colon',
      message: 'there is no space after the colon',
      hint: "write 'key: value'",
      offset: lineStart(text, offset) + line.indexOf(':'),
    }
  }
  const first = lineAt(text, start)
  if (offset > start && /^[\w-]+:\S/.test(text.slice(start).split('\n', 1)[0]!)) {
    return {
      code: 'yaml.colon',
      message: 'there is no space after the colon',
      hint: "write 'key: value'",
      offset: start + text.slice(start).indexOf(':'),
    }
  }
  if (offset > start) {
    return {
      code: 'yaml.indentation',
      message: 'this line is indented as if it belonged to the value above it',
      hint: `give it the indentation of the key above: '${first.trim()}'`,
      offset: firstWord(text, offset),
    }
  }
  if (/^\s*- /.test(line)) {
    return {
      code: 'yaml.syntax',
      message: 'an item of a list stands among the keys of a dictionary',
      hint: "put it below its key, or remove '- '",
      offset: start,
    }
  }
  return {
    code: 'yaml.colon',
    message: "a key without ': ' and a value",
    hint: "write 'key: value', or begin the line with '- ' when it is an item of a list",
    offset: start,
  }
}

const words: readonly [pattern: RegExp, code: FailureCode, message: string, hint: string][] = [
  [/^Tabs are not allowed/, 'yaml.tab', 'a tab is used as indentation', 'use spaces; YAML does not accept tabs here'],
  [/^Nested mappings are not allowed/, 'yaml.colon', "a value without quotes may not contain ': '", quoteHint],
  [/^(Unexpected scalar at node end|Not a YAML token)/, 'yaml.syntax', 'this text does not belong here', quoteHint],
  [
    /^Flow (sequence|map)/,
    'yaml.bracket',
    'a list or dictionary in brackets is not closed',
    'close it with ] or }, or quote the value when the bracket is a part of it',
  ],
  [/^Plain value cannot start/, 'yaml.quote', 'a value without quotes may not begin with this character', quoteHint],
  [
    /^Invalid escape sequence/,
    'yaml.escape',
    'this escape is unknown in double quotes',
    "use single quotes for text with backslashes, or write '\\\\' for each backslash",
  ],
  [
    /must start at the same column/,
    'yaml.indentation',
    'this line does not have the indentation of the other entries',
    'give all entries of one list or dictionary the same indentation',
  ],
  [
    /^(Unexpected .*-end token|Unexpected flow)/,
    'yaml.bracket',
    'a closing bracket without an opening one',
    'remove it, or quote the value when the bracket is a part of it',
  ],
]

const problemOf = (error: YAMLParseError, text: string, parsed: Parsed): Problem => {
  const [offset] = error.pos
  if (error.message.startsWith('Missing closing')) return quoteProblem(offset, parsed)
  if (!error.message.startsWith('Tabs')) {
    const template = bareTemplate(text, offset)
    if (template) return template
  }
  const whole = parsed.errors.find((other) => other.code === 'MULTILINE_IMPLICIT_KEY' && other.pos[0] === offset)
  if (whole) return keyProblem(whole, text)
  for (const [pattern, code, message, hint] of words) {
    if (!pattern.test(error.message)) continue
    if (code === 'yaml.indentation') return { code, message, hint, offset: firstWord(text, offset) }
    const isUnclosed = error.message.startsWith('Flow')
    return { code, message, hint, offset: isUnclosed ? openBracket(text, offset) : offset }
  }
  return {
    code: 'yaml.syntax',
    message: `this is not YAML: ${error.message[0]!.toLowerCase()}${error.message.slice(1)}`,
    hint: 'check indentation, quotes and colons here and in the line above',
    offset,
  }
}

/**
 * The errors of a text in plain words, one a line. After a quote that is never closed nothing can be said of what
 * follows.
 */
export const problems = (
  parsed: Parsed,
  text: string,
  locate: (offset: number) => Position,
  excerpts: boolean,
): Failure[] => {
  const found = new Map<number, Failure>()
  for (const error of parsed.errors) {
    const { code, message, hint, offset } = problemOf(error, text, parsed)
    const at = locate(offset)
    if (!found.has(at.line)) {
      found.set(at.line, new Failure(code, message, { at, hint, ...(excerpts && { excerpt: lineAt(text, offset) }) }))
    }
    if (code === 'yaml.quote' || code === 'yaml.bracket') break
  }
  return [...found.values()]
}
