import { stringEscapes } from '../python/escapes.ts'
import { SyntaxProblem } from './source.ts'

export type TokenType =
  | 'data'
  | 'name'
  | 'integer'
  | 'float'
  | 'string'
  | 'operator'
  | 'variable'
  | 'block'
  | 'end'
  | 'eof'

/**
 * A token. `variable` and `block` open a tag and `end` closes it; a `string` holds its decoded value, all
 * others their text; `offset` counts from the start of the template.
 */
export type Token = { readonly type: TokenType; readonly value: string; readonly offset: number }

export type Syntax = {
  readonly variableStart: string
  readonly variableEnd: string
  readonly blockStart: string
  readonly blockEnd: string
  readonly commentStart: string
  readonly commentEnd: string
  readonly trimBlocks: boolean
  readonly lstripBlocks: boolean
  /** Whether backslash escapes in the strings of `{{ }}` are decoded; playbooks leave that to YAML, files do not. */
  readonly escapes: boolean
}

export const defaultSyntax: Syntax = {
  variableStart: '{{',
  variableEnd: '}}',
  blockStart: '{%',
  blockEnd: '%}',
  commentStart: '{#',
  commentEnd: '#}',
  trimBlocks: true,
  lstripBlocks: false,
  escapes: true,
}

const escapePattern = /\\(?:([\n\\'"abfnrtv])|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{1,3}))/g

/** Python's escapes of a string literal; unknown ones stay as they are written. */
const decoded = (body: string): string =>
  body.replace(escapePattern, (all, simple, hex2, hex4, hex8, octal) => {
    if (simple !== undefined) return stringEscapes[simple]!
    const code = octal === undefined ? Number.parseInt(hex2 ?? hex4 ?? hex8, 16) : Number.parseInt(octal, 8)
    return code > 0x10ffff ? all : String.fromCodePoint(code)
  })

const space = /\s+/y
const plainName = /[A-Za-z_][A-Za-z0-9_]*/y
/** V8 takes a millisecond to read the classes of Unicode: few names need them. */
const anyName = () => /[\p{L}\p{Nl}_][\p{L}\p{Nl}\p{Mn}\p{Mc}\p{Nd}\p{Pc}_]*/uy
const floating = /(?:\d+_)*\d+(?:(?:\.(?:\d+_)*\d+)?[eE][+-]?(?:\d+_)*\d+|\.(?:\d+_)*\d+)/y
const integer = /0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0[xX](?:_?[0-9a-fA-F])+|[1-9](?:_?\d)*|0(?:_?0)*/y
const string = /'(?:[^'\\]|\\[\s\S])*'|"(?:[^"\\]|\\[\s\S])*"/y
const operator = /\/\/|\*\*|==|!=|>=|<=|[-+/*%~[\](){}<>=.:|,;]/y

const closing: Record<string, string> = { '(': ')', '[': ']', '{': '}' }
const literal = (text: string) => text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&')

/** Reads the tokens of one expression from `offset` until `end`, or to the end of the text when `end` is undefined. */
const readExpression = (
  source: string,
  offset: number,
  end: RegExp | undefined,
  escapes: boolean,
  tokens: Token[],
  opened: number,
): { next: number; end: string } => {
  const open: Token[] = []
  const match = (pattern: RegExp, at: number): string | undefined => {
    pattern.lastIndex = at
    return pattern.exec(source)?.[0]
  }
  for (let at = offset; ; ) {
    if (end && open.length === 0) {
      const found = match(end, at)
      if (found !== undefined) {
        tokens.push({ type: 'end', value: found, offset: at })
        return { next: at + found.length, end: found }
      }
    }
    if (at >= source.length) {
      const unclosed = open.at(-1)
      if (unclosed) throw new SyntaxProblem(`'${unclosed.value}' is never closed`, unclosed.offset)
      if (end) throw new SyntaxProblem('this tag is never closed', opened)
      return { next: at, end: '' }
    }
    const blank = match(space, at)
    if (blank !== undefined) {
      at += blank.length
      continue
    }
    const token = ((): Token => {
      const float = source[at - 1] === '.' ? undefined : match(floating, at)
      if (float !== undefined) return { type: 'float', value: float, offset: at }
      const int = match(integer, at)
      if (int !== undefined) return { type: 'integer', value: int, offset: at }
      const plain = match(plainName, at)
      const word = source.charCodeAt(at + (plain?.length ?? 0)) > 0x7f ? match(anyName(), at) : plain
      if (word !== undefined) return { type: 'name', value: word, offset: at }
      const text = match(string, at)
      if (text !== undefined) return { type: 'string', value: text, offset: at }
      const sign = match(operator, at)
      if (sign !== undefined) return { type: 'operator', value: sign, offset: at }
      const character = String.fromCodePoint(source.codePointAt(at)!)
      if (character === "'" || character === '"')
        throw new SyntaxProblem(`a string that starts with ${character} is never closed`, at)
      throw new SyntaxProblem(`unexpected character '${character}'`, at, hintForCharacter(source, at))
    })()
    if (token.value in closing) open.push(token)
    else if (token.type === 'operator' && (token.value === ')' || token.value === ']' || token.value === '}')) {
      const opener = open.pop()
      if (opener === undefined) throw new SyntaxProblem(`unexpected '${token.value}'`, at)
      const wanted = closing[opener.value]!
      if (wanted !== token.value) throw new SyntaxProblem(`unexpected '${token.value}', expected '${wanted}'`, at)
    }
    at += token.value.length
    if (token.type === 'string') {
      const body = token.value.slice(1, -1)
      tokens.push({ type: 'string', value: escapes ? decoded(body) : body, offset: token.offset })
    } else tokens.push(token)
  }
}

const hintForCharacter = (source: string, at: number): string | undefined => {
  if (source[at] === '!') return "write 'not x' for a negation, != for 'differs from'"
  if (source[at] === '&') return "write 'and'"
  if (source[at] === '=' || source[at] === '?') return "write 'a if condition else b'"
  return undefined
}

/** The tokens of a bare expression, as conditions are written. */
export const tokenizeExpression = (source: string): Token[] => {
  const tokens: Token[] = []
  readExpression(source, 0, undefined, true, tokens, 0)
  tokens.push({ type: 'eof', value: '', offset: source.length })
  return tokens
}

type Patterns = Readonly<Record<'begin' | 'blockEnd' | 'variableEnd' | 'commentEnd' | 'raw' | 'endRaw', RegExp>>

const patternsOf = (syntax: Syntax): Patterns => {
  const starts = [syntax.variableStart, syntax.blockStart, syntax.commentStart].sort((a, b) => b.length - a.length)
  const [start, end] = [literal(syntax.blockStart), literal(syntax.blockEnd)]
  return {
    begin: new RegExp(starts.map(literal).join('|'), 'g'),
    blockEnd: new RegExp(`[-+]?${end}`, 'y'),
    variableEnd: new RegExp(`-?${literal(syntax.variableEnd)}`, 'y'),
    commentEnd: new RegExp(`[-+]?${literal(syntax.commentEnd)}`, 'g'),
    raw: new RegExp(`${start}[-+]?\\s*raw\\s*([-+]?)${end}`, 'y'),
    endRaw: new RegExp(`${start}([-+]?)\\s*endraw\\s*([-+]?)${end}`, 'g'),
  }
}

const known = new WeakMap<Syntax, Patterns>()

const patternsFor = (syntax: Syntax): Patterns => {
  const patterns = known.get(syntax) ?? patternsOf(syntax)
  known.set(syntax, patterns)
  return patterns
}

/** The tokens of a template whose line ends are `\n`. */
export const tokenizeTemplate = (source: string, syntax: Syntax): Token[] => {
  const tokens: Token[] = []
  const { begin, blockEnd, variableEnd, commentEnd, raw, endRaw } = patternsFor(syntax)

  const data = (text: string, offset: number) => {
    if (text !== '') tokens.push({ type: 'data', value: text, offset })
  }
  /** What is left of the data before a tag after its white space control. */
  const before = (text: string, sign: string, isVariable: boolean): string => {
    if (sign === '-') return text.trimEnd()
    if (sign === '+' || isVariable || !syntax.lstripBlocks) return text
    const lineStart = text.lastIndexOf('\n') + 1
    const isLineStart = lineStart > 0 || tokens.length === 0 || source[tagStart - text.length - 1] === '\n'
    return isLineStart && text.slice(lineStart).trim() === '' ? text.slice(0, lineStart) : text
  }
  /** Where the data after a tag begins. */
  const after = (offset: number, end: string, isVariable: boolean): number => {
    if (end.startsWith('-')) {
      space.lastIndex = offset
      return offset + (space.exec(source)?.[0].length ?? 0)
    }
    return !isVariable && !end.startsWith('+') && syntax.trimBlocks && source[offset] === '\n' ? offset + 1 : offset
  }

  let at = 0
  let tagStart = 0
  for (;;) {
    begin.lastIndex = at
    const found = begin.exec(source)
    if (found === null) {
      data(source.slice(at), at)
      tokens.push({ type: 'eof', value: '', offset: source.length })
      return tokens
    }
    tagStart = found.index
    const isVariable = found[0] === syntax.variableStart
    const inside = found.index + found[0].length
    const sign = source[inside] === '-' || source[inside] === '+' ? source[inside]! : ''
    const signed = sign === '-' || (sign === '+' && !isVariable) ? sign : ''
    data(before(source.slice(at, found.index), signed, isVariable), at)

    if (found[0] === syntax.commentStart) {
      commentEnd.lastIndex = inside
      const close = commentEnd.exec(source)
      if (close === null) throw new SyntaxProblem('this comment is never closed', found.index)
      at = after(close.index + close[0].length, close[0], false)
      continue
    }
    raw.lastIndex = found.index
    const rawTag = isVariable ? null : raw.exec(source)
    if (rawTag !== null) {
      // Unlike other tags this one keeps the newline behind it.
      const start = after(found.index + rawTag[0].length, rawTag[1]!, true)
      endRaw.lastIndex = start
      const close = endRaw.exec(source)
      if (close === null)
        throw new SyntaxProblem("this 'raw' block is never closed", found.index, "end it with '{% endraw %}'")
      tagStart = close.index
      data(before(source.slice(start, close.index), close[1]!, false), start)
      at = after(close.index + close[0].length, close[2]!, false)
      continue
    }
    tokens.push({ type: isVariable ? 'variable' : 'block', value: found[0], offset: found.index })
    const read = readExpression(
      source,
      inside + signed.length,
      isVariable ? variableEnd : blockEnd,
      syntax.escapes || !isVariable,
      tokens,
      found.index,
    )
    at = after(read.next, read.end, isVariable)
  }
}
