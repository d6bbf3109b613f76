import type { Statement } from './ast.ts'
import { compileBody, type Gathered } from './body.ts'
import { compileExpression } from './compile.ts'
import type { Plugins } from './plugins.ts'
import type { Unit } from './runtime.ts'
import type { Source } from './source.ts'

const textFilters: ReadonlySet<string> = new Set(['string', 'to_json', 'to_nice_json', 'to_yaml', 'to_nice_yaml'])

/** Compiles a template, whose `body` is what its text was parsed to. Throws a SyntaxProblem. */
export const compileUnit = (source: Source, body: readonly Statement[], plugins: Plugins): Unit => {
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
