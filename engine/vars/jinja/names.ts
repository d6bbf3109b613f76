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

type Bound = ReadonlySet<string>

const targetNames = (target: Target): string[] => {
  if (target.kind === 'targets') return target.items.flatMap(targetNames)
  return target.kind === 'name' ? [target.name] : []
}

/** Walks syntax trees and reports each use of a name that nothing inside the template binds. */
const walk = (body: readonly Statement[], outer: Bound, use: (name: string) => void): void => {
  const bound = new Set(outer)
  const uses = (node: Expression | undefined, known: Bound = bound): void => {
    if (node === undefined) return
    if (node.kind === 'name' && !known.has(node.name)) use(node.name)
    for (const child of children(node)) uses(child, known)
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

/** The names that statements use and do not bind themselves. */
export const freeNames = (body: readonly Statement[]): Set<string> => {
  const names = new Set<string>()
  walk(body, new Set(), (name) => names.add(name))
  return names
}

/** The names of an expression. */
export const namesOf = (expression: Expression): Set<string> =>
  freeNames([{ kind: 'do', expression, offset: expression.offset }])

/** Whether a macro's body uses one of the names that are bound for it on demand. */
export const mentions = (body: readonly Statement[], name: string): boolean => {
  let isUsed = false
  walk(body, new Set(), (used) => {
    isUsed ||= used === name
  })
  return isUsed
}
