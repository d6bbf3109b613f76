import { equal, order } from '../python/compare.ts'
import { Datetime, Timedelta } from '../python/datetime.ts'
import { fail, undefinedFailure } from '../python/failing.ts'
import { percentFormat } from '../python/format.ts'
import { arithmetic } from '../python/number.ts'
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

const repeated = (value: Value, count: number): Value => {
  if (typeof value === 'string') return value.repeat(Math.max(0, count))
  const all: Value[] = value instanceof Tuple ? tuple() : []
  for (let round = 0; round < count; round++) all.push(...(value as Value[]))
  return all
}

const isSequence = (value: Value): boolean => typeof value === 'string' || Array.isArray(value)

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
      if (isSequence(a) && Number.isInteger(b)) return repeated(a, b as number)
      if (isSequence(b) && Number.isInteger(a)) return repeated(b, a as number)
    } else if (operator === '-' && a instanceof Datetime && b instanceof Datetime) {
      return new Timedelta(a.seconds - b.seconds)
    } else if (operator === '%' && typeof a === 'string') return percentFormat(a, frame.run.resolve(b))
    return arithmetic(operator, a, b)
  })
}
