import { Failure, type Position } from '../../failure.ts'
import type { Context } from '../context.ts'
import { fail, undefinedFailure } from '../python/failing.ts'
import { text } from '../python/text.ts'
import type { RenderOptions } from '../templar.ts'
import { Callable, Template, Undefined, type Value, Vaulted } from '../value.ts'
import type { Source } from './source.ts'

/** The value of an expression in a frame. */
export type Code = (frame: Frame) => Value

/** What a statement does: adds to the output and says whether a loop goes on. */
export type Step = (frame: Frame, out: Value[]) => Flow
export type Flow = 'on' | 'break' | 'continue'

/** A compiled template. */
export type Unit = {
  readonly source: Source
  readonly steps: readonly Step[]
  /** The code of the expression when the template is one expression and nothing else. */
  readonly expression: Code | undefined
  /** Whether that expression ends in a filter whose text was never read as a literal, not even before 2.19. */
  readonly isText: boolean
  readonly blocks: ReadonlyMap<string, Step>
  /** For each step, whether nobody sees it once `{% extends %}` was met. */
  readonly isUnseen: readonly boolean[]
}

/** The blocks of a chain of templates: for each name, the youngest first. */
export type Blocks = Map<string, { readonly step: Step; readonly run: Run }[]>

/** One template in one evaluation. */
export type Run = Context & {
  readonly source: Source
  readonly options: RenderOptions | undefined
  readonly blocks: Blocks
  /** What `{% extends %}` has named; how much of the output stood before it. */
  parent: { readonly unit: Unit; readonly run: Run; readonly kept: number } | undefined
  /** A run of another template in the same evaluation; `isAlone` when it sees nothing of this one's variables. */
  load(name: string, isAlone?: boolean): { readonly unit: Unit; readonly run: Run }
  nested(value: Template | Vaulted, name: string): Value
}

/** Names set inside a template, innermost first; the run's scope lies behind them. */
export class Frame {
  readonly run: Run
  readonly parent: Frame | undefined
  locals: Map<string, Value> | undefined
  /** The outermost of a template's frames: what blocks see that are not `scoped`. */
  isTop = false
  constructor(run: Run, parent?: Frame, locals?: Map<string, Value>) {
    this.run = run
    this.parent = parent
    this.locals = locals
  }

  set(name: string, value: Value): void {
    if (this.locals === undefined) this.locals = new Map()
    this.locals.set(name, value)
  }
}

/** Evaluates a value that is itself a template or encrypted. */
export const settle = (value: Value, run: Run, name: string): Value =>
  typeof value === 'object' && (value instanceof Template || value instanceof Vaulted) ? run.nested(value, name) : value

/** Adds the position of an expression to a failure that does not have one yet. */
export const located = (thrown: unknown, frame: Frame, offset: number): unknown => {
  const at = (): Position => frame.run.source.position(offset, frame.run.base)
  if (thrown instanceof Failure) {
    if (thrown.at !== undefined) return thrown
    return new Failure(thrown.code, thrown.message, {
      at: at(),
      hint: thrown.hint,
      cause: thrown.cause,
      excerpt: frame.run.source.line(offset),
    })
  }
  if (thrown instanceof RangeError) {
    if (thrown.message.includes('call stack')) {
      return new Failure('template.recursion', 'the template calls itself without end', { at: at() })
    }
    return new Failure('template.value', `the value becomes too large: ${thrown.message}`, { at: at(), cause: thrown })
  }
  return thrown
}

/** The value of a template from its output: a single part as it is, several as text, none as None. */
export const concatenate = (out: readonly Value[]): Value => {
  if (out.length === 1) return out[0]!
  return out.length === 0 ? null : joined(out)
}

/** The text of a template's output. None leaves no trace. */
export const joined = (out: readonly Value[]): string => {
  let result = ''
  for (const part of out) result += part === null ? '' : text(part)
  return result
}

/** Calls what an expression names as a function. */
export const invoke = (callee: Value, positional: Value[], named: Map<string, Value>, shown: string): Value => {
  if (callee instanceof Callable) return callee.call(positional, named)
  if (callee instanceof Undefined) throw undefinedFailure(callee)
  return fail(`${shown} is not a function`)
}
