import { compileBody, type Gathered } from './body.ts'
import { compileExpression } from './compile.ts'
import { type Syntax, tokenizeExpression, tokenizeTemplate } from './lexer.ts'
import type { Plugins } from './plugins.ts'
import type { Code, Unit } from './runtime.ts'
import type { Source } from './source.ts'
import { parseBareExpression, parseTemplate } from './statements.ts'

const textFilters: ReadonlySet<string> = new Set(['string', 'to_json', 'to_nice_json', 'to_yaml', 'to_nice_yaml'])

/** Compiles a template. Throws a SyntaxProblem. */
export const compileUnit = (source: Source, syntax: Syntax, plugins: Plugins): Unit => {
  const body = parseTemplate(tokenizeTemplate(source.text, syntax))
  const blocks: Gathered = new Map()
  const steps = compileBody(body, plugins, blocks)
  const [only] = body
  return {
    source,
    steps,
    blocks,
    // What a template that extends another one prints outside its blocks is never seen.
    isUnseen: body.map(({ kind }) => ['block', 'text', 'output'].includes(kind)),
    expression: body.length === 1 && only?.kind === 'output' ? compileExpression(only.expression, plugins) : undefined,
    isText:
      body.length === 1 &&
      only?.kind === 'output' &&
      only.expression.kind === 'filter' &&
      textFilters.has(only.expression.name),
  }
}

/** Compiles a bare expression. Throws a SyntaxProblem. */
export const compileBare = (source: Source, plugins: Plugins): Code =>
  compileExpression(parseBareExpression(tokenizeExpression(source.text)), plugins)
