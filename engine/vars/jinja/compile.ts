import type { Position } from '../../failure.ts'
import { nearest } from '../../nearest.ts'
import { callPlugin } from '../plugin.ts'
import { attribute, item } from '../python/access.ts'
import { isTrue } from '../python/compare.ts'
import { Blank, fail, Missing } from '../python/failing.ts'
import { Fields } from '../python/fields.ts'
import { float, negate, positive } from '../python/number.ts'
import { items, slice, toKey, tuple } from '../python/sequence.ts'
import { text } from '../python/text.ts'
import { typeName } from '../python/type.ts'
import { Callable, holdsTemplate, isDict, type Key, Template, Undefined, type Value } from '../value.ts'
import type { Arguments, Call, Expression, FilterNode, TestNode } from './ast.ts'
import { Loop } from './loop.ts'
import { comparisons, compileBinary, demanded, guarded, whole } from './operators.ts'
import { findPlugin, type Plugins } from './plugins.ts'
import { type Code, type Frame, invoke, type Run, settle } from './runtime.ts'

/** The file position of an offset, computed once per template object. */
const positions = (offset: number): ((run: Run) => Position) => {
  let base: Position | undefined
  let position: Position | undefined
  return (run) => {
    if (position === undefined || run.base !== base) {
      base = run.base
      position = run.source.position(offset, run.base)
    }
    return position
  }
}

/** Compiles expressions to closures. */
export const compileExpression = (node: Expression, plugins: Plugins): Code => {
  const compile = (child: Expression): Code => compileExpression(child, plugins)
  const { offset } = node
  switch (node.kind) {
    case 'literal': {
      const value: Value = node.isFloat && typeof node.value === 'number' ? float(node.value) : node.value
      return () => value
    }
    case 'name':
      return compileName(node.name, offset, plugins)
    case 'list': {
      const parts = node.items.map(compile)
      return (frame) => parts.map((part) => part(frame))
    }
    case 'tuple': {
      const parts = node.items.map(compile)
      return (frame) => tuple(...parts.map((part) => part(frame)))
    }
    case 'dict': {
      const entries = node.entries.map(([key, value]) => [compile(key), compile(value)] as const)
      return guarded(offset, (frame) => {
        const made = new Map<Key, Value>()
        for (const [key, value] of entries) made.set(toKey(key(frame)), value(frame))
        return made
      })
    }
    case 'attribute': {
      const object = compile(node.object)
      const at = positions(offset)
      const { name } = node
      return (frame) =>
        settle(
          attribute(object(frame), name, () => at(frame.run)),
          frame.run,
          name,
        )
    }
    case 'item': {
      const object = compile(node.object)
      const key = compile(node.key)
      const at = positions(offset)
      return guarded(offset, (frame) => {
        const wanted = key(frame)
        return settle(
          item(object(frame), wanted, () => at(frame.run)),
          frame.run,
          typeof wanted === 'string' ? wanted : '[]',
        )
      })
    }
    case 'slice': {
      const object = compile(node.object)
      const [start, stop, step] = [node.start, node.stop, node.step].map((part) => part && compile(part))
      return guarded(offset, (frame) => slice(object(frame), start?.(frame), stop?.(frame), step?.(frame)))
    }
    case 'call':
      return compileCall(node, plugins)
    case 'filter':
      return compileFilter(node, node.object ? compile(node.object) : () => '', plugins)
    case 'test':
      return compileTest(node, plugins)
    case 'conditional':
      return compileConditional(
        compile(node.test),
        compile(node.body),
        node.otherwise && compile(node.otherwise),
        offset,
      )
    case 'and':
    case 'or': {
      const left = compile(node.left)
      const right = compile(node.right)
      const isAnd = node.kind === 'and'
      return guarded(offset, (frame) => {
        const value = left(frame)
        return isTrue(value) === isAnd ? right(frame) : value
      })
    }
    case 'not': {
      const operand = compile(node.operand)
      return guarded(offset, (frame) => !isTrue(operand(frame)))
    }
    case 'negative':
    case 'positive': {
      const operand = compile(node.operand)
      const apply = node.kind === 'negative' ? negate : positive
      return guarded(offset, (frame) => apply(demanded(operand(frame))))
    }
    case 'binary':
      return compileBinary(node, compile(node.left), compile(node.right))
    case 'concatenation': {
      const parts = node.parts.map(compile)
      return guarded(offset, (frame) => {
        let result = ''
        for (const part of parts) result += text(whole(part(frame), frame.run))
        return result
      })
    }
    case 'comparison': {
      const left = compile(node.left)
      const rest = node.rest.map(({ operator, right }) => ({ compare: comparisons[operator], right: compile(right) }))
      return guarded(offset, (frame) => {
        let value = left(frame)
        for (const { compare, right } of rest) {
          const next = right(frame)
          if (!compare(value, next, frame.run)) return false
          value = next
        }
        return true
      })
    }
  }
}

/** What a name stands for as it was written down: a template or vault stays one. */
const lookUp = (name: string, frame: Frame): Value | undefined => {
  for (let inner: Frame | undefined = frame; inner !== undefined; inner = inner.parent) {
    const value = inner.locals?.get(name)
    if (value !== undefined) return value
  }
  return frame.run.scope.get(name)
}

const compileName = (name: string, offset: number, plugins: Plugins): Code => {
  const at = positions(offset)
  const global = plugins.globals.get(name)
  return (frame) => {
    const { run } = frame
    const value = lookUp(name, frame)
    if (value !== undefined) return settle(value, run, name)
    if (global !== undefined) return global(run, frame)
    return new Missing(`'${name}'`, at(run), name, () => run.scope.names())
  }
}

