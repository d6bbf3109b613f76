import { equal, order } from '../python/compare.ts'
import { timeArithmetic } from '../python/datetime.ts'
import { fail, undefinedFailure } from '../python/failing.ts'
import { percentFormat } from '../python/format.ts'
import { arithmetic, parts } from '../python/number.ts'
import { contains, tuple } from '../python/sequence.ts'
import { typeName } from '../python/type.ts'
import { isDict, Tuple, Undefined, type Value } from '../value.ts'
import type { Binary, Comparator } from './ast.ts'
import { type Code, located, type Run } from './runtime.ts'

/** Turns the failures of an expression into positioned ones. */
export const guarded =
  (offset: number, code: Code): Code =>
  (frame) => {
    try {
      return code(frame)
    } catch (thrown) {
      throw located(thrown, frame, offset)
    }
  }

/** Deeply evaluated when it is a container; operators compare and join what is inside. */
export const whole = (value: Value, run: Run): Value =>
  typeof value === 'object' && value !== null && !(value instanceof Undefined) ? run.resolve(value) : value

/** The value itself; an Undefined is a Failure. */
export const demanded = (value: Value): Value => {
  if (value instanceof Undefined) throw undefinedFailure(value)
  return value
}

/** How two values compare. */
type Comparison = (left: Value, right: Value, run: Run) => boolean

/** What each comparison operator asks. */
export const comparisons: Readonly<Record<Comparator, Comparison>> = {
  '==': (left, right, run) => equal(whole(left, run), whole(right, run)),
  '!=': (left, right, run) => !equal(whole(left, run), whole(right, run)),
  '<': (left, right, run) => order(whole(left, run), whole(right, run), '<') < 0,
  '<=': (left, right, run) => order(whole(left, run), whole(right, run), '<=') <= 0,
  '>': (left, right, run) => order(whole(left, run), whole(right, run), '>') > 0,
  '>=': (left, right, run) => order(whole(left, run), whole(right, run), '>=') >= 0,
  in: (left, right, run) => contains(isDict(right) ? right : whole(right, run), whole(left, run)),
  'not in': (left, right, run) => !contains(isDict(right) ? right : whole(right, run), whole(left, run)),
}

const joinedLists = (left: Value[], right: Value[]): Value => {
  if (left instanceof Tuple !== right instanceof Tuple)
    return fail(`can only concatenate ${typeName(left)} (not "${typeName(right)}") to ${typeName(left)}`)
  return left instanceof Tuple ? tuple(...left, ...right) : left.concat(right)
}

/** More than that is a mistake, and would fill the memory. */
const longest = 100_000_000

const repeated = (value: string | Value[], times: number | bigint): Value => {
  const count = value.length === 0 ? 0 : Math.max(0, Number(times))
  if (value.length * count > longest) return fail(`the result of * would have more than ${longest} items`)
  if (typeof value === 'string') return value.repeat(count)
  const all: Value[] = value instanceof Tuple ? tuple() : []
  for (let round = 0; round < count; round++) for (const item of value) all.push(item)
  return all
}

const isSequence = (value: Value): value is string | Value[] => typeof value === 'string' || Array.isArray(value)

/** Arithmetic, and what `+`, `*` and `%` mean for texts and lists. */
export const compileBinary = (node: Binary, left: Code, right: Code): Code => {
  const { operator } = node
  return guarded(node.offset, (frame) => {
    const a = demanded(left(frame))
    const b = demanded(right(frame))
    if (operator === '+') {
      if (typeof a === 'string' && typeof b === 'string') return a + b
      if (Array.isArray(a) && Array.isArray(b)) return joinedLists(a, b)
    } else if (operator === '*') {
      const times = isSequence(a) ? parts(b) : isSequence(b) ? parts(a) : undefined
      if (times?.float === false) return repeated((isSequence(a) ? a : b) as string | Value[], times.value)
    } else if (operator === '%' && typeof a === 'string') return percentFormat(a, frame.run.resolve(b))
    return (typeof a === 'object' ? timeArithmetic(operator, a, b) : undefined) ?? arithmetic(operator, a, b)
  })
}
