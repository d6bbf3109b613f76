import { Failure, type Position } from '../failure.ts'
import { classicValue } from './classic.ts'
import { type Engine, Evaluation } from './evaluation.ts'
import { renderUnit } from './jinja/composition.ts'
import { readHeader } from './jinja/header.ts'
import { createLibrary, newlines } from './jinja/library.ts'
import { concatenate, Frame, joined, located, type Run, type Unit } from './jinja/runtime.ts'
import { Source } from './jinja/source.ts'
import { plugins } from './plugins.ts'
import { isTrue } from './python/compare.ts'
import { Blank } from './python/failing.ts'
import { typeName } from './python/type.ts'
import { resolveWith } from './resolve.ts'
import type { Scope } from './scope.ts'
import type { RenderOptions, Templar, TemplarSurroundings } from './templar.ts'
import { holdsTemplate, Template, Undefined, type Value, Vaulted } from './value.ts'

/** A variable that is being evaluated, for finding loops. */
type Pending = { readonly template: Template | Vaulted; readonly scope: Scope; readonly name: string }

const deepest = 400
const nowhere: Position = { file: '', line: 1, column: 1 }

const unitValue = (unit: Unit, run: Run): Value => {
  if (unit.expression) return unit.expression(new Frame(run))
  const out: Value[] = []
  renderUnit(unit, new Frame(run), out)
  return concatenate(out)
}

/** The value of a template by the rules before 2.19. */
const classic = (template: Template, unit: Unit, value: Value): Value => {
  if (value instanceof Blank) return ''
  return value instanceof Undefined || unit.isText ? value : classicValue(template.source, value)
}

const trailing = (content: string): number => content.length - content.replace(/\n+$/, '').length

/** A template's last newlines survive even where a tag before them swallowed one. */
const withTrailingNewlines = (result: string, source: string, options: RenderOptions): string => {
  if (options.keepTrailingNewline === false) return result
  return result + '\n'.repeat(Math.max(0, trailing(newlines(source)) - trailing(result)))
}

/** Makes the templar of a run: compiled templates and decrypted texts live as long as it does. */
export const createTemplar = (surroundings: TemplarSurroundings): Templar => {
  const library = createLibrary(plugins)
  const decrypted = new WeakMap<Vaulted, string | Template>()
  const pending: Pending[] = []
  const isClassic = surroundings.compat === '2.18'

  const evaluateShallow = (template: Template, scope: Scope): Value => {
    const unit = library.playbook(template.source, template.at)
    const run = new Evaluation(engine, unit.source, template.at, scope)
    const value = unitValue(unit, run)
    return isClassic ? classic(template, unit, value instanceof Undefined ? value : run.resolve(value)) : value
  }
  const reveal = (value: Vaulted): string | Template => {
    const known = decrypted.get(value)
    if (known !== undefined) return known
    const plain = surroundings.decrypt(value.ciphertext, value.at)
    const result = holdsTemplate(plain) ? new Template(plain, value.at) : plain
    decrypted.set(value, result)
    return result
  }
  const checkLoop = (value: Template | Vaulted, scope: Scope, name: string): void => {
    const first = pending.findIndex((one) => one.template === value && one.scope === scope)
    if (first < 0 && pending.length < deepest) return
    const chain = [...pending.slice(first < 0 ? -10 : first).map((one) => one.name), name].join(' -> ')
    const message =
      first < 0 ? `variables are nested too deeply: … -> ${chain}` : `the variable '${name}' refers to itself: ${chain}`
    throw new Failure('template.recursion', message, {
      at: value.at,
      hint: 'give one of them another name or a value of its own',
    })
  }

  const engine: Engine = {
    surroundings,
    library,
    plugins,
    get templar() {
      return templar
    },
    /** The value of a Template or Vaulted found under a name; what lies inside containers stays lazy. */
    nested(value, scope, name) {
      if (pending.length > 0) checkLoop(value, scope, name)
      pending.push({ template: value, scope, name })
      try {
        const plain = value instanceof Template ? value : reveal(value)
        return typeof plain === 'string' ? plain : evaluateShallow(plain, scope)
      } catch (thrown) {
        // A variable made of an undefined one is itself undefined: `default` and `is defined` may look at it.
        if (thrown instanceof Failure && thrown.code === 'template.undefined' && thrown.cause instanceof Undefined) {
          return thrown.cause
        }
        throw thrown
      } finally {
        pending.pop()
      }
    },
  }

  /** Evaluates at the outermost level: the result is deeply resolved, an Undefined is a Failure. */
  const outermost = (source: Source, base: Position, scope: Scope, evaluate: (run: Run) => Value): Value => {
    const run = new Evaluation(engine, source, base, scope)
    try {
      return resolveWith(run, evaluate(run))
    } catch (thrown) {
      throw located(thrown, new Frame(run), 0)
    }
  }

  const expression = (text: string, at: Position, scope: Scope): Value => {
    const { source, code } = library.expression(text, at)
    return outermost(source, at, scope, (run) => code(new Frame(run)))
  }

  /** The value of a condition as it is written: text is an expression, a template is evaluated. */
  const conditionValue = (source: Value, at: Position, scope: Scope): Value => {
    if (typeof source === 'string') return expression(source, at, scope)
    const value = templar.resolve(source, scope)
    if (!(source instanceof Template) || typeof value !== 'string' || !isClassic) return value
    return expression(value, source.at, scope)
  }

  const templar: Templar = {
    evaluate(template, scope) {
      const unit = library.playbook(template.source, template.at)
      return outermost(unit.source, template.at, scope, (run) => {
        const value = unitValue(unit, run)
        return isClassic ? classic(template, unit, value instanceof Undefined ? value : run.resolve(value)) : value
      })
    },
    expression,
    condition(source, at, scope) {
      if (Array.isArray(source)) return source.every((part) => templar.condition(part, at, scope))
      if (source === null || source === '') return true
      const value = conditionValue(source, at, scope)
      if (typeof value === 'boolean') return value
      const holds = isTrue(value)
      if (!isClassic) {
        surroundings.warn(
          `the condition is ${holds ? 'true' : 'false'} because of a value of type '${typeName(value)}'; ` +
            "a condition should be a boolean: compare it, or write '| bool' or '| length > 0'",
          at,
        )
      }
      return holds
    },
    resolve(value, scope) {
      if (value === null || typeof value !== 'object') return value
      if (value instanceof Template) return templar.evaluate(value, scope)
      return outermost(new Source(''), value instanceof Vaulted ? value.at : nowhere, scope, () => value)
    },
    render(content, file, scope, given = {}) {
      const { body, line, options } = readHeader(content, given)
      const base = { file, line, column: 1 }
      const unit = library.file(body, base, options)
      const run = new Evaluation(engine, unit.source, base, scope, options)
      const out: Value[] = []
      try {
        renderUnit(unit, new Frame(run), out)
      } catch (thrown) {
        throw located(thrown, new Frame(run), 0)
      }
      const result = withTrailingNewlines(joined(out), body, options)
      const { newline = '\n' } = options
      return newline === '\n' ? result : result.replaceAll('\n', newline)
    },
    check: (text, at, kind) => void library.references(text, at, kind),
    references(text, at, kind) {
      if (kind !== 'file') return library.references(text, at, kind)
      const { body, line, options } = readHeader(text, {})
      return library.references(body, { ...at, line }, kind, options)
    },
  }
  return templar
}
