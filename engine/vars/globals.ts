import type { Global } from './jinja/plugins.ts'
import { applyLookup } from './lookups/run.ts'
import { isTrue } from './python/compare.ts'
import { makeDict } from './python/containers.ts'
import { Datetime } from './python/datetime.ts'
import { fail } from './python/failing.ts'
import { Fields, Namespace } from './python/fields.ts'
import { asNumber } from './python/number.ts'
import { strftime } from './python/strftime.ts'
import { text } from './python/text.ts'
import { Callable, omit, Undefined, type Value } from './value.ts'

type Body = (positional: Value[], named: Map<string, Value>, run: Parameters<Global>[0]) => Value

const callable =
  (name: string, body: Body): Global =>
  (run) =>
    new Callable(name, (positional, named) => body(positional, named, run))

/** More than that is a mistake, and would fill the memory. */
const longestRange = 10_000_000

const range: Body = (positional) => {
  const [first, second, third] = positional.map((value) => {
    const number = asNumber(value)
    return number !== undefined && Number.isInteger(number) ? number : fail('range() needs integers')
  })
  if (first === undefined) return fail('range() needs at least one argument')
  const [start, stop, step] = second === undefined ? [0, first, 1] : [first, second, third ?? 1]
  if (step === 0) return fail('the step of range() must not be zero')
  if ((stop - start) / step > longestRange) return fail(`range() would make more than ${longestRange} numbers`)
  const all: Value[] = []
  for (let value = start; step > 0 ? value < stop : value > stop; value += step) all.push(value)
  return all
}

const lookup =
  (asList: boolean): Body =>
  ([name, ...terms], named, run) => {
    if (typeof name !== 'string') return fail('a lookup needs a name', "write lookup('file', 'path')")
    const options = new Map(named)
    const wantsList = asList || isTrue(options.get('wantlist') ?? false)
    const errors = text(options.get('errors') ?? 'strict')
    if (!['strict', 'warn', 'ignore'].includes(errors))
      return fail(`errors cannot be '${errors}'`, 'it may be strict, warn or ignore')
    for (const key of ['wantlist', 'errors', 'allow_unsafe']) options.delete(key)
    try {
      const found = applyLookup(name, terms, options, run)
      if (wantsList || found.length === 0) return found
      if (found.length === 1) return found[0]!
      return found.every((value) => typeof value === 'string') ? found.join(',') : found
    } catch (thrown) {
      if (errors === 'strict' || !(thrown instanceof Error)) throw thrown
      if (errors === 'warn') run.surroundings.warn(`the lookup '${name}' failed: ${thrown.message}`, run.base)
      return wantsList ? [] : null
    }
  }

const cycler: Body = (values) => {
  let index = 0
  const current = () => values[index % values.length] ?? null
  class Cycler extends Fields {
    override get(name: unknown): Value | undefined {
      if (name === 'current') return current()
      if (name === 'next') {
        return new Callable('next', () => {
          const value = current()
          index++
          return value
        })
      }
      if (name !== 'reset') return undefined
      return new Callable('reset', () => {
        index = 0
        return null
      })
    }
  }
  return new Cycler()
}

const joiner: Body = ([separator = ', '], named) => {
  let isUsed = false
  return new Callable('joiner', () => {
    if (isUsed) return named.get('sep') ?? separator
    isUsed = true
    return ''
  })
}

/** The functions and values that templates find when no scope knows the name. */
export const globals: ReadonlyMap<string, Global> = new Map<string, Global>([
  ['cycler', callable('cycler', cycler)],
  ['dict', callable('dict', (positional, named) => makeDict({ positional, named }))],
  ['joiner', callable('joiner', joiner)],
  ['lookup', callable('lookup', lookup(false))],
  ['namespace', callable('namespace', (positional, named) => new Namespace(makeDict({ positional, named })))],
  [
    'now',
    callable('now', ([utc, format], named) => {
      const isUtc = isTrue(named.get('utc') ?? utc ?? false)
      const shape = named.get('fmt') ?? format
      return shape === undefined || shape === null
        ? new Datetime(new Date(), isUtc)
        : strftime(text(shape), new Date(), isUtc)
    }),
  ],
  ['omit', () => omit],
  ['q', callable('q', lookup(true))],
  ['query', callable('query', lookup(true))],
  ['range', callable('range', range)],
  [
    'undef',
    callable(
      'undef',
      ([hint], named) =>
        new Undefined(text(named.get('hint') ?? hint ?? 'a mandatory variable has not been overridden')),
    ),
  ],
])
