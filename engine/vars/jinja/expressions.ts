import type { Arguments, BinaryOperator, Comparator, Expression, FilterNode } from './ast.ts'
import { SyntaxProblem } from './source.ts'
import { shown, type Tokens } from './tokens.ts'

const comparators: ReadonlySet<string> = new Set(['==', '!=', '<', '<=', '>', '>='])
const constants: ReadonlyMap<string, null | boolean> = new Map<string, null | boolean>([
  ['true', true],
  ['True', true],
  ['false', false],
  ['False', false],
  ['none', null],
  ['None', null],
])

/** `a if b else c`, the loosest binding; `isTest` leaves out the `if`, as in `for x in y if z`. */
export const parseExpression = (tokens: Tokens, hasConditional = true): Expression => {
  let expression = parseOr(tokens)
  while (hasConditional && tokens.isName('if')) {
    tokens.next()
    const test = parseOr(tokens)
    const otherwise = tokens.take('else') ? parseExpression(tokens) : undefined
    expression = { kind: 'conditional', test, body: expression, otherwise, offset: expression.offset }
  }
  return expression
}

const parseOr = (tokens: Tokens): Expression => {
  let left = parseAnd(tokens)
  while (tokens.isName('or')) {
    tokens.next()
    left = { kind: 'or', left, right: parseAnd(tokens), offset: left.offset }
  }
  return left
}

const parseAnd = (tokens: Tokens): Expression => {
  let left = parseNot(tokens)
  while (tokens.isName('and')) {
    tokens.next()
    left = { kind: 'and', left, right: parseNot(tokens), offset: left.offset }
  }
  return left
}

const parseNot = (tokens: Tokens): Expression => {
  if (!tokens.isName('not')) return parseComparison(tokens)
  const { offset } = tokens.next()
  return { kind: 'not', operand: parseNot(tokens), offset }
}

const takeComparator = (tokens: Tokens): Comparator | undefined => {
  if (tokens.current.type === 'operator' && comparators.has(tokens.current.value))
    return tokens.next().value as Comparator
  if (tokens.isName('in')) {
    tokens.next()
    return 'in'
  }
  if (tokens.isName('not') && tokens.following.type === 'name' && tokens.following.value === 'in') {
    tokens.next()
    tokens.next()
    return 'not in'
  }
  return undefined
}

const parseComparison = (tokens: Tokens): Expression => {
  const left = parseSum(tokens)
  const rest: { operator: Comparator; right: Expression }[] = []
  for (let operator = takeComparator(tokens); operator !== undefined; operator = takeComparator(tokens)) {
    rest.push({ operator, right: parseSum(tokens) })
  }
  return rest.length === 0 ? left : { kind: 'comparison', left, rest, offset: left.offset }
}

const parseBinary = (
  tokens: Tokens,
  operators: readonly string[],
  operand: (tokens: Tokens) => Expression,
): Expression => {
  let left = operand(tokens)
  while (tokens.current.type === 'operator' && operators.includes(tokens.current.value)) {
    const operator = tokens.next().value as BinaryOperator
    left = { kind: 'binary', operator, left, right: operand(tokens), offset: left.offset }
  }
  return left
}

const parseSum = (tokens: Tokens): Expression => parseBinary(tokens, ['+', '-'], parseConcatenation)

const parseConcatenation = (tokens: Tokens): Expression => {
  const first = parseProduct(tokens)
  const parts = [first]
  while (tokens.take('~')) parts.push(parseProduct(tokens))
  return parts.length === 1 ? first : { kind: 'concatenation', parts, offset: first.offset }
}

const parseProduct = (tokens: Tokens): Expression => parseBinary(tokens, ['*', '/', '//', '%'], parsePower)
const parsePower = (tokens: Tokens): Expression => parseBinary(tokens, ['**'], parseUnary)

const parseUnary = (tokens: Tokens, hasFilters = true): Expression => {
  const { offset } = tokens.current
  let node: Expression
  if (tokens.take('-')) node = { kind: 'negative', operand: parseUnary(tokens, false), offset }
  else if (tokens.take('+')) node = { kind: 'positive', operand: parseUnary(tokens, false), offset }
  else node = parsePrimary(tokens)
  node = parsePostfix(tokens, node)
  return hasFilters ? parseFilters(tokens, node) : node
}

