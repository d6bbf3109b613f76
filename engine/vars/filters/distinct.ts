import { equal } from '../python/compare.ts'
import { Float, type Value } from '../value.ts'

/** Numbers that Python counts as equal, as one number. */
const folding = (value: Value): Value => {
  if (typeof value === 'boolean') return Number(value)
  return value instanceof Float ? value.value : value
}

/** A set of values by Python's equality; quick for the scalars that lists mostly hold. */
export class Seen {
  private readonly scalars = new Set<Value>()
  private readonly others: Value[] = []
  has(value: Value): boolean {
    const folded = folding(value)
    return this.scalars.has(folded) || (isContainer(folded) && this.others.some((other) => equal(other, folded)))
  }
  /** True when the value was not there yet. */
  add(value: Value): boolean {
    if (this.has(value)) return false
    const folded = folding(value)
    if (isContainer(folded)) this.others.push(folded)
    else this.scalars.add(folded)
    return true
  }
}

const isContainer = (value: Value): boolean => value !== null && typeof value === 'object'

/** The first of each of the values that are equal. */
export const distinct = (all: readonly Value[], keyOf: (value: Value) => Value = (value) => value): Value[] => {
  const seen = new Seen()
  return all.filter((value) => seen.add(keyOf(value)))
}
