import { isTrue } from '../python/compare.ts'
import { fail, undefinedFailure } from '../python/failing.ts'
import { Fields, Namespace } from '../python/fields.ts'
import { items, tuple } from '../python/sequence.ts'
import { text } from '../python/text.ts'
import { Callable, Undefined, type Value } from '../value.ts'
import type {
  CallBlock,
  Expression,
  FilterNode,
  For,
  FromImport,
  If,
  Import,
  Include,
  Macro,
  Parameters,
  Statement,
  Target,
} from './ast.ts'
import { compileArguments, compileExpression, compileFilter } from './compile.ts'
import { Loop } from './loop.ts'
import { mentions } from './names.ts'
import type { Plugins } from './plugins.ts'
import {
  type Code,
  concatenate,
  type Flow,
  Frame,
  invoke,
  located,
  type Run,
  type Step,
  settle,
  type Unit,
} from './runtime.ts'

/** What compiling a template's body gathers beside its steps. */
export type Gathered = { readonly blocks: Map<string, Step>; extends: Code | undefined }

const guarded =
  (offset: number, step: Step): Step =>
  (frame, out) => {
    try {
      return step(frame, out)
    } catch (thrown) {
      throw located(thrown, frame, offset)
    }
  }

/** Runs steps one after the other until one of them leaves the loop. */
export const run = (steps: readonly Step[], frame: Frame, out: Value[]): Flow => {
  for (const step of steps) {
    const flow = step(frame, out)
    if (flow !== 'on') return flow
  }
  return 'on'
}

/** What a target assigns: puts a value into the frame. */
const compileTarget = (target: Target): ((frame: Frame, value: Value) => void) => {
  if (target.kind === 'name') return (frame, value) => frame.set(target.name, value)
  if (target.kind === 'member') {
    return (frame, value) => {
      let holder: Value | undefined
      for (let inner: Frame | undefined = frame; inner && holder === undefined; inner = inner.parent)
        holder = inner.locals?.get(target.name)
      if (!(holder instanceof Namespace))
        fail(
          `'${target.name}' is no namespace, so '${target.name}.${target.attribute}' cannot be set`,
          `make it with {% set ${target.name} = namespace() %}`,
        )
      ;(holder as Namespace).set(target.attribute, value)
    }
  }
  const parts = target.items.map(compileTarget)
  return (frame, value) => {
    const values = items(value)
    if (values.length !== parts.length) fail(`cannot unpack ${values.length} values into ${parts.length} names`)
    for (const [index, assign] of parts.entries()) assign(frame, settle(values[index]!, frame.run, '[]'))
  }
}

const compileIf = (node: If, compile: (body: readonly Statement[]) => Step[], plugins: Plugins): Step => {
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

const compileFor = (node: For, compile: (body: readonly Statement[]) => Step[], plugins: Plugins): Step => {
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
    for (let index = 0; index < all.length; index++) {
      loop.index0 = index
      const inner = new Frame(frame.run, frame, new Map<string, Value>([['loop', loop]]))
      assign(inner, all[index]!)
      if (run(body, inner, out) === 'break') break
    }
    return 'on'
  }
  return guarded(node.offset, (frame, out) => loopOver(iterable(frame), frame, out, 0))
}

/** A macro or the body of a call block as a function that closes over the frame where it is defined. */
const compileFunction = (
  name: string,
  parameters: Parameters,
  body: readonly Statement[],
  compile: (body: readonly Statement[]) => Step[],
  plugins: Plugins,
): ((frame: Frame) => Callable) => {
  const { names } = parameters
  const defaults = parameters.defaults.map((value) => compileExpression(value, plugins))
  const firstDefault = names.length - defaults.length
  const steps = compile(body)
  const takesMore = mentions(body, 'varargs')
  const takesNamed = mentions(body, 'kwargs')
  return (frame) =>
    new Callable(name, (positional, named) => {
      const inner = new Frame(frame.run, frame, new Map())
      const rest = new Map(named)
      for (const [index, parameter] of names.entries()) {
        const value = positional[index] ?? rest.get(parameter)
        rest.delete(parameter)
        if (value !== undefined) inner.set(parameter, value)
        else if (index >= firstDefault) inner.set(parameter, defaults[index - firstDefault]!(inner))
        else inner.set(parameter, new Undefined(`the parameter '${parameter}' of '${name}' was not given`))
      }
      const caller = rest.get('caller')
      if (caller !== undefined) {
        inner.set('caller', caller)
        rest.delete('caller')
      }
      if (takesMore) inner.set('varargs', tuple(...positional.slice(names.length)))
      else if (positional.length > names.length)
        fail(`'${name}' takes at most ${names.length} arguments, not ${positional.length}`)
      const [unknown] = rest.keys()
      if (takesNamed) inner.set('kwargs', new Map(rest))
      else if (unknown !== undefined) fail(`'${name}' has no parameter '${unknown}'`)
      const out: Value[] = []
      run(steps, inner, out)
      return concatenate(out) ?? ''
    })
}

const compileMacro = (node: Macro, compile: (body: readonly Statement[]) => Step[], plugins: Plugins): Step => {
  const make = compileFunction(node.name, node.parameters, node.body, compile, plugins)
  return (frame) => {
    frame.set(node.name, make(frame))
    return 'on'
  }
}

