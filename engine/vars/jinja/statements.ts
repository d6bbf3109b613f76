import { nearest } from '../../nearest.ts'
import type { Call, Expression, FilterNode, Parameters, Statement, Target } from './ast.ts'
import { parseExpression, parseFilter, parseTuple } from './expressions.ts'
import type { Token } from './lexer.ts'
import { SyntaxProblem } from './source.ts'
import { shown, Tokens } from './tokens.ts'

type Parser = (tokens: Tokens, offset: number) => Statement

/** Statements until a tag that starts with one of `ends`; the tokens then stand on that tag's name. */
const parseBody = (
  tokens: Tokens,
  ends: readonly string[],
  opener: { name: string; offset: number } | undefined,
): Statement[] => {
  const body: Statement[] = []
  for (;;) {
    const token = tokens.next()
    if (token.type === 'eof') {
      if (opener === undefined) return body
      throw new SyntaxProblem(
        `this '${opener.name}' is never ended`,
        opener.offset,
        `end it with '{% ${ends.at(-1)} %}'`,
      )
    }
    if (token.type === 'data') body.push({ kind: 'text', value: token.value, offset: token.offset })
    else if (token.type === 'variable') {
      const expression = parseTuple(tokens)
      expectEnd(tokens)
      body.push({ kind: 'output', expression, offset: expression.offset })
    } else {
      if (tokens.current.type === 'name' && ends.includes(tokens.current.value)) return body
      body.push(parseStatement(tokens, token.offset, opener?.name))
    }
  }
}

const expectEnd = (tokens: Tokens): void => {
  if (tokens.current.type === 'end') {
    tokens.next()
    return
  }
  const { current } = tokens
  throw new SyntaxProblem(
    `expected the end of the tag but found ${shown(current)}`,
    current.offset,
    hintForRest(current),
  )
}

const hintForRest = (token: Token): string | undefined => {
  if (token.value === '=') return "write == to compare, or '{% set name = value %}' to assign"
  if (token.type === 'string' || token.type === 'name')
    return 'an operator, a comma or a quote may be missing before it'
  return undefined
}

const parseStatement = (tokens: Tokens, offset: number, opener: string | undefined): Statement => {
  const token = tokens.expectName('the name of a tag')
  const parser = parsers.get(token.value)
  if (parser) return parser(tokens, offset)
  const near = nearest(token.value, parsers.keys())
  throw new SyntaxProblem(
    opener === undefined ? `unknown tag '${token.value}'` : `unexpected tag '${token.value}' inside '${opener}'`,
    token.offset,
    token.value.startsWith('end') || token.value === 'else' || token.value === 'elif'
      ? 'it does not belong to an open tag'
      : near && `did you mean '${near}'?`,
  )
}

/** The body of a tag up to `end`, and the end of that closing tag. */
const bodyUntil = (tokens: Tokens, name: string, offset: number, end = `end${name}`): Statement[] => {
  expectEnd(tokens)
  const body = parseBody(tokens, [end], { name, offset })
  tokens.next()
  return body
}

const constants: ReadonlySet<string> = new Set(['true', 'True', 'false', 'False', 'none', 'None'])

const parseTargetItem = (tokens: Tokens, hasMembers: boolean): Target => {
  const { offset } = tokens.current
  if (tokens.take('(')) {
    const target = parseTarget(tokens, hasMembers)
    tokens.expect(')')
    return target
  }
  const { value: name } = tokens.expectName('a name to assign to')
  if (constants.has(name)) throw new SyntaxProblem(`'${name}' is a constant and cannot be assigned to`, offset)
  if (hasMembers && tokens.take('.')) return { kind: 'member', name, attribute: tokens.expectName().value, offset }
  return { kind: 'name', name, offset }
}

const parseTarget = (tokens: Tokens, hasMembers: boolean): Target => {
  const first = parseTargetItem(tokens, hasMembers)
  if (!tokens.isOperator(',')) return first
  const items = [first]
  while (tokens.take(',')) {
    if (tokens.current.type !== 'name' && !tokens.isOperator('(')) break
    if (tokens.isName('in')) break
    items.push(parseTargetItem(tokens, hasMembers))
  }
  return { kind: 'targets', items, offset: first.offset }
}

const parseIf: Parser = (tokens, offset) => {
  const branches: { test: Expression; body: Statement[] }[] = []
  let otherwise: Statement[] = []
  for (;;) {
    const test = parseTuple(tokens, false, false)
    expectEnd(tokens)
    branches.push({ test, body: parseBody(tokens, ['elif', 'else', 'endif'], { name: 'if', offset }) })
    const { value } = tokens.next()
    if (value === 'elif') continue
    if (value === 'else') otherwise = bodyUntil(tokens, 'if', offset)
    expectEnd(tokens)
    return { kind: 'if', branches, otherwise, offset }
  }
}

