import { Failure, type Position } from '../failure.ts'
import { renderUnit } from './jinja/body.ts'
import { unknown } from './jinja/compile.ts'
import { defaultSyntax, type Syntax, tokenizeExpression, tokenizeTemplate } from './jinja/lexer.ts'
import { freeNames, namesOf } from './jinja/names.ts'
import { findPlugin } from './jinja/plugins.ts'
import { type Blocks, type Code, concatenate, Frame, joined, located, type Run, type Unit } from './jinja/runtime.ts'
import { Source, SyntaxProblem } from './jinja/source.ts'
import { parseBareExpression, parseTemplate } from './jinja/statements.ts'
import { compileBare, compileUnit } from './jinja/unit.ts'
import { callPlugin } from './plugin.ts'
import { plugins } from './plugins.ts'
import { isTrue } from './python/compare.ts'
import { undefinedFailure } from './python/failing.ts'
import { typeName } from './python/type.ts'
import { resolveWith } from './resolve.ts'
import type { Scope } from './scope.ts'
import type { RenderOptions, Templar, TemplarSurroundings } from './templar.ts'
import { holdsTemplate, Template, Undefined, type Value, Vaulted } from './value.ts'

const playbookSyntax: Syntax = { ...defaultSyntax, escapes: false }

/** How many compiled sources are kept; more than that are built on the fly and not worth keeping. */
const cacheSize = 20_000

const syntaxOf = (options: RenderOptions): Syntax => ({
  ...defaultSyntax,
  ...(options.variableStart !== undefined && { variableStart: options.variableStart }),
  ...(options.variableEnd !== undefined && { variableEnd: options.variableEnd }),
  ...(options.blockStart !== undefined && { blockStart: options.blockStart }),
  ...(options.blockEnd !== undefined && { blockEnd: options.blockEnd }),
  ...(options.trimBlocks !== undefined && { trimBlocks: options.trimBlocks }),
  ...(options.lstripBlocks !== undefined && { lstripBlocks: options.lstripBlocks }),
})

const newlines = (source: string): string => source.replaceAll('\r\n', '\n').replaceAll('\r', '\n')

/** A variable that is being evaluated, for finding loops. */
type Pending = { readonly template: Template | Vaulted; readonly scope: Scope; readonly name: string }

