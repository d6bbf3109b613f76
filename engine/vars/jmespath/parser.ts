import { fromJson } from '../json.ts'
import { fail } from '../python/failing.ts'
import type { Value } from '../value.ts'
import { type Token, tokensOf } from './lexer.ts'

export type Query =
  | { readonly kind: 'current' }
  | { readonly kind: 'literal'; readonly value: Value }
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'slice'; readonly parts: readonly (number | undefined)[] }
  | { readonly kind: 'pipe' | 'sub' | 'and' | 'or'; readonly left: Query; readonly right: Query }
  | { readonly kind: 'not' | 'flatten' | 'values' | 'reference'; readonly inner: Query }
  /** Applies `right` to every item of what `left` gives: `[*]`, a slice, `[]`, `.*`, a filter. */
  | { readonly kind: 'project'; readonly left: Query; readonly right: Query }
  | { readonly kind: 'filter'; readonly left: Query; readonly condition: Query; readonly right: Query }
  | { readonly kind: 'compare'; readonly operator: string; readonly left: Query; readonly right: Query }
  | { readonly kind: 'list'; readonly items: readonly Query[] }
  | { readonly kind: 'dict'; readonly entries: readonly (readonly [string, Query])[] }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Query[] }

const powers: Readonly<Record<string, number>> = {
  '|': 1,
  '||': 2,
  '&&': 3,
  '==': 5,
  '!=': 5,
  '<': 5,
  '<=': 5,
  '>': 5,
  '>=': 5,
  '[]': 9,
  '*': 20,
  '[?': 21,
  '.': 40,
  '!': 45,
  '{': 50,
  '[': 55,
  '(': 60,
}
/** What stands behind a projection ends at anything that binds less. */
const projectionStop = 10

const current: Query = { kind: 'current' }

/** Parses a JMESPath expression. */
export const parseQuery = (source: string): Query => {
  const tokens = tokensOf(source)
  let position = 0
  const peek = (ahead = 0): Token => tokens[Math.min(position + ahead, tokens.length - 1)] as Token
  const is = (text: string, ahead = 0): boolean => peek(ahead).kind === 'operator' && peek(ahead).text === text
  const wrong = (): never => fail(`json_query: '${peek().text || 'the end'}' is not expected in the query '${source}'`)
  const expect = (text: string): void => {
    if (!is(text)) wrong()
    position++
  }

  const list = (end: string): Query[] => {
    const items: Query[] = []
    while (!is(end)) {
      items.push(expression(0))
      if (is(',')) position++
      else if (!is(end)) wrong()
    }
    position++
    return items
  }

  const dict = (): Query => {
    const entries: [string, Query][] = []
    while (!is('}')) {
      const key = peek()
      if (key.kind !== 'name') wrong()
      position++
      expect(':')
      entries.push([key.text, expression(0)])
      if (is(',')) position++
      else if (!is('}')) wrong()
    }
    position++
    return { kind: 'dict', entries }
  }

  /** What a projection applies to each item. */
  const afterProjection = (power: number): Query => {
    const next = peek()
    if (next.kind === 'end' || (next.kind === 'operator' && (powers[next.text] ?? 0) < projectionStop)) return current
    if (is('.')) {
      position++
      return afterDot(power)
    }
    if (is('[') || is('[?')) return expression(power)
    return wrong()
  }

  const afterDot = (power: number): Query => {
    if (is('[')) {
      position++
      return { kind: 'list', items: list(']') }
    }
    if (is('{')) {
      position++
      return dict()
    }
    if (peek().kind === 'name' || is('*')) return expression(power)
    return wrong()
  }

  /** Behind `[`: an index, a slice, `*]`. */
  const bracket = (left: Query): Query => {
    if (is('*') && is(']', 1)) {
      position += 2
      return { kind: 'project', left, right: afterProjection(20) }
    }
    const parts: (number | undefined)[] = [undefined]
    while (!is(']')) {
      if (is(':')) parts.push(undefined)
      else if (peek().kind === 'number') parts[parts.length - 1] = Number(peek().text)
      else wrong()
      position++
    }
    position++
    if (parts.length === 1) return { kind: 'sub', left, right: { kind: 'index', index: parts[0] ?? wrong() } }
    if (parts.length > 3) wrong()
    return { kind: 'project', left: { kind: 'sub', left, right: { kind: 'slice', parts } }, right: afterProjection(20) }
  }

  const filter = (left: Query): Query => {
    const condition = expression(0)
    expect(']')
    return { kind: 'filter', left, condition, right: is('[]') ? current : afterProjection(21) }
  }

  const prefix = (): Query => {
    const token = peek()
    position++
    if (token.kind === 'literal') return { kind: 'literal', value: fromJson(token.text) }
    if (token.kind === 'name') return { kind: 'field', name: token.text }
    switch (token.kind === 'operator' ? token.text : '') {
      case '@':
        return current
      case '*':
        return { kind: 'project', left: { kind: 'values', inner: current }, right: afterProjection(20) }
      case '!':
        return { kind: 'not', inner: expression(45) }
      case '&':
        return { kind: 'reference', inner: expression(0) }
      case '(': {
        const inner = expression(0)
        expect(')')
        return inner
      }
      case '{':
        return dict()
      case '[]':
        return { kind: 'project', left: { kind: 'flatten', inner: current }, right: afterProjection(9) }
      case '[?':
        return filter(current)
      case '[':
        if (peek().kind === 'number' || is(':') || (is('*') && is(']', 1))) return bracket(current)
        return { kind: 'list', items: list(']') }
      default:
        position--
        return wrong()
    }
  }

  const infix = (left: Query, operator: string): Query => {
    const power = powers[operator] as number
    switch (operator) {
      case '.':
        if (!is('*')) return { kind: 'sub', left, right: afterDot(power) }
        position++
        return { kind: 'project', left: { kind: 'values', inner: left }, right: afterProjection(20) }
      case '|':
        return { kind: 'pipe', left, right: expression(power) }
      case '||':
        return { kind: 'or', left, right: expression(power) }
      case '&&':
        return { kind: 'and', left, right: expression(power) }
      case '(':
        if (left.kind !== 'field') return wrong()
        return { kind: 'call', name: left.name, args: list(')') }
      case '[?':
        return filter(left)
      case '[]':
        return { kind: 'project', left: { kind: 'flatten', inner: left }, right: afterProjection(9) }
      case '[':
        return bracket(left)
      default:
        return { kind: 'compare', operator, left, right: expression(power) }
    }
  }

  const expression = (power: number): Query => {
    let left = prefix()
    for (;;) {
      const token = peek()
      if (token.kind !== 'operator' || (powers[token.text] ?? 0) <= power || ['!', '{', '*'].includes(token.text)) break
      position++
      left = infix(left, token.text)
    }
    return left
  }

  const query = expression(0)
  if (peek().kind !== 'end') wrong()
  return query
}