const parseFor: Parser = (tokens, offset) => {
  const target = parseTarget(tokens, false)
  if (target.kind === 'name' && target.name === 'loop')
    throw new SyntaxProblem("'loop' is the loop itself and cannot be its variable", target.offset)
  tokens.expect('in')
  const iterable = parseTuple(tokens, false, false)
  const filter = tokens.take('if') ? parseExpression(tokens) : undefined
  const isRecursive = tokens.take('recursive')
  expectEnd(tokens)
  tokens.loops++
  const body = parseBody(tokens, ['else', 'endfor'], { name: 'for', offset })
  tokens.loops--
  const otherwise = tokens.next().value === 'else' ? bodyUntil(tokens, 'for', offset) : []
  expectEnd(tokens)
  return { kind: 'for', target, iterable, filter, isRecursive, body, otherwise, offset }
}

const parseSet: Parser = (tokens, offset) => {
  const target = parseTarget(tokens, true)
  if (tokens.take('=')) {
    const value = parseTuple(tokens)
    expectEnd(tokens)
    return { kind: 'set', target, value, offset }
  }
  const filter = parseFilterChain(tokens)
  const body = bodyUntil(tokens, 'set', offset)
  expectEnd(tokens)
  return { kind: 'setblock', target, filter, body, offset }
}

/** `| a | b(c)` without an object. */
const parseFilterChain = (tokens: Tokens): FilterNode | undefined => {
  let filter: FilterNode | undefined
  while (tokens.take('|')) filter = parseFilter(tokens, filter)
  return filter
}

const parseParameters = (tokens: Tokens): Parameters => {
  const names: string[] = []
  const defaults: Expression[] = []
  tokens.expect('(')
  while (!tokens.isOperator(')')) {
    if (names.length > 0) {
      tokens.expect(',')
      if (tokens.isOperator(')')) break
    }
    const { value, offset } = tokens.expectName('the name of a parameter')
    if (names.includes(value)) throw new SyntaxProblem(`there are two parameters '${value}'`, offset)
    names.push(value)
    if (tokens.take('=')) defaults.push(parseExpression(tokens))
    else if (defaults.length > 0)
      throw new SyntaxProblem(`the parameter '${value}' needs a default, as one stands before it`, offset)
  }
  tokens.expect(')')
  return { names, defaults }
}

const parseMacro: Parser = (tokens, offset) => {
  const { value: name } = tokens.expectName('the name of the macro')
  const parameters = parseParameters(tokens)
  const at = parameters.names.indexOf('caller')
  if (at >= 0 && at < parameters.names.length - parameters.defaults.length)
    throw new SyntaxProblem(
      "the parameter 'caller' needs a default, as the macro may be called without a block",
      offset,
    )
  const { loops } = tokens
  tokens.loops = 0
  const body = bodyUntil(tokens, 'macro', offset)
  tokens.loops = loops
  tokens.take(name)
  expectEnd(tokens)
  return { kind: 'macro', name, parameters, body, offset }
}

const parseCall: Parser = (tokens, offset) => {
  const parameters = tokens.isOperator('(') ? parseParameters(tokens) : { names: [], defaults: [] }
  const call = parseExpression(tokens)
  if (call.kind !== 'call') throw new SyntaxProblem("'call' needs the call of a macro", call.offset)
  const body = bodyUntil(tokens, 'call', offset)
  expectEnd(tokens)
  return { kind: 'callblock', call: call as Call, parameters, body, offset }
}

const parseFilterBlock: Parser = (tokens, offset) => {
  let filter = parseFilter(tokens, undefined)
  while (tokens.take('|')) filter = parseFilter(tokens, filter)
  const body = bodyUntil(tokens, 'filter', offset)
  expectEnd(tokens)
  return { kind: 'filterblock', filter, body, offset }
}

const parseWith: Parser = (tokens, offset) => {
  const bindings: [Target, Expression][] = []
  while (tokens.current.type !== 'end') {
    if (bindings.length > 0) tokens.expect(',')
    const target = parseTarget(tokens, false)
    tokens.expect('=')
    bindings.push([target, parseExpression(tokens)])
  }
  const body = bodyUntil(tokens, 'with', offset)
  expectEnd(tokens)
  return { kind: 'with', bindings, body, offset }
}