/** Makes the templar of a run: compiled templates and decrypted texts live as long as it does. */
export const createTemplar = (surroundings: TemplarSurroundings): Templar => {
  const playbookUnits = new Map<string, Unit>()
  const fileUnits = new Map<string, Unit>()
  const expressions = new Map<string, { source: Source; code: Code }>()
  const decrypted = new WeakMap<Vaulted, string | Template>()
  const pending: Pending[] = []

  const positioned = <T>(source: Source, base: Position, work: () => T): T => {
    try {
      return work()
    } catch (thrown) {
      throw thrown instanceof SyntaxProblem ? thrown.toFailure(source, base) : thrown
    }
  }
  const kept = <T>(cache: Map<string, T>, key: string, make: () => T): T => {
    const known = cache.get(key)
    if (known !== undefined) return known
    const made = make()
    if (cache.size >= cacheSize) cache.clear()
    cache.set(key, made)
    return made
  }
  const playbookUnit = (text: string, base: Position): Unit =>
    kept(playbookUnits, text, () => {
      const source = new Source(newlines(text))
      return positioned(source, base, () => compileUnit(source, playbookSyntax, plugins))
    })
  const fileUnit = (text: string, base: Position, options: RenderOptions): Unit => {
    const syntax = syntaxOf(options)
    return kept(fileUnits, JSON.stringify(syntax) + text, () => {
      const source = new Source(newlines(text).replace(/\n$/, ''))
      return positioned(source, base, () => compileUnit(source, syntax, plugins))
    })
  }
  const bare = (text: string, base: Position) =>
    kept(expressions, text, () => {
      const source = new Source(newlines(text))
      return { source, code: positioned(source, base, () => compileBare(source, plugins)) }
    })

  /** The value of a Template or Vaulted found under a name; what lies inside containers stays lazy. */
  const nested = (value: Template | Vaulted, scope: Scope, name: string): Value => {
    if (pending.length > 0) checkLoop(value, scope, name)
    pending.push({ template: value, scope, name })
    try {
      if (value instanceof Template) return evaluateShallow(value, scope)
      const plain = reveal(value)
      return typeof plain === 'string' ? plain : evaluateShallow(plain, scope)
    } catch (thrown) {
      // A variable made of an undefined one is itself undefined: `default` and `is defined` may look at it.
      if (thrown instanceof Failure && thrown.code === 'template.undefined' && thrown.cause instanceof Undefined)
        return thrown.cause
      throw thrown
    } finally {
      pending.pop()
    }
  }
  const checkLoop = (value: Template | Vaulted, scope: Scope, name: string): void => {
    const first = pending.findIndex((one) => one.template === value && one.scope === scope)
    if (first < 0 && pending.length < 500) return
    const chain = [...pending.slice(Math.max(first, pending.length - 20)).map((one) => one.name), name].join(' -> ')
    throw new Failure(
      'template.recursion',
      first < 0 ? `variables are nested too deeply: … ${chain}` : `the variable '${name}' refers to itself: ${chain}`,
      {
        at: value.at,
        hint: 'give one of them another name or a value of its own',
      },
    )
  }
  const reveal = (value: Vaulted): string | Template => {
    const known = decrypted.get(value)
    if (known !== undefined) return known
    const plain = surroundings.decrypt(value.ciphertext, value.at)
    const result = holdsTemplate(plain) ? new Template(plain, value.at) : plain
    decrypted.set(value, result)
    return result
  }

  const newRun = (
    source: Source,
    base: Position,
    scope: Scope,
    options?: RenderOptions,
    blocks: Blocks = new Map(),
  ): Run => {
    const run: Run = {
      scope,
      surroundings,
      templar,
      base,
      source,
      options,
      blocks,
      nested: (value, name) => nested(value, scope, name),
      settle: (value) => (value instanceof Template || value instanceof Vaulted ? nested(value, scope, '[]') : value),
      resolve: (value) => resolveWith(run, value),
      load(name) {
        if (!options?.load)
          throw new Failure('template.missing', `the template '${name}' cannot be loaded from here`, {
            hint: 'include, import and extends work in template files',
          })
        const { source: content, file } = options.load(name)
        const start = { file, line: 1, column: 1 }
        const unit = fileUnit(content, start, options)
        return { unit, run: newRun(unit.source, start, scope, options) }
      },
      filter(name, input, positional, named) {
        const filter = findPlugin(plugins.filters, name) ?? unknown('filter', name, plugins.filters.keys())
        return callPlugin(`the filter '${name}'`, filter, input, positional, named, run)
      },
      test(name, input, positional, named) {
        const test = findPlugin(plugins.tests, name) ?? unknown('test', name, plugins.tests.keys())
        const result = callPlugin(`the test '${name}'`, test, input, positional, named, run)
        if (result instanceof Undefined) throw undefinedFailure(result)
        return result
      },
    }
    return run
  }

  const unitValue = (unit: Unit, run: Run): Value => {
    if (unit.expression) return unit.expression(new Frame(run))
    const out: Value[] = []
    renderUnit(unit, new Frame(run), out)
    return concatenate(out)
  }
  const evaluateShallow = (template: Template, scope: Scope): Value => {
    const unit = playbookUnit(template.source, template.at)
    return unitValue(unit, newRun(unit.source, template.at, scope))
  }
  /** Evaluates at the outermost level: the result is deeply resolved, an Undefined is a Failure. */
  const outermost = (source: Source, base: Position, scope: Scope, evaluate: (run: Run) => Value): Value => {
    const run = newRun(source, base, scope)
    try {
      return resolveWith(run, evaluate(run))
    } catch (thrown) {
      throw located(thrown, new Frame(run), 0)
    }
  }

  const expression = (text: string, at: Position, scope: Scope): Value => {
    const { source, code } = bare(text, at)
    return outermost(source, at, scope, (run) => code(new Frame(run)))
  }

  const templar: Templar = {
    evaluate(template, scope) {
      const unit = playbookUnit(template.source, template.at)
      return outermost(unit.source, template.at, scope, (run) => unitValue(unit, run))
    },
    expression,
    condition(source, at, scope) {
      if (Array.isArray(source)) return source.every((part) => templar.condition(part, at, scope))
      if (source === null || source === '') return true
      let value: Value = source
      if (value instanceof Template) {
        const template = value
        value = templar.evaluate(template, scope)
        if (typeof value === 'string' && surroundings.compat === '2.18') value = expression(value, template.at, scope)
      } else if (typeof value === 'string') value = expression(value, at, scope)
      else value = templar.resolve(value, scope)
      if (typeof value === 'boolean') return value
      const holds = isTrue(value)
      if (surroundings.compat !== '2.18') {
        surroundings.warn(
          `the condition is ${holds ? 'true' : 'false'} because of a value of type '${typeName(value)}'; a condition should be a boolean, as of a comparison or '| bool'`,
          at,
        )
      }
      return holds
    },
    resolve(value, scope) {
      if (value === null || typeof value !== 'object') return value
      const base = value instanceof Template || value instanceof Vaulted ? value.at : { file: '', line: 1, column: 1 }
      return value instanceof Template
        ? templar.evaluate(value, scope)
        : outermost(new Source(''), base, scope, () => value)
    },
    render(content, file, scope, options = {}) {
      const { body, line, options: own } = withHeader(content, options)
      const base = { file, line, column: 1 }
      const unit = fileUnit(body, base, own)
      const run = newRun(unit.source, base, scope, own)
      const out: Value[] = []
      try {
        renderUnit(unit, new Frame(run), out)
      } catch (thrown) {
        throw located(thrown, new Frame(run), 0)
      }
      const result = withTrailingNewlines(joined(out), body, own)
      return own.newline === undefined || own.newline === '\n' ? result : result.replaceAll('\n', own.newline)
    },
    check(content, at, kind) {
      const source = new Source(newlines(content))
      positioned(source, at, () =>
        kind === 'template'
          ? parseTemplate(tokenizeTemplate(source.text, playbookSyntax))
          : parseBareExpression(tokenizeExpression(source.text)),
      )
    },
    names(content, at, kind) {
      const source = new Source(newlines(content))
      return positioned(source, at, () =>
        kind === 'template'
          ? freeNames(parseTemplate(tokenizeTemplate(source.text, playbookSyntax)))
          : namesOf(parseBareExpression(tokenizeExpression(source.text))),
      )
    },
  }
  return templar
}