const integerOf = (text: string): number | bigint => {
  const value = BigInt(text.replaceAll('_', ''))
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value
}

const parsePrimary = (tokens: Tokens): Expression => {
  const token = tokens.next()
  const { offset } = token
  switch (token.type) {
    case 'name': {
      const constant = constants.get(token.value)
      if (constant !== undefined) return { kind: 'literal', value: constant, isFloat: false, offset }
      return { kind: 'name', name: token.value, offset }
    }
    case 'string': {
      let value = token.value
      while (tokens.current.type === 'string') value += tokens.next().value
      return { kind: 'literal', value, isFloat: false, offset }
    }
    case 'integer':
      return { kind: 'literal', value: integerOf(token.value), isFloat: false, offset }
    case 'float':
      return { kind: 'literal', value: Number(token.value.replaceAll('_', '')), isFloat: true, offset }
    case 'operator':
      if (token.value === '(') {
        const inside = parseTuple(tokens, true)
        tokens.expect(')')
        return inside
      }
      if (token.value === '[') return parseList(tokens, offset)
      if (token.value === '{') return parseDict(tokens, offset)
      break
    case 'end':
    case 'eof':
      throw new SyntaxProblem(`expected an expression but found ${shown(token)}`, offset)
    default:
  }
  throw new SyntaxProblem(
    `unexpected ${shown(token)}`,
    offset,
    token.value === '%' ? "'{%' does not belong inside an expression" : undefined,
  )
}

/** `a` or `a, b`: an expression, or a tuple when commas follow. In parentheses it may be empty. */
export const parseTuple = (tokens: Tokens, isParenthesized = false, hasConditional = true): Expression => {
  const { offset } = tokens.current
  const items: Expression[] = []
  let isTuple = false
  const isOver = () =>
    tokens.current.type === 'end' || tokens.current.type === 'eof' || tokens.isOperator(')') || tokens.isOperator(':')
  while (!isOver()) {
    items.push(parseExpression(tokens, hasConditional))
    if (!tokens.take(',')) break
    isTuple = true
  }
  const [only] = items
  if (!isTuple && only) return only
  if (items.length === 0 && !isParenthesized)
    throw new SyntaxProblem(`expected an expression but found ${shown(tokens.current)}`, offset)
  return { kind: 'tuple', items, offset }
}

const parseList = (tokens: Tokens, offset: number): Expression => {
  const items: Expression[] = []
  while (!tokens.isOperator(']')) {
    if (items.length > 0) tokens.expect(',')
    if (tokens.isOperator(']')) break
    items.push(parseExpression(tokens))
  }
  tokens.expect(']')
  return { kind: 'list', items, offset }
}

const parseDict = (tokens: Tokens, offset: number): Expression => {
  const entries: [Expression, Expression][] = []
  while (!tokens.isOperator('}')) {
    if (entries.length > 0) tokens.expect(',')
    if (tokens.isOperator('}')) break
    const key = parseExpression(tokens)
    tokens.expect(':')
    entries.push([key, parseExpression(tokens)])
  }
  tokens.expect('}')
  return { kind: 'dict', entries, offset }
}

const parsePostfix = (tokens: Tokens, start: Expression): Expression => {
  let node = start
  for (;;) {
    const { offset } = tokens.current
    if (tokens.isOperator('.')) {
      tokens.next()
      const token = tokens.next()
      if (token.type === 'name') node = { kind: 'attribute', object: node, name: token.value, offset }
      else if (token.type === 'integer') {
        node = {
          kind: 'item',
          object: node,
          key: { kind: 'literal', value: integerOf(token.value), isFloat: false, offset: token.offset },
          offset,
        }
      } else throw new SyntaxProblem(`expected a name or number after '.' but found ${shown(token)}`, token.offset)
    } else if (tokens.isOperator('[')) node = parseSubscript(tokens, node)
    else if (tokens.isOperator('('))
      node = { kind: 'call', callee: node, arguments: parseArguments(tokens), offset: node.offset }
    else return node
  }
}

