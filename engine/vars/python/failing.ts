import { Failure } from '../../failure.ts'
import { nearest } from '../../nearest.ts'
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

/** What an inline `if` without an `else` gives: it prints as nothing and is false, as Jinja2 has it, yet is no value. */
export class Blank extends Undefined {}

/** The Failure for using an Undefined. */
export const undefinedFailure = (value: Undefined): Failure => {
  const near =
    value instanceof Missing
      ? nearest(
          value.name,
          [...value.known()].filter((name) => typeof name === 'string'),
        )
      : undefined
  const message = value.what.startsWith("'") && !value.what.includes(' ') ? `${value.what} is undefined` : value.what
  return new Failure('template.undefined', message, {
    at: value.at,
    hint: near === undefined ? undefined : `did you mean '${near}'?`,
    cause: value,
  })
}
