import { fail } from '../python/failing.ts'
import { tuple } from '../python/sequence.ts'
import { Callable, Undefined, type Value } from '../value.ts'
import type { CallBlock, Macro, Parameters, Statement } from './ast.ts'
import { compileArguments, compileExpression } from './compile.ts'
import { mentions } from './names.ts'
import type { Plugins } from './plugins.ts'
import { concatenate, Frame, invoke, type Step } from './runtime.ts'
import { type CompileBody, guarded, run } from './steps.ts'

/** A macro or the body of a call block as a function that closes over the frame where it is defined. */
const compileFunction = (
  name: string,
  parameters: Parameters,
  body: readonly Statement[],
  compile: CompileBody,
  plugins: Plugins,
): ((frame: Frame) => Callable) => {
  const { names } = parameters
  const defaults = parameters.defaults.map((value) => compileExpression(value, plugins))
  const firstDefault = names.length - defaults.length
  const steps = compile(body)
  const takesMore = mentions(body, 'varargs')
  const takesNamed = mentions(body, 'kwargs')
  const takesCaller = mentions(body, 'caller')
  const attributes = new Map<string, Value>([
    ['name', name],
    ['arguments', tuple(...names)],
    ['catch_kwargs', takesNamed],
    ['catch_varargs', takesMore],
    ['caller', takesCaller],
  ])
  return (frame) => {
    const call: Callable['call'] = (positional, named) => {
      const inner = new Frame(frame.run, frame, new Map())
      const rest = new Map(named)
      for (const [index, parameter] of names.entries()) {
        const isPlaced = index < positional.length
        if (isPlaced && rest.has(parameter)) fail(`'${name}' is given '${parameter}' twice`)
        const value = isPlaced ? positional[index] : rest.get(parameter)
        rest.delete(parameter)
        if (value !== undefined) inner.set(parameter, value)
        else if (index >= firstDefault) inner.set(parameter, defaults[index - firstDefault]!(inner))
        else inner.set(parameter, new Undefined(`the parameter '${parameter}' of '${name}' was not given`))
      }
      const caller = rest.get('caller')
      if (caller !== undefined && (takesCaller || !takesNamed)) {
        if (!takesCaller) fail(`'${name}' does not call the block that it is called with`)
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
    }
    return new Callable(name, call, attributes)
  }
}

/** `{% macro %}`. */
export const compileMacro = (node: Macro, compile: CompileBody, plugins: Plugins): Step => {
  const make = compileFunction(node.name, node.parameters, node.body, compile, plugins)
  return (frame) => {
    frame.set(node.name, make(frame))
    return 'on'
  }
}

/** `{% call %}`: calls a macro that may call the block's body back. */
export const compileCallBlock = (node: CallBlock, compile: CompileBody, plugins: Plugins): Step => {
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
