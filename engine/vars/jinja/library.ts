import type { Position } from '../../failure.ts'
import type { RenderOptions } from '../templar.ts'
import type { Expression } from './ast.ts'
import { compileExpression } from './compile.ts'
import { defaultSyntax, type Syntax, tokenizeExpression, tokenizeTemplate } from './lexer.ts'
import { type Reference, referencesIn, referencesOf } from './names.ts'
import type { Plugins } from './plugins.ts'
import type { Code, Unit } from './runtime.ts'
import { Source, SyntaxProblem } from './source.ts'
import { parseBareExpression, parseTemplate } from './statements.ts'
import { compileUnit } from './unit.ts'

/** A compiled expression and the text that its offsets count in. */
export type Bare = { readonly source: Source; readonly code: Code }

/** A template in a playbook, a bare expression, or the text of a template file. */
export type TextKind = 'template' | 'expression' | 'file'

export type Placed = Omit<Reference, 'offset'> & { readonly at: Position }

/** Compiled templates by their text. */
export type Library = {
  /** A template that a playbook or variables file holds. */
  playbook(text: string, base: Position): Unit
  /** The text of a template file. */
  file(text: string, base: Position, options: RenderOptions): Unit
  expression(text: string, base: Position): Bare
  /** Checks the syntax of a text without compiling it, and gives what it refers to. */
  references(text: string, base: Position, kind: TextKind, options?: RenderOptions): Placed[]
}

/** How many texts of a kind are kept; a run that makes more makes them up as it goes, and they will not come again. */
const capacity = 20_000

const playbookSyntax: Syntax = { ...defaultSyntax, escapes: false }

const syntaxOf = (options: RenderOptions): Syntax => ({
  ...defaultSyntax,
  ...(options.variableStart !== undefined && { variableStart: options.variableStart }),
  ...(options.variableEnd !== undefined && { variableEnd: options.variableEnd }),
  ...(options.blockStart !== undefined && { blockStart: options.blockStart }),
  ...(options.blockEnd !== undefined && { blockEnd: options.blockEnd }),
  ...(options.commentStart !== undefined && { commentStart: options.commentStart }),
  ...(options.commentEnd !== undefined && { commentEnd: options.commentEnd }),
  ...(options.trimBlocks !== undefined && { trimBlocks: options.trimBlocks }),
  ...(options.lstripBlocks !== undefined && { lstripBlocks: options.lstripBlocks }),
})

/** Line ends as templates are read: `\n` alone. */
export const newlines = (text: string): string => (text.includes('\r') ? text.replaceAll(/\r\n?/g, '\n') : text)

const positioned = <T>(source: Source, base: Position, work: () => T): T => {
  try {
    return work()
  } catch (thrown) {
    if (thrown instanceof SyntaxProblem) throw thrown.toFailure(source, base)
    if (thrown instanceof RangeError)
      throw new SyntaxProblem('the template is nested too deeply', 0).toFailure(source, base)
    throw thrown
  }
}

const kept = <T>(cache: Map<string, T>, key: string, make: () => T): T => {
  const known = cache.get(key)
  if (known !== undefined) return known
  const made = make()
  if (cache.size >= capacity) cache.clear()
  cache.set(key, made)
  return made
}

type Parsed<T> = { readonly source: Source; readonly tree: T }

/** How many texts that were checked wait for being compiled as they were parsed; more are parsed again. */
const ahead = 2_000

/** Parses a text once for both, its check and what compiles it later, which lets it go. */
const parsesOf = <T>(parse: (text: string) => T) => {
  const checked = new Map<string, Parsed<T>>()
  const parsed = (text: string, base: Position): Parsed<T> => {
    const source = new Source(newlines(text))
    return checked.get(text) ?? { source, tree: positioned(source, base, () => parse(source.text)) }
  }
  return {
    toCheck(text: string, base: Position): Parsed<T> {
      const found = parsed(text, base)
      if (checked.size < ahead) checked.set(text, found)
      return found
    },
    toCompile(text: string, base: Position): Parsed<T> {
      const found = parsed(text, base)
      checked.delete(text)
      return found
    },
  }
}

const parseExpression = (text: string): Expression => parseBareExpression(tokenizeExpression(text))

export const createLibrary = (plugins: Plugins): Library => {
  const units = new Map<string, Unit>()
  const files = new Map<string, Unit>()
  const bares = new Map<string, Bare>()
  const templates = parsesOf((text) => parseTemplate(tokenizeTemplate(text, playbookSyntax)))
  const expressions = parsesOf(parseExpression)
  return {
    playbook: (text, base) =>
      kept(units, text, () => {
        const { source, tree } = templates.toCompile(text, base)
        return positioned(source, base, () => compileUnit(source, tree, plugins))
      }),
    file(text, base, options) {
      const syntax = syntaxOf(options)
      return kept(files, JSON.stringify(syntax) + text, () => {
        const source = new Source(newlines(text).replace(/\n$/, ''))
        return positioned(source, base, () =>
          compileUnit(source, parseTemplate(tokenizeTemplate(source.text, syntax)), plugins),
        )
      })
    },
    expression: (text, base) =>
      kept(bares, text, () => {
        const { source, tree } = expressions.toCompile(text, base)
        return { source, code: positioned(source, base, () => compileExpression(tree, plugins)) }
      }),
    references(text, base, kind, options = {}) {
      const placed = (source: Source, found: readonly Reference[]): Placed[] =>
        found.map(({ offset, ...reference }) => ({ ...reference, at: source.position(offset, base) }))
      if (kind === 'expression') {
        const { source, tree } = expressions.toCheck(text, base)
        return placed(source, referencesOf(tree))
      }
      if (kind === 'template') {
        const { source, tree } = templates.toCheck(text, base)
        return placed(source, referencesIn(tree))
      }
      const source = new Source(newlines(text))
      const tree = positioned(source, base, () => parseTemplate(tokenizeTemplate(source.text, syntaxOf(options))))
      return placed(source, referencesIn(tree))
    },
  }
}
