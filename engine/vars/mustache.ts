import mustache from 'mustache'
import { Failure, type Position } from '../failure.ts'
import { suggest } from '../nearest.ts'

type Span = readonly [kind: string, name: string, start: number, end: number, children?: unknown, ...rest: unknown[]]

const positionAt = (source: string, file: string, offset: number): Position => {
  const before = source.slice(0, offset)
  return { file, line: before.split('\n').length, column: offset - before.lastIndexOf('\n') }
}

const isTrue = (value: unknown): boolean =>
  !(
    value === undefined ||
    value === null ||
    value === false ||
    value === '' ||
    (Array.isArray(value) && value.length === 0)
  )

/** The value of a dotted name, looked up from the innermost context; undefined when nobody has it. */
const lookUp = (contexts: readonly unknown[], name: string): { value: unknown } | undefined => {
  if (name === '.') return { value: contexts.at(-1) }
  const [first = '', ...rest] = name.split('.')
  for (const context of contexts.toReversed()) {
    if (context === null || typeof context !== 'object' || !(first in context)) continue
    let value: unknown = (context as Record<string, unknown>)[first]
    for (const part of rest) {
      if (value === null || typeof value !== 'object' || !(part in value)) return undefined
      value = (value as Record<string, unknown>)[part]
    }
    return { value }
  }
  return undefined
}

const keysOf = (value: unknown): string[] => (value !== null && typeof value === 'object' ? Object.keys(value) : [])

/** The part of a dotted name that is missing, and the names that stand in its place. */
const missingPart = (contexts: readonly unknown[], name: string): { part: string; known: string[] } => {
  const [first = '', ...rest] = name.split('.')
  let holder = lookUp(contexts, first)
  if (holder === undefined) return { part: first, known: [...new Set(contexts.flatMap(keysOf))] }
  for (const part of rest) {
    const next: { value: unknown } | undefined = lookUp([holder.value], part)
    if (next === undefined) return { part, known: keysOf(holder.value) }
    holder = next
  }
  return { part: first, known: [] }
}

/**
 * Renders a `.mustache` file: unescaped, as configuration files need it, and strict. A name that the data does not have is
 * a Failure 'template.undefined' with file, line and column; sections over a missing name are one too, `{{^name}}` is not:
 * it asks whether something is there.
 */
export const renderMustache = (source: string, file: string, data: Readonly<Record<string, unknown>>): string => {
  let spans: readonly Span[]
  try {
    spans = mustache.parse(source) as unknown as readonly Span[]
  } catch (cause) {
    const [, message = String(cause), offset] =
      /^(?:Error: )?(.*?)(?: at (\d+))?$/s.exec(cause instanceof Error ? cause.message : String(cause)) ?? []
    throw new Failure('template.syntax', `Mustache: ${message}`, {
      at: positionAt(source, file, Number(offset ?? 0)),
      hint: 'each {{ needs its }}, each {{#name}} its {{/name}}',
      cause,
    })
  }
  const valueAt = (contexts: readonly unknown[], name: string, start: number): unknown => {
    const found = lookUp(contexts, name)
    if (found) return found.value
    const { part, known } = missingPart(contexts, name)
    const at = positionAt(source, file, start)
    throw new Failure('template.undefined', `'${name}' is not known here`, { at, hint: suggest(part, known) })
  }
  const printed = (value: unknown, name: string, start: number): string => {
    if (typeof value !== 'object' || value === null) return String(value ?? '')
    const message = `'${name}' is a ${Array.isArray(value) ? 'list' : 'dictionary'}, which has no text of its own`
    const hint = `write {{#${name}}} … {{/${name}}} around the lines that print its parts`
    throw new Failure('template.value', message, { at: positionAt(source, file, start), hint })
  }
  const render = (part: readonly Span[], contexts: readonly unknown[]): string =>
    part
      .map(([kind, name, start, , children]) => {
        const inner = children as readonly Span[]
        if (kind === 'text') return name
        if (kind === 'name' || kind === '&') return printed(valueAt(contexts, name, start), name, start)
        if (kind === '^') return isTrue(lookUp(contexts, name)?.value) ? '' : render(inner, contexts)
        if (kind === '#') {
          const value = valueAt(contexts, name, start)
          if (!isTrue(value)) return ''
          if (Array.isArray(value)) return value.map((item) => render(inner, [...contexts, item])).join('')
          return render(inner, [...contexts, value])
        }
        if (kind === '>') {
          throw new Failure('template.syntax', `the partial '${name}' cannot be used here`, {
            at: positionAt(source, file, start),
            hint: 'write its lines into the file',
          })
        }
        return ''
      })
      .join('')
  return render(spans, [data])
}
