import type { Context } from '../context.ts'
import type { Value } from '../value.ts'

/** What a lookup needs of the evaluation that calls it. */
export type LookupContext = Pick<Context, 'scope' | 'surroundings' | 'templar' | 'base' | 'settle' | 'resolve'>

/** A lookup: from its terms and options to a list of results. Terms and options arrive fully evaluated. */
export type Lookup = (terms: Value[], options: ReadonlyMap<string, Value>, context: LookupContext) => Value[]
