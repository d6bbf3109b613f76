import type { Position } from '../failure.ts'
import type { Scope } from './scope.ts'
import type { Templar, TemplarSurroundings } from './templar.ts'
import type { Value } from './value.ts'

/** What filters, tests, lookups and functions see of the evaluation that they are part of. */
export type Context = {
  readonly scope: Scope
  readonly surroundings: TemplarSurroundings
  readonly templar: Templar
  /** Where the template or expression starts. */
  readonly base: Position
  /** The value itself when it is a Template or Vaulted; what lies inside a container stays as it is. */
  settle(value: Value): Value
  /** The value with everything inside evaluated; an Undefined anywhere is a Failure. */
  resolve(value: Value): Value
  /** Applies a filter or a test by name, as `map` and `select` do. */
  filter(name: string, input: Value, positional: Value[], named?: ReadonlyMap<string, Value>): Value
  /** Whether there is a filter or test of the name. */
  isKnown(kind: 'filter' | 'test', name: string): boolean
  test(name: string, input: Value, positional: Value[], named?: ReadonlyMap<string, Value>): boolean
}

/** What a plugin's arguments are called: `*name` takes all further positional ones as a list, `**name` the other named ones as a dict. */
export type Parameters = readonly string[]

type Plugin<Result> = {
  readonly parameters: Parameters
  /**
   * Values arrive fully evaluated. A lazy plugin gets them as they stand: containers may hold templates, which it
   * settles one by one, so that a filter over all hosts' variables evaluates only what it looks at.
   */
  readonly isLazy?: true
  /** Undefined values are passed on to it; for all others they end the evaluation. */
  readonly acceptsUndefined?: true
  /** `given` are the arguments in the order of `parameters`; those not given are undefined. */
  readonly apply: (input: Value, given: (Value | undefined)[], context: Context) => Result
}

export type Filter = Plugin<Value>
export type Test = Plugin<boolean> & {
  /** A variable arrives as it was written down, be it a template or a vault. */
  readonly seesRaw?: true
}
