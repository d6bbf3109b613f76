/** A place in a text file; line and column count from 1. */
export type Position = { readonly file: string; readonly line: number; readonly column: number }

/** The areas of failure; the part of a code before the dot names one of them. */
export type FailureArea =
  | 'agent'
  | 'boot'
  | 'bundle'
  | 'cli'
  | 'connection'
  | 'disk'
  | 'image'
  | 'inventory'
  | 'lab'
  | 'module'
  | 'network'
  | 'node'
  | 'overlay'
  | 'playbook'
  | 'secrets'
  | 'server'
  | 'template'
  | 'vault'
  | 'yaml'

export type FailureCode = `${FailureArea}.${string}`

export type FailureDetails = {
  /** Where the user wrote what is wrong. */
  readonly at?: Position | undefined
  /** What to do about it: one sentence. */
  readonly hint?: string | undefined
  readonly cause?: unknown
  /** The source line at `at`, when the text is not a file that the reader can open. */
  readonly excerpt?: string | undefined
  /** What the result of a module's task tells beside the message. */
  readonly told?: Readonly<Record<string, unknown>> | undefined
  /** Further problems found in the same pass; all of them are shown together. */
  readonly others?: readonly Failure[] | undefined
}

/**
 * Something that a user can cause and mend: wrong input, a missing host, a command that failed.
 * A programmer's mistake is a plain Error with a stack.
 */
export class Failure extends Error {
  readonly code: FailureCode
  readonly at: Position | undefined
  readonly hint: string | undefined
  readonly excerpt: string | undefined
  readonly others: readonly Failure[]
  readonly told: Readonly<Record<string, unknown>> | undefined

  constructor(code: FailureCode, message: string, details: FailureDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = 'Failure'
    this.code = code
    this.at = details.at
    this.hint = details.hint
    this.excerpt = details.excerpt
    this.others = details.others ?? []
    this.told = details.told
  }
}

/** Throws one Failure that carries all the others, or returns when there is none. */
export const throwAll = (failures: readonly Failure[]): void => {
  const [first, ...others] = failures
  if (!first) return
  if (others.length === 0) throw first
  throw new Failure(first.code, first.message, {
    at: first.at,
    hint: first.hint,
    excerpt: first.excerpt,
    cause: first.cause,
    others,
  })
}

/** What an unknown thrown value says, for messages. */
export const messageOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown))
