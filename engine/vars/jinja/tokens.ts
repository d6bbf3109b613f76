import type { Token } from './lexer.ts'
import { SyntaxProblem } from './source.ts'

/** A walk over tokens, with what both parsers ask of it. */
export class Tokens {
  private readonly all: readonly Token[]
  private index = 0
  /** How many loops are open. */
  loops = 0
  constructor(all: readonly Token[]) {
    this.all = all
  }

  get current(): Token {
    return this.all[this.index]!
  }

  get following(): Token {
    return this.all[this.index + 1] ?? this.current
  }

  next(): Token {
    const token = this.current
    if (token.type !== 'eof') this.index++
    return token
  }

  isOperator(value: string): boolean {
    return this.current.type === 'operator' && this.current.value === value
  }

  isName(value: string): boolean {
    return this.current.type === 'name' && this.current.value === value
  }

  /** Goes past an operator or name when it stands here. */
  take(value: string): boolean {
    if (this.current.value !== value || (this.current.type !== 'operator' && this.current.type !== 'name')) return false
    this.index++
    return true
  }

  expect(value: string): Token {
    if (this.isOperator(value) || this.isName(value)) return this.next()
    throw new SyntaxProblem(`expected '${value}' but found ${shown(this.current)}`, this.current.offset)
  }

  expectName(what = 'a name'): Token {
    if (this.current.type === 'name') return this.next()
    throw new SyntaxProblem(`expected ${what} but found ${shown(this.current)}`, this.current.offset)
  }
}

/** A token in the reader's words. */
export const shown = (token: Token): string => {
  if (token.type === 'eof') return 'the end of the text'
  if (token.type === 'end') return `the end of the tag '${token.value}'`
  if (token.type === 'data') return 'text'
  return token.type === 'string' ? `the string '${token.value}'` : `'${token.value}'`
}
