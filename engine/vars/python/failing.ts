import { Failure } from '../../failure.ts'
import { Undefined } from '../value.ts'

/** Throws a template failure; the expression that was being evaluated adds the position. */
export const fail = (message: string, hint?: string): never => {
  throw new Failure('template.value', message, { hint })
}

/** An Undefined that knows which names stood beside the one that is missing. */
export class Missing extends Undefined {
  readonly name: string
  readonly known: () => Iterable<unknown>
  constructor(what: string, at: Undefined['at'], name: string, known: () => Iterable<unknown>) {
    super(what, at)
    this.name = name
    this.known = known
  }
}

const distance = (left: string, right: string): number => {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index)
  for (let i = 1; i <= left.length; i++) {
    const next = [i]
    for (let j = 1; j <= right.length; j++) {
      const swap = row[j - 1]! + (left[i - 1] === right[j - 1] ? 0 : 1)
      next.push(Math.min(swap, row[j]! + 1, next[j - 1]! + 1))
    }
    row = next
  }
  return row[right.length]!
}

/** The known name nearest to a mistyped one, when one is near enough to be meant. */
export const nearest = (name: string, known: Iterable<unknown>): string | undefined => {
  const limit = Math.max(1, Math.floor(name.length / 3))
  let best: string | undefined
  let least = limit + 1
  for (const candidate of known) {
    if (typeof candidate !== 'string' || candidate === name || Math.abs(candidate.length - name.length) >= least) continue
    const steps = candidate.toLowerCase() === name.toLowerCase() ? 0 : distance(name, candidate)
    if (steps < least) {
      least = steps
      best = candidate
    }
  }
  return best
}

/** The Failure for using an Undefined. */
export const undefinedFailure = (value: Undefined): Failure => {
  const near = value instanceof Missing ? nearest(value.name, value.known()) : undefined
  const message = value.what.startsWith("'") && !value.what.includes(' ') ? `${value.what} is undefined` : value.what
  return new Failure('template.undefined', message, {
    at: value.at,
    hint: near === undefined ? undefined : `did you mean '${near}'?`,
    cause: value,
  })
}
