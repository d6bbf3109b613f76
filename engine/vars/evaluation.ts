import { Failure, type Position } from '../failure.ts'
import { unknown } from './jinja/compile.ts'
import type { Library } from './jinja/library.ts'
import { findPlugin, type Plugins } from './jinja/plugins.ts'
import type { Blocks, Run, Unit } from './jinja/runtime.ts'
import type { Source } from './jinja/source.ts'
import { callPlugin } from './plugin.ts'
import { undefinedFailure } from './python/failing.ts'
import { resolveWith } from './resolve.ts'
import { emptyScope, type Scope } from './scope.ts'
import type { RenderOptions, Templar, TemplarSurroundings } from './templar.ts'
import { Template, Undefined, type Value, Vaulted } from './value.ts'

/** What the evaluations of one templar share. */
export type Engine = {
  readonly surroundings: TemplarSurroundings
  readonly templar: Templar
  readonly library: Library
  readonly plugins: Plugins
  nested(value: Template | Vaulted, scope: Scope, name: string): Value
}

/** One template or expression that is being evaluated in a scope. */
export class Evaluation implements Run {
  private readonly engine: Engine
  readonly source: Source
  readonly base: Position
  readonly scope: Scope
  readonly options: RenderOptions | undefined
  readonly blocks: Blocks = new Map()
  parent: Run['parent']

  constructor(engine: Engine, source: Source, base: Position, scope: Scope, options?: RenderOptions) {
    this.engine = engine
    this.source = source
    this.base = base
    this.scope = scope
    this.options = options
  }

  get surroundings(): TemplarSurroundings {
    return this.engine.surroundings
  }

  get templar(): Templar {
    return this.engine.templar
  }

  nested(value: Template | Vaulted, name: string): Value {
    return this.engine.nested(value, this.scope, name)
  }

  settle(value: Value): Value {
    return value instanceof Template || value instanceof Vaulted ? this.nested(value, '[]') : value
  }

  resolve(value: Value): Value {
    return resolveWith(this, value)
  }

  load(name: string, isAlone = false): { unit: Unit; run: Run } {
    const { options } = this
    if (!options?.load) {
      const hint = 'include, import and extends work in template files'
      throw new Failure('template.missing', `the template '${name}' cannot be loaded from here`, { hint })
    }
    const { source, file } = options.load(name)
    const start = { file, line: 1, column: 1 }
    const unit = this.engine.library.file(source, start, options)
    return { unit, run: new Evaluation(this.engine, unit.source, start, isAlone ? emptyScope : this.scope, options) }
  }

  filter(name: string, input: Value, positional: Value[], named?: ReadonlyMap<string, Value>): Value {
    const { filters } = this.engine.plugins
    const filter = findPlugin(filters, name) ?? unknown('filter', name, filters.keys())
    return callPlugin(`the filter '${name}'`, filter, input, positional, named, this)
  }

  isKnown(kind: 'filter' | 'test', name: string): boolean {
    const { filters, tests } = this.engine.plugins
    return findPlugin<unknown>(kind === 'filter' ? filters : tests, name) !== undefined
  }

  test(name: string, input: Value, positional: Value[], named?: ReadonlyMap<string, Value>): boolean {
    const { tests } = this.engine.plugins
    const test = findPlugin(tests, name) ?? unknown('test', name, tests.keys())
    const result = callPlugin(`the test '${name}'`, test, input, positional, named, this)
    if (result instanceof Undefined) throw undefinedFailure(result)
    return result
  }
}
