import { isTrue } from '../python/compare.ts'
import { Blank, fail, undefinedFailure } from '../python/failing.ts'
import { items } from '../python/sequence.ts'
import { text } from '../python/text.ts'
import { Callable, isDict, Undefined, type Value } from '../value.ts'
import type { Expression, FilterNode, For, If, Statement } from './ast.ts'
import { compileExpression, compileFilter } from './compile.ts'
import { compileExtends, compileFrom, compileImport, compileInclude, renderBlock } from './composition.ts'
import { compileCallBlock, compileMacro } from './functions.ts'
import { Loop } from './loop.ts'
import type { Plugins } from './plugins.ts'
import { type Code, concatenate, type Flow, Frame, located, type Step, settle } from './runtime.ts'
import { SyntaxProblem } from './source.ts'
import { blockOutput, type CompileBody, compileTarget, guarded, run } from './steps.ts'

/** The blocks that compiling a template's body meets. */
export type Gathered = Map<string, Step>

const compileIf = (node: If, compile: CompileBody, plugins: Plugins): Step => {
  const branches = node.branches.map(({ test, body }) => ({
    test: compileExpression(test, plugins),
    body: compile(body),
    offset: test.offset,
  }))
  const otherwise = compile(node.otherwise)
  return (frame, out) => {
    for (const { test, body, offset } of branches) {
      let holds: boolean
      try {
        holds = isTrue(test(frame))
      } catch (thrown) {
        throw located(thrown, frame, offset)
      }
      if (holds) return run(body, frame, out)
    }
    return run(otherwise, frame, out)
  }
}

const compileFor = (node: For, compile: CompileBody, plugins: Plugins): Step => {
  const iterable = compileExpression(node.iterable, plugins)
  const assign = compileTarget(node.target)
  const filter = node.filter && compileExpression(node.filter, plugins)
  const body = compile(node.body)
  const otherwise = compile(node.otherwise)

  const passes = (item: Value, frame: Frame): boolean => {
    if (!filter) return true
    const inner = new Frame(frame.run, frame, new Map())
    assign(inner, item)
    return isTrue(filter(inner))
  }
  const loopOver = (value: Value, frame: Frame, out: Value[], depth: number): Flow => {
    const all: Value[] = []
    for (const raw of items(value)) {
      const item = settle(raw, frame.run, '[]')
      if (passes(item, frame)) all.push(item)
    }
    if (all.length === 0) return run(otherwise, frame, out)
    const recurse = (deeper: Value, level: number): Value => {
      const text: Value[] = []
      loopOver(deeper, frame, text, level)
      return concatenate(text) ?? ''
    }
    const loop = new Loop(all, depth, node.isRecursive ? recurse : undefined)
    let isWhole = false
    for (let index = 0; index < all.length; index++) {
      loop.index0 = index
      const inner = new Frame(frame.run, frame, new Map<string, Value>([['loop', loop]]))
      assign(inner, all[index]!)
      const flow = run(body, inner, out)
      isWhole ||= flow === 'on'
      if (flow === 'break') break
    }
    // As in Python's Jinja2, a loop none of whose rounds came to its end counts as one that had no round.
    return isWhole ? 'on' : run(otherwise, frame, out)
  }
  return guarded(node.offset, (frame, out) => loopOver(iterable(frame), frame, out, 0))
}

/** A filter chain without an object, applied to a block's text. */
const compileChain = (node: FilterNode, object: Code, plugins: Plugins): Code => {
  const inner = node.object
  return compileFilter(node, inner?.kind === 'filter' ? compileChain(inner, object, plugins) : object, plugins)
}

/** Compiles statements to steps; blocks go to `gathered`. */
export const compileBody = (body: readonly Statement[], plugins: Plugins, gathered: Gathered): Step[] =>
  body.map((node) => compileStatement(node, plugins, gathered))

/** A list or dictionary as the text that it is now. */
const printed = (value: Value): Value => (Array.isArray(value) || isDict(value) ? text(value) : value)

const compileStatement = (node: Statement, plugins: Plugins, gathered: Gathered): Step => {
  const compile = (inner: readonly Statement[]) => compileBody(inner, plugins, gathered)
  const expression = (part: Expression) => compileExpression(part, plugins)
  switch (node.kind) {
    case 'text':
      return (_frame, out) => {
        out.push(node.value)
        return 'on'
      }
    case 'output': {
      const code = expression(node.expression)
      return guarded(node.offset, (frame, out) => {
        // What follows may change a list that has been printed: a text is made of the first parts as late as in Python.
        if (out.length === 2) out.splice(0, 2, ...out.map(printed))
        const value = code(frame)
        if (value instanceof Undefined && !(value instanceof Blank)) throw undefinedFailure(value)
        if (value instanceof Blank) out.push('')
        else if (typeof value !== 'object' || value === null) out.push(value)
        else if (value instanceof Callable) out.push(text(value))
        else {
          const resolved = frame.run.resolve(value)
          out.push(out.length > 1 ? printed(resolved) : resolved)
        }
        return 'on'
      })
    }
    case 'if':
      return compileIf(node, compile, plugins)
    case 'for':
      return compileFor(node, compile, plugins)
    case 'set': {
      const assign = compileTarget(node.target)
      const code = expression(node.value)
      return guarded(node.offset, (frame) => {
        assign(frame, code(frame))
        return 'on'
      })
    }
    case 'setblock': {
      const assign = compileTarget(node.target)
      const steps = compile(node.body)
      const output: Code = (frame) => blockOutput(steps, frame)
      const code = node.filter ? compileChain(node.filter, output, plugins) : output
      return guarded(node.offset, (frame) => {
        assign(frame, code(frame))
        return 'on'
      })
    }
    case 'macro':
      return compileMacro(node, compile, plugins)
    case 'callblock':
      return compileCallBlock(node, compile, plugins)
    case 'filterblock': {
      const steps = compile(node.body)
      const code = compileChain(node.filter, (frame) => blockOutput(steps, frame), plugins)
      return (frame, out) => {
        out.push(code(frame))
        return 'on'
      }
    }
    case 'with': {
      const bindings = node.bindings.map(([target, value]) => [compileTarget(target), expression(value)] as const)
      const steps = compile(node.body)
      return (frame, out) => {
        const inner = new Frame(frame.run, frame, new Map())
        for (const [assign, value] of bindings) assign(inner, value(frame))
        return run(steps, inner, out)
      }
    }
    case 'do': {
      const code = expression(node.expression)
      return (frame) => {
        code(frame)
        return 'on'
      }
    }
    case 'break':
    case 'continue':
      return () => node.kind
    case 'include':
      return compileInclude(node, plugins)
    case 'import':
      return compileImport(node, plugins)
    case 'from':
      return compileFrom(node, plugins)
    case 'block': {
      const steps = compile(node.body)
      if (gathered.has(node.name)) throw new SyntaxProblem(`the block '${node.name}' is defined twice`, node.offset)
      gathered.set(node.name, (frame, out) => {
        if (node.isRequired) fail(`the block '${node.name}' must be given by the template that extends this one`)
        return run(steps, frame, out)
      })
      return guarded(node.offset, (frame, out) => {
        out.push(renderBlock(node.name, node.isScoped, frame))
        return 'on'
      })
    }
    case 'extends':
      return compileExtends(node, plugins)
  }
}
