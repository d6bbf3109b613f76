import { fail } from '../python/failing.ts'

export type Token = {
  readonly kind: 'name' | 'literal' | 'number' | 'operator' | 'end'
  /** A name, an operator, the digits of a number, the JSON of a literal. */
  readonly text: string
  readonly at: number
}

const operators = [
  '[?',
  '[]',
  '||',
  '&&',
  '==',
  '!=',
  '<=',
  '>=',
  '.',
  '[',
  ']',
  '{',
  '}',
  '(',
  ')',
  ',',
  ':',
  '*',
  '@',
  '&',
  '|',
  '!',
  '<',
  '>',
]
const name = /[A-Za-z_][A-Za-z0-9_]*/y
const number = /-?\d+/y
const quoted = /"(?:\\.|[^"\\])*"/y
const raw = /'(?:\\.|[^'\\])*'/sy
const literal = /`(?:\\.|[^`\\])*`/sy

/** The tokens of a JMESPath expression. */
export const tokensOf = (source: string): Token[] => {
  const tokens: Token[] = []
  let at = 0
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at
    return pattern.exec(source)?.[0]
  }
  const add = (kind: Token['kind'], text: string, length: number) => {
    tokens.push({ kind, text, at })
    at += length
  }
  while (at < source.length) {
    if (/\s/.test(source[at] as string)) {
      at++
      continue
    }
    const word = take(name)
    const digits = take(number)
    const double = take(quoted)
    const single = take(raw)
    const back = take(literal)
    const operator = operators.find((each) => source.startsWith(each, at))
    if (word !== undefined) add('name', word, word.length)
    else if (digits !== undefined) add('number', digits, digits.length)
    else if (double !== undefined) add('name', String(parseJson(double, source)), double.length)
    else if (single !== undefined) {
      const text = single.slice(1, -1).replaceAll("\\'", "'")
      add('literal', JSON.stringify(text), single.length)
    } else if (back !== undefined) add('literal', jsonOf(back.slice(1, -1).replaceAll('\\`', '`')), back.length)
    else if (operator !== undefined) add('operator', operator, operator.length)
    else fail(`json_query: '${source[at]}' cannot stand in the query '${source}'`)
  }
  tokens.push({ kind: 'end', text: '', at })
  return tokens
}

const parseJson = (text: string, source: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return fail(`json_query: ${text} cannot be read in the query '${source}'`)
  }
}

/** A literal is JSON; a bare word in it is a text. */
const jsonOf = (text: string): string => {
  try {
    JSON.parse(text)
    return text
  } catch {
    return JSON.stringify(text.trim())
  }
}