const parseContext = (tokens: Tokens, hasContext: boolean): boolean => {
  const wanted = tokens.isName('with') || tokens.isName('without')
  if (!wanted || tokens.following.value !== 'context') return hasContext
  const isWith = tokens.next().value === 'with'
  tokens.next()
  return isWith
}

const parseInclude: Parser = (tokens, offset) => {
  const template = parseExpression(tokens)
  const isOptional = tokens.isName('ignore') && tokens.following.value === 'missing'
  if (isOptional) {
    tokens.next()
    tokens.next()
  }
  const hasContext = parseContext(tokens, true)
  expectEnd(tokens)
  return { kind: 'include', template, isOptional, hasContext, offset }
}

const parseImport: Parser = (tokens, offset) => {
  const template = parseExpression(tokens)
  tokens.expect('as')
  const { value: name } = tokens.expectName()
  const hasContext = parseContext(tokens, false)
  expectEnd(tokens)
  return { kind: 'import', template, name, hasContext, offset }
}

const parseFrom: Parser = (tokens, offset) => {
  const template = parseExpression(tokens)
  tokens.expect('import')
  const names: [string, string][] = []
  while (
    tokens.current.type === 'name' &&
    !(tokens.following.value === 'context' && ['with', 'without'].includes(tokens.current.value))
  ) {
    const { value } = tokens.next()
    names.push([value, tokens.take('as') ? tokens.expectName().value : value])
    if (!tokens.take(',')) break
  }
  if (names.length === 0) throw new SyntaxProblem("'from' needs the names to import", tokens.current.offset)
  const hasContext = parseContext(tokens, false)
  expectEnd(tokens)
  return { kind: 'from', template, names, hasContext, offset }
}

const parseBlock: Parser = (tokens, offset) => {
  const { value: name } = tokens.expectName('the name of the block')
  const isScoped = tokens.take('scoped')
  const isRequired = tokens.take('required')
  const body = bodyUntil(tokens, 'block', offset)
  tokens.take(name)
  expectEnd(tokens)
  return { kind: 'block', name, isScoped, isRequired, body, offset }
}

const parseExtends: Parser = (tokens, offset) => {
  const template = parseExpression(tokens)
  expectEnd(tokens)
  return { kind: 'extends', template, offset }
}

const parseDo: Parser = (tokens, offset) => {
  const expression = parseTuple(tokens)
  expectEnd(tokens)
  return { kind: 'do', expression, offset }
}

const parsePrint: Parser = (tokens, offset) => {
  const body: Statement[] = []
  while (tokens.current.type !== 'end') {
    if (body.length > 0) tokens.expect(',')
    const expression = parseExpression(tokens)
    body.push({ kind: 'output', expression, offset: expression.offset })
  }
  expectEnd(tokens)
  return body.length === 1 && body[0] ? body[0] : { kind: 'with', bindings: [], body, offset }
}

const parseFlow =
  (kind: 'break' | 'continue'): Parser =>
  (tokens, offset) => {
    expectEnd(tokens)
    if (tokens.loops === 0) throw new SyntaxProblem(`'${kind}' stands in no loop`, offset)
    return { kind, offset }
  }

/** `autoescape` changes nothing here: configuration files are never HTML-escaped. */
const parseAutoescape: Parser = (tokens, offset) => {
  parseExpression(tokens)
  const body = bodyUntil(tokens, 'autoescape', offset)
  expectEnd(tokens)
  return { kind: 'with', bindings: [], body, offset }
}

const parsers: ReadonlyMap<string, Parser> = new Map([
  ['autoescape', parseAutoescape],
  ['block', parseBlock],
  ['break', parseFlow('break')],
  ['call', parseCall],
  ['continue', parseFlow('continue')],
  ['do', parseDo],
  ['extends', parseExtends],
  ['filter', parseFilterBlock],
  ['for', parseFor],
  ['from', parseFrom],
  ['if', parseIf],
  ['import', parseImport],
  ['include', parseInclude],
  ['macro', parseMacro],
  ['print', parsePrint],
  ['set', parseSet],
  ['with', parseWith],
])

/** A template's statements. Throws a SyntaxProblem. */
export const parseTemplate = (all: readonly Token[]): Statement[] => parseBody(new Tokens(all), [], undefined)

/** A bare expression. Throws a SyntaxProblem. */
export const parseBareExpression = (all: readonly Token[]): Expression => {
  const tokens = new Tokens(all)
  const expression = parseExpression(tokens)
  if (tokens.current.type === 'eof') return expression
  const { current } = tokens
  throw new SyntaxProblem(
    `unexpected ${shown(current)} behind the expression`,
    current.offset,
    current.value === '=' ? 'write == to compare' : hintForRest(current),
  )
}
