import { Failure, type Position } from '../../failure.ts'

/** A template's text and where it stands in its file: turns offsets into positions. */
export class Source {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }

  /** The file position of an offset when the text's first character stands at `base`. */
  position(offset: number, base: Position): Position {
    const before = this.text.slice(0, offset)
    const line = before.split('\n').length
    const column = offset - (before.lastIndexOf('\n') + 1)
    return { file: base.file, line: base.line + line - 1, column: column + (line === 1 ? base.column : 1) }
  }

  /** The line of the text that an offset lies on. */
  line(offset: number): string {
    const start = this.text.lastIndexOf('\n', offset - 1) + 1
    const end = this.text.indexOf('\n', offset)
    return this.text.slice(start, end < 0 ? undefined : end)
  }
}

/** A syntax error at an offset; whoever knows the file turns it into a Failure. */
export class SyntaxProblem {
  readonly message: string
  readonly offset: number
  readonly hint: string | undefined
  constructor(message: string, offset: number, hint?: string) {
    this.message = message
    this.offset = offset
    this.hint = hint
  }

  toFailure(source: Source, base: Position): Failure {
    return new Failure('template.syntax', this.message, {
      at: source.position(this.offset, base),
      hint: this.hint,
      excerpt: source.line(this.offset),
    })
  }
}
