import { Composer, type Document, Lexer, Parser, type YAMLParseError } from 'yaml'

export type Parsed = {
  readonly documents: readonly Document.Parsed[]
  readonly errors: readonly YAMLParseError[]
  /** Offsets at which a quoted scalar begins, ascending. */
  readonly quotes: readonly number[]
}

/** The lexer's token that announces a plain or block scalar. */
const scalarMarker = '\x1f'

/** The members of the lexer that are needed to let quoted text and brackets continue at any indentation. */
type LexerState = {
  indentNext: number
  parseQuotedScalar(): Generator<string>
  parseFlowCollection(): Generator<string>
}

/** A lexer that accepts lines with too little indentation in quoted text and in brackets, as Python's loader does. */
const lenientLexer = (): Lexer => {
  const lexer = new Lexer()
  const state = lexer as unknown as LexerState
  for (const name of ['parseQuotedScalar', 'parseFlowCollection'] as const) {
    const strictly = state[name].bind(lexer)
    state[name] = function* () {
      const { indentNext } = state
      state.indentNext = 0
      try {
        return yield* strictly()
      } finally {
        state.indentNext = indentNext
      }
    }
  }
  return lexer
}

/** What tells that a quote or a bracket was never closed. */
const isUnclosed = ({ message }: YAMLParseError): boolean =>
  message.startsWith('Missing closing') || message.includes('must be sufficiently indented')

const parseWith = (lexer: Lexer, source: string): Parsed => {
  const parser = new Parser()
  // every scalar stays text here: what it means is scalar.ts's business
  const composer = new Composer({ version: '1.1', schema: 'failsafe', uniqueKeys: false, logLevel: 'silent' })
  const quotes: number[] = []
  const tokens = function* () {
    let before = ''
    for (const lexeme of lexer.lex(source)) {
      if (before !== scalarMarker && /^["']/.test(lexeme)) quotes.push(parser.offset)
      before = lexeme
      yield* parser.next(lexeme)
    }
    yield* parser.end()
  }
  const documents = [...composer.compose(tokens(), false, source.length)] as Document.Parsed[]
  return { documents, errors: documents.flatMap((document) => document.errors), quotes }
}

/**
 * Reads the documents of a YAML text. A text with errors is read again by the letter of the standard when that
 * finds the quote or bracket that was never closed: lenient reading would put the blame on a line far below.
 */
export const parse = (source: string): Parsed => {
  const lenient = parseWith(lenientLexer(), source)
  if (lenient.errors.length === 0) return lenient
  const strict = parseWith(new Lexer(), source)
  return strict.errors.some(isUnclosed) ? strict : lenient
}
