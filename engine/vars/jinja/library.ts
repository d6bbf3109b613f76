import type { Position } from '../../failure.ts'
import type { RenderOptions } from '../templar.ts'
import { defaultSyntax, type Syntax, tokenizeExpression, tokenizeTemplate } from './lexer.ts'
import { type Reference, referencesIn, referencesOf } from './names.ts'
import type { Plugins } from './plugins.ts'
import type { Code, Unit } from './runtime.ts'
import { Source, SyntaxProblem } from './source.ts'
import { parseBareExpression, parseTemplate } from './statements.ts'
import { compileBare, compileUnit } from './unit.ts'

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

export const createLibrary = (plugins: Plugins): Library => {
  const playbooks = new Map<string, Unit>()
  const files = new Map<string, Unit>()
  const expressions = new Map<string, Bare>()
  return {
    playbook: (text, base) =>
      kept(playbooks, text, () => {
        const source = new Source(newlines(text))
        return positioned(source, base, () => compileUnit(source, playbookSyntax, plugins))
      }),
    file(text, base, options) {
      const syntax = syntaxOf(options)
      return kept(files, JSON.stringify(syntax) + text, () => {
        const source = new Source(newlines(text).replace(/\n$/, ''))
        return positioned(source, base, () => compileUnit(source, syntax, plugins))
      })
    },
    expression: (text, base) =>
      kept(expressions, text, () => {
        const source = new Source(newlines(text))
        return { source, code: positioned(source, base, () => compileBare(source, plugins)) }
      }),
    references(text, base, kind, options = {}) {
      const source = new Source(newlines(text))
      const syntax = kind === 'file' ? syntaxOf(options) : playbookSyntax
      const found = positioned(source, base, () =>
        kind === 'expression'
          ? referencesOf(parseBareExpression(tokenizeExpression(source.text)))
          : referencesIn(parseTemplate(tokenizeTemplate(source.text, syntax))),
      )
      return found.map(({ offset, ...reference }) => ({ ...reference, at: source.position(offset, base) }))
    },
  }
}