const trailing = (content: string): number => content.length - content.replace(/\n+$/, '').length

/** A template's last newlines survive even where a tag before them swallowed one. */
const withTrailingNewlines = (result: string, source: string, options: RenderOptions): string => {
  if (options.keepTrailingNewline === false) return result
  return result + '\n'.repeat(Math.max(0, trailing(newlines(source)) - trailing(result)))
}

const headerKeys: Readonly<Record<string, keyof RenderOptions>> = {
  trim_blocks: 'trimBlocks',
  lstrip_blocks: 'lstripBlocks',
  keep_trailing_newline: 'keepTrailingNewline',
  newline_sequence: 'newline',
  variable_start_string: 'variableStart',
  variable_end_string: 'variableEnd',
  block_start_string: 'blockStart',
  block_end_string: 'blockEnd',
}

/** Takes the options of a first line `#jinja2: trim_blocks: False, …` off a template. */
const withHeader = (
  content: string,
  options: RenderOptions,
): { body: string; line: number; options: RenderOptions } => {
  const header = /^#jinja2:(.*)\n/.exec(content)
  if (header === null) return { body: content, line: 1, options }
  const own: Record<string, unknown> = { ...options }
  for (const pair of header[1]!.split(',')) {
    const [name = '', value = ''] = pair.split(/:(.*)/s).map((part) => part.trim())
    const key = headerKeys[name]
    if (key)
      own[key] = /^(True|False)$/i.test(value)
        ? /^true$/i.test(value)
        : value
            .replace(/^(['"])(.*)\1$/, '$2')
            .replaceAll('\\n', '\n')
            .replaceAll('\\r', '\r')
  }
  return { body: content.slice(header[0].length), line: 2, options: own as RenderOptions }
}
