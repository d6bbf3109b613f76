import type { Filter, Test } from '../context.ts'
import type { Value } from '../value.ts'
import type { Frame, Run } from './runtime.ts'

/** What a name that no scope knows stands for; made for each use, as functions act on the evaluation they are called in. */
export type Global = (run: Run, frame: Frame) => Value

/** Everything that templates can call by name. */
export type Plugins = {
  readonly filters: ReadonlyMap<string, Filter>
  readonly tests: ReadonlyMap<string, Test>
  readonly globals: ReadonlyMap<string, Global>
}

/** The collections whose filters and tests live here under their short names. */
const collection = /^(?:ansible\.(?:builtin|legacy|posix|utils|netcommon)|community\.(?:general|crypto))\.(?=[^.]+$)/

/** A filter or test by its short or fully qualified name. */
export const findPlugin = <T>(plugins: ReadonlyMap<string, T>, name: string): T | undefined =>
  plugins.get(name) ?? plugins.get(name.replace(collection, ''))