const compileConditional = (test: Code, then: Code, otherwise: Code | undefined, offset: number): Code => {
  const at = positions(offset)
  return guarded(offset, (frame) => {
    if (isTrue(test(frame))) return then(frame)
    return otherwise ? otherwise(frame) : new Blank("the inline 'if' is false and has no 'else'", at(frame.run))
  })
}

type Given = { readonly positional: Value[]; readonly named: Map<string, Value> | undefined }

/** Compiles the arguments of a call, filter or test. */
export const compileArguments = (
  node: Arguments,
  plugins: Plugins,
  special?: (part: Expression) => Code | undefined,
): ((frame: Frame) => Given) => {
  const positional = node.positional.map((part) => special?.(part) ?? compileExpression(part, plugins))
  const named = node.named.map(([name, part]) => [name, compileExpression(part, plugins)] as const)
  const rest = node.rest && compileExpression(node.rest, plugins)
  const namedRest = node.namedRest && compileExpression(node.namedRest, plugins)
  return (frame) => {
    const values = positional.map((part) => part(frame))
    if (rest) values.push(...items(rest(frame)))
    if (named.length === 0 && !namedRest) return { positional: values, named: undefined }
    const byName = new Map<string, Value>()
    for (const [name, part] of named) byName.set(name, part(frame))
    if (namedRest) {
      const more = demanded(namedRest(frame))
      if (!isDict(more)) return fail(`the argument behind ** must be a dict, not '${typeName(more)}'`)
      for (const [key, value] of more) byName.set(String(key), value)
    }
    return { positional: values, named: byName }
  }
}

const isLookup = (callee: Expression): boolean =>
  callee.kind === 'name' && (callee.name === 'lookup' || callee.name === 'query' || callee.name === 'q')

/** A string of a lookup's arguments that itself holds a template: older playbooks write `lookup('file', '{{ path }}')`. */
const compileEmbedded = (node: Expression): Code | undefined => {
  if (node.kind !== 'literal' || typeof node.value !== 'string' || !holdsTemplate(node.value)) return undefined
  const source = node.value
  const at = positions(node.offset + 1)
  return (frame) => {
    frame.run.surroundings.warn(
      'a template stands inside the string of a lookup; write the bare name instead',
      at(frame.run),
    )
    return frame.run.nested(new Template(source, at(frame.run)), 'lookup')
  }
}

const compileCall = (node: Call, plugins: Plugins): Code => {
  const { callee, offset } = node
  const given = compileArguments(node.arguments, plugins, isLookup(callee) ? compileEmbedded : undefined)
  if (callee.kind !== 'attribute') {
    const target = compileExpression(callee, plugins)
    const shown = callee.kind === 'name' ? `'${callee.name}'` : 'this value'
    return guarded(offset, (frame) => {
      const called = target(frame)
      const { positional, named } = given(frame)
      if (called instanceof Loop) return called.again(positional[0] ?? fail('loop() needs the list to go through'))
      return settle(invoke(called, positional, named ?? new Map(), shown), frame.run, shown)
    })
  }
  const object = compileExpression(callee.object, plugins)
  const { name } = callee
  const at = positions(callee.offset)
  return guarded(offset, (frame) => {
    const { run } = frame
    const self = object(frame)
    const isSearch = Array.isArray(self) && (name === 'index' || name === 'count')
    const method = attribute(isSearch ? run.resolve(self) : self, name, () => at(run))
    const { positional, named } = given(frame)
    const isModule = self instanceof Fields
    const values = isModule ? positional : positional.map((value) => whole(value, run))
    return settle(invoke(settle(method, run, name), values, named ?? new Map(), `'${name}'`), run, name)
  })
}

/** Compiles a filter whose input is the value of `object`. */
export const compileFilter = (node: FilterNode, object: Code, plugins: Plugins): Code => {
  const given = compileArguments(node.arguments, plugins)
  const filter = findPlugin(plugins.filters, node.name)
  const what = `the filter '${node.name}'`
  return guarded(node.offset, (frame) => {
    if (filter === undefined) return unknown('filter', node.name, plugins.filters.keys())
    const input = object(frame)
    const { positional, named } = given(frame)
    return settle(callPlugin(what, filter, input, positional, named, frame.run), frame.run, node.name)
  })
}

/** An expression whose own value is not evaluated when it is a template or a vault. */
const compileRaw = (node: Expression, plugins: Plugins): Code => {
  if (node.kind === 'attribute') {
    const object = compileExpression(node.object, plugins)
    return (frame) => attribute(object(frame), node.name)
  }
  const code = compileExpression(node, plugins)
  return node.kind === 'name' ? (frame) => lookUp(node.name, frame) ?? code(frame) : code
}

const compileTest = (node: TestNode, plugins: Plugins): Code => {
  const given = compileArguments(node.arguments, plugins)
  const test = findPlugin(plugins.tests, node.name)
  const object = (test?.seesRaw ? compileRaw : compileExpression)(node.object, plugins)
  const what = `the test '${node.name}'`
  return guarded(node.offset, (frame) => {
    if (test === undefined) return unknown('test', node.name, plugins.tests.keys())
    const input = object(frame)
    const { positional, named } = given(frame)
    const result = callPlugin(what, test, input, positional, named, frame.run)
    return result instanceof Undefined ? result : result !== node.isNegated
  })
}

/** The Failure for a filter or test that does not exist. */
export const unknown = (kind: 'filter' | 'test', name: string, known: Iterable<string>): never => {
  const near = nearest(name.split('.').at(-1)!, known)
  return fail(`unknown ${kind} '${name}'`, near && `did you mean '${near}'?`)
}

/** Whether a value can be called, for `is callable`. */
export const isCallable = (value: Value): boolean => value instanceof Callable || value instanceof Loop
