import { nearest } from '../nearest.ts'
import type { Context, Parameters } from './context.ts'
import { fail } from './python/failing.ts'
import { dict } from './python/sequence.ts'
import { Undefined, type Value } from './value.ts'

const noNames: ReadonlyMap<string, Value> = new Map()

const isPlain = (parameters: Parameters): boolean => !parameters.some((name) => name.startsWith('*'))

/** Arguments in the order of a plugin's parameters. Throws a Failure for too many or unknown ones. */
export const bind = (
  what: string,
  parameters: Parameters,
  positional: Value[],
  named = noNames,
): (Value | undefined)[] => {
  if (named.size === 0 && positional.length <= parameters.length && isPlain(parameters)) return positional
  const single = parameters.filter((name) => !name.startsWith('*'))
  const bound: (Value | undefined)[] = single.map((name, index) => positional[index] ?? named.get(name))
  const others = [...named].filter(([name]) => !single.includes(name))
  const rest = parameters.find((name) => name.startsWith('*') && !name.startsWith('**'))
  const namedRest = parameters.find((name) => name.startsWith('**'))
  if (rest === undefined && positional.length > single.length) {
    return fail(`${what} takes at most ${single.length} arguments, not ${positional.length}`, describe(parameters))
  }
  const [unknown] = others
  if (namedRest === undefined && unknown !== undefined) {
    const near = nearest(unknown[0], single)
    return fail(`${what} has no argument '${unknown[0]}'`, near ? `did you mean '${near}'?` : describe(parameters))
  }
  if (rest !== undefined) bound.push(positional.slice(single.length))
  if (namedRest !== undefined) bound.push(dict(others))
  return bound
}

const describe = (parameters: Parameters): string =>
  parameters.length === 0 ? 'it takes no arguments' : `its arguments are: ${parameters.join(', ')}`

type Plugin<Result> = {
  readonly parameters: Parameters
  readonly isLazy?: true
  readonly acceptsUndefined?: true
  readonly apply: (input: Value, given: (Value | undefined)[], context: Context) => Result
}

/**
 * Calls a filter or test: evaluates its values first unless it is lazy. The first Undefined among them is handed
 * back instead of a result, unless the plugin wants to see it.
 */
export const callPlugin = <Result>(
  what: string,
  plugin: Plugin<Result>,
  input: Value,
  positional: Value[],
  named: ReadonlyMap<string, Value> | undefined,
  context: Context,
): Result | Undefined => {
  if (!plugin.acceptsUndefined) {
    if (input instanceof Undefined) return input
    for (const value of positional) if (value instanceof Undefined) return value
    if (named) for (const value of named.values()) if (value instanceof Undefined) return value
  }
  if (plugin.isLazy || plugin.acceptsUndefined)
    return plugin.apply(input, bind(what, plugin.parameters, positional, named), context)
  const given = bind(what, plugin.parameters, positional, named)
  return plugin.apply(
    context.resolve(input),
    given.map((value) => (value === undefined ? undefined : context.resolve(value))),
    context,
  )
}