const parseSubscript = (tokens: Tokens, object: Expression): Expression => {
  const { offset } = tokens.expect('[')
  const part = () => (tokens.isOperator(':') || tokens.isOperator(']') ? undefined : parseExpression(tokens))
  const start = part()
  if (tokens.take(':')) {
    const stop = part()
    const step = tokens.take(':') ? part() : undefined
    tokens.expect(']')
    return { kind: 'slice', object, start, stop, step, offset }
  }
  if (start === undefined) throw new SyntaxProblem('expected an index or key between [ and ]', offset)
  if (tokens.isOperator(',')) {
    const items = [start]
    while (tokens.take(',')) if (!tokens.isOperator(']')) items.push(parseExpression(tokens))
    tokens.expect(']')
    return { kind: 'item', object, key: { kind: 'tuple', items, offset }, offset }
  }
  tokens.expect(']')
  return { kind: 'item', object, key: start, offset }
}

/** `(a, b, name=c, *list, **dict)`. */
export const parseArguments = (tokens: Tokens): Arguments => {
  tokens.expect('(')
  const positional: Expression[] = []
  const named: [string, Expression][] = []
  let rest: Expression | undefined
  let namedRest: Expression | undefined
  let isFirst = true
  while (!tokens.isOperator(')')) {
    if (!isFirst) {
      tokens.expect(',')
      if (tokens.isOperator(')')) break
    }
    isFirst = false
    const { current, following } = tokens
    if (namedRest || (rest && tokens.isOperator('*')))
      throw new SyntaxProblem('nothing stands behind **, and * stands once', current.offset)
    if (tokens.take('**')) namedRest = parseExpression(tokens)
    else if (tokens.take('*')) rest = parseExpression(tokens)
    else if (current.type === 'name' && following.type === 'operator' && following.value === '=') {
      tokens.next()
      tokens.next()
      if (named.some(([name]) => name === current.value))
        throw new SyntaxProblem(`the argument '${current.value}' is given twice`, current.offset)
      named.push([current.value, parseExpression(tokens)])
    } else {
      if (named.length > 0 || namedRest)
        throw new SyntaxProblem('an argument without a name stands after one with a name', current.offset)
      positional.push(parseExpression(tokens))
    }
  }
  tokens.expect(')')
  return { positional, named, rest, namedRest }
}

const noArguments: Arguments = { positional: [], named: [], rest: undefined, namedRest: undefined }

const dottedName = (tokens: Tokens, what: string): string => {
  let name = tokens.expectName(what).value
  while (tokens.isOperator('.')) {
    tokens.next()
    name += `.${tokens.expectName(what).value}`
  }
  return name
}

/** One filter behind a `|` that has been read. */
export const parseFilter = (tokens: Tokens, object: Expression | undefined): FilterNode => {
  const { offset } = tokens.current
  const name = dottedName(tokens, 'the name of a filter')
  return {
    kind: 'filter',
    name,
    object,
    arguments: tokens.isOperator('(') ? parseArguments(tokens) : noArguments,
    offset,
  }
}

const parseFilters = (tokens: Tokens, start: Expression): Expression => {
  let node = start
  for (;;) {
    if (tokens.take('|')) node = parseFilter(tokens, node)
    else if (tokens.isName('is')) node = parseTest(tokens, node)
    else if (tokens.isOperator('('))
      node = { kind: 'call', callee: node, arguments: parseArguments(tokens), offset: node.offset }
    else return node
  }
}

const parseTest = (tokens: Tokens, object: Expression): Expression => {
  tokens.next()
  const { offset } = tokens.current
  const isNegated = tokens.take('not')
  const name = dottedName(tokens, 'the name of a test')
  let given = noArguments
  const { current } = tokens
  if (tokens.isOperator('(')) given = parseArguments(tokens)
  else {
    const isOperand =
      (current.type === 'name' && !['else', 'or', 'and', 'if', 'is', 'in', 'not'].includes(current.value)) ||
      current.type === 'string' ||
      current.type === 'integer' ||
      current.type === 'float' ||
      tokens.isOperator('[') ||
      tokens.isOperator('{')
    if (isOperand) given = { ...noArguments, positional: [parsePostfix(tokens, parsePrimary(tokens))] }
  }
  if (tokens.isName('is'))
    throw new SyntaxProblem('tests cannot be chained: put the first in brackets', tokens.current.offset)
  return { kind: 'test', name, object, arguments: given, isNegated, offset }
}
