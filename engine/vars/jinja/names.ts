import type { Arguments, Expression, Parameters, Statement, Target } from './ast.ts'

const argumentsOf = (given: Arguments): Expression[] =>
  [...given.positional, ...given.named.map(([, value]) => value), given.rest, given.namedRest].filter(
    (part) => part !== undefined,
  )

/** The expressions directly inside an expression. */
const children = (node: Expression): (Expression | undefined)[] => {
  switch (node.kind) {
    case 'literal':
    case 'name':
      return []
    case 'list':
    case 'tuple':
      return [...node.items]
    case 'dict':
      return node.entries.flat()
    case 'attribute':
      return [node.object]
    case 'item':
      return [node.object, node.key]
    case 'slice':
      return [node.object, node.start, node.stop, node.step]
    case 'call':
      return [node.callee, ...argumentsOf(node.arguments)]
    case 'filter':
    case 'test':
      return [node.object, ...argumentsOf(node.arguments)]
    case 'conditional':
      return [node.test, node.body, node.otherwise]
    case 'and':
    case 'or':
    case 'binary':
      return [node.left, node.right]
    case 'not':
    case 'negative':
    case 'positive':
      return [node.operand]
    case 'concatenation':
      return [...node.parts]
    case 'comparison':
      return [node.left, ...node.rest.map(({ right }) => right)]
  }
}

/** A use of something by its name. */
export type Reference = {
  readonly kind: 'name' | 'filter' | 'test' | 'lookup'
  readonly name: string
  /** Of the name, in the template. */
  readonly offset: number
  /** It may be undefined: `x | default(1)`, `x is defined`. */
  readonly isOptional: boolean
}

type Use = (reference: Reference) => void

type Bound = ReadonlySet<string>

/** Filters and tests that take what is undefined, and the lookup that passes over it. */
const tolerant = new Set(['default', 'd', 'mandatory', 'defined', 'undefined', 'first_found'])

const lookups = new Set(['lookup', 'query', 'q'])

/** What an expression refers to besides the names of variables: a filter, a test or a lookup. */
const pluginOf = (node: Expression): Omit<Reference, 'isOptional'> | undefined => {
  if (node.kind === 'filter' || node.kind === 'test') return { kind: node.kind, name: node.name, offset: node.offset }
  if (node.kind !== 'call' || node.callee.kind !== 'name' || !lookups.has(node.callee.name)) return undefined
  const [first] = node.arguments.positional
  if (first?.kind !== 'literal' || typeof first.value !== 'string') return undefined
  return { kind: 'lookup', name: first.value, offset: first.offset }
}

const targetNames = (target: Target): string[] => {
  if (target.kind === 'targets') return target.items.flatMap(targetNames)
  return target.kind === 'name' ? [target.name] : []
}

/** Walks syntax trees and reports each use of a name that nothing inside the template binds. */
const walk = (body: readonly Statement[], outer: Bound, use: Use): void => {
  const bound = new Set(outer)
  const uses = (node: Expression | undefined, known: Bound = bound, isOptional = false): void => {
    if (node === undefined) return
    if (node.kind === 'name' && !known.has(node.name)) {
      use({ kind: 'name', name: node.name, offset: node.offset, isOptional })
    }
    const plugin = pluginOf(node)
    if (plugin) use({ ...plugin, isOptional })
    const isTolerated = plugin !== undefined && tolerant.has(plugin.name.replace(/^.*\./, ''))
    for (const child of children(node)) uses(child, known, isOptional || isTolerated)
  }
  const functionBody = (parameters: Parameters, inside: readonly Statement[]) => {
    for (const value of parameters.defaults) uses(value)
    walk(inside, new Set([...bound, ...parameters.names, 'varargs', 'kwargs', 'caller']), use)
  }
  for (const node of body) {
    switch (node.kind) {
      case 'text':
      case 'break':
      case 'continue':
        break
      case 'output':
      case 'do':
        uses(node.expression)
        break
      case 'if':
        for (const branch of node.branches) {
          uses(branch.test)
          walk(branch.body, bound, use)
        }
        walk(node.otherwise, bound, use)
        break
      case 'for': {
        uses(node.iterable)
        const inner = new Set([...bound, ...targetNames(node.target), 'loop'])
        uses(node.filter, inner)
        walk(node.body, inner, use)
        walk(node.otherwise, bound, use)
        break
      }
      case 'set':
        uses(node.value)
        for (const name of targetNames(node.target)) bound.add(name)
        break
      case 'setblock':
        uses(node.filter)
        walk(node.body, bound, use)
        for (const name of targetNames(node.target)) bound.add(name)
        break
      case 'macro':
        bound.add(node.name)
        functionBody(node.parameters, node.body)
        break
      case 'callblock':
        uses(node.call)
        functionBody(node.parameters, node.body)
        break
      case 'filterblock':
        uses(node.filter)
        walk(node.body, bound, use)
        break
      case 'with':
        for (const [, value] of node.bindings) uses(value)
        walk(node.body, new Set([...bound, ...node.bindings.flatMap(([target]) => targetNames(target))]), use)
        break
      case 'include':
      case 'extends':
        uses(node.template)
        break
      case 'import':
        uses(node.template)
        bound.add(node.name)
        break
      case 'from':
        uses(node.template)
        for (const [, name] of node.names) bound.add(name)
        break
      case 'block':
        walk(node.body, new Set([...bound, 'super', 'self']), use)
        break
    }
  }
}

/** What statements refer to and do not bind themselves. */
export const referencesIn = (body: readonly Statement[]): Reference[] => {
  const found: Reference[] = []
  walk(body, new Set(), (reference) => found.push(reference))
  return found
}

/** What an expression refers to. */
export const referencesOf = (expression: Expression): Reference[] =>
  referencesIn([{ kind: 'do', expression, offset: expression.offset }])

/** Whether a macro's body uses one of the names that are bound for it on demand. */
export const mentions = (body: readonly Statement[], name: string): boolean =>
  referencesIn(body).some((reference) => reference.kind === 'name' && reference.name === name)