const compileCallBlock = (node: CallBlock, compile: (body: readonly Statement[]) => Step[], plugins: Plugins): Step => {
  const make = compileFunction('caller', node.parameters, node.body, compile, plugins)
  const callee = compileExpression(node.call.callee, plugins)
  const given = compileArguments(node.call.arguments, plugins)
  return guarded(node.offset, (frame, out) => {
    const { positional, named } = given(frame)
    const all = new Map(named ?? []).set('caller', make(frame))
    out.push(invoke(callee(frame), positional, all, 'this value'))
    return 'on'
  })
}

/** The templates that include, import and extends may name: one, or a list of which the first found counts. */
const loadNamed = (value: Value, current: Run, isOptional: boolean): ReturnType<Run['load']> | undefined => {
  const names = Array.isArray(value) ? value : [value]
  let first: unknown
  for (const name of names) {
    if (name instanceof Undefined) throw undefinedFailure(name)
    try {
      return current.load(text(settle(name, current, 'template')))
    } catch (thrown) {
      if (!(thrown instanceof Error) || !('code' in thrown) || thrown.code !== 'template.missing') throw thrown
      first ??= thrown
    }
  }
  if (isOptional) return undefined
  throw first ?? fail('there is no template to include')
}

const compileInclude = (node: Include, plugins: Plugins): Step => {
  const template = compileExpression(node.template, plugins)
  return guarded(node.offset, (frame, out) => {
    const loaded = loadNamed(template(frame), frame.run, node.isOptional)
    if (loaded) renderUnit(loaded.unit, new Frame(loaded.run, node.hasContext ? frame : undefined), out)
    return 'on'
  })
}

/** What a template defines at its top level, as an object. */
const exported = (template: Code, hasContext: boolean, frame: Frame): Fields => {
  const { unit, run: other } = loadNamed(template(frame), frame.run, false)!
  const inner = new Frame(other, hasContext ? frame : undefined, new Map())
  renderUnit(unit, inner, [])
  return new Fields([...inner.locals!].filter(([name]) => !name.startsWith('_')))
}

const compileImport = (node: Import, plugins: Plugins): Step => {
  const template = compileExpression(node.template, plugins)
  return guarded(node.offset, (frame) => {
    frame.set(node.name, exported(template, node.hasContext, frame))
    return 'on'
  })
}

const compileFrom = (node: FromImport, plugins: Plugins): Step => {
  const template = compileExpression(node.template, plugins)
  return guarded(node.offset, (frame) => {
    const found = exported(template, node.hasContext, frame)
    for (const [name, as] of node.names) {
      frame.set(as, found.get(name) ?? new Undefined(`the template does not export '${name}'`))
    }
    return 'on'
  })
}

/** A filter chain without an object, applied to a block's text. */
const compileChain = (node: FilterNode, object: Code, plugins: Plugins): Code => {
  const inner = node.object
  return compileFilter(node, inner?.kind === 'filter' ? compileChain(inner, object, plugins) : object, plugins)
}

const blockOutput = (steps: readonly Step[], frame: Frame): Value => {
  const out: Value[] = []
  run(steps, new Frame(frame.run, frame, new Map()), out)
  return concatenate(out) ?? ''
}

/** The output of the block `name`, `level` templates above the youngest. */
const renderBlock = (name: string, level: number, frame: Frame): Value => {
  const entry = frame.run.blocks.get(name)?.[level]
  if (entry === undefined) return fail(`the block '${name}' has no parent block`)
  const superBlock = new Callable('super', () => renderBlock(name, level + 1, frame))
  const out: Value[] = []
  entry.step(new Frame(entry.run, frame, new Map([['super', superBlock]])), out)
  return concatenate(out) ?? ''
}

/** Compiles statements to steps; blocks and the parent template go to `gathered`. */
export const compileBody = (body: readonly Statement[], plugins: Plugins, gathered: Gathered): Step[] =>
  body.map((node) => compileStatement(node, plugins, gathered))

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
        const value = code(frame)
        if (value instanceof Undefined) throw undefinedFailure(value)
        out.push(typeof value === 'object' && value !== null ? frame.run.resolve(value) : value)
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
      gathered.blocks.set(node.name, (frame, out) => {
        if (node.isRequired) fail(`the block '${node.name}' must be given by the template that extends this one`)
        return run(steps, frame, out)
      })
      return guarded(node.offset, (frame, out) => {
        out.push(renderBlock(node.name, 0, frame))
        return 'on'
      })
    }
    case 'extends':
      gathered.extends = expression(node.template)
      return () => 'on'
  }
}

/** Runs a template with the templates that it extends; its output goes to `out`. */
export const renderUnit = (unit: Unit, frame: Frame, out: Value[]): void => {
  const current = frame.run
  for (const [name, step] of unit.blocks) {
    const chain = current.blocks.get(name) ?? []
    chain.push({ step, run: current })
    current.blocks.set(name, chain)
  }
  if (unit.blocks.size > 0) {
    frame.set(
      'self',
      new Fields(
        [...current.blocks.keys()].map((name) => [name, new Callable(name, () => renderBlock(name, 0, frame))]),
      ),
    )
  }
  if (unit.extends === undefined) {
    run(unit.steps, frame, out)
    return
  }
  run(unit.steps, frame, [])
  const parent = loadNamed(unit.extends(frame), current, false)!
  const blocks = parent.run.blocks
  for (const [name, chain] of current.blocks) blocks.set(name, [...chain])
  renderUnit(parent.unit, new Frame(parent.run, frame), out)
}
