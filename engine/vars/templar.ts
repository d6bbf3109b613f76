import type { Position } from '../failure.ts'
import type { Placed, TextKind } from './jinja/library.ts'
import type { Scope } from './scope.ts'
import type { Template, Value } from './value.ts'

/** What `render` needs to know of a template file's surroundings. */
export type RenderOptions = {
  /** Reads a template named by include, import or extends; throws a Failure when there is none. */
  readonly load?: (name: string) => { source: string; file: string }
  readonly trimBlocks?: boolean
  readonly lstripBlocks?: boolean
  readonly keepTrailingNewline?: boolean
  readonly newline?: string
  readonly variableStart?: string
  readonly variableEnd?: string
  readonly blockStart?: string
  readonly blockEnd?: string
  readonly commentStart?: string
  readonly commentEnd?: string
}

/** What a template is told of itself: its name as the task writes it, and where its text goes. */
export type TemplateSource = { readonly source?: string; readonly destination?: string }

/**
 * Evaluates templates. Everything is synchronous; every failure is a Failure with `file:line:column` inside the
 * template. Values that come out are deeply resolved: no Template, Vaulted or lazy part is left in them.
 */
export type Templar = {
  /** A Template's native value (`{{ 1 + 1 }}` is 2), or its text when more than one expression stands in it. */
  evaluate(template: Template, scope: Scope): Value
  /** The value of a bare expression, as `when`, `until`, `changed_when` and `that` write it. */
  expression(source: string, at: Position, scope: Scope): Value
  /** Whether a condition holds; a value that is no boolean calls `warn` and counts by its truth. */
  condition(source: Value, at: Position, scope: Scope): boolean
  /** A value with every Template and Vaulted in it evaluated. */
  resolve(value: Value, scope: Scope): Value
  /** The text of a `.j2` file. */
  render(source: string, file: string, scope: Scope, options?: RenderOptions): string
  /** Checks syntax alone: throws a positioned Failure or returns. */
  check(source: string, at: Position, kind: 'template' | 'expression'): void
  /** What a text refers to and does not bind itself: variables, filters, tests, lookups. @throws Failure for wrong syntax */
  references(source: string, at: Position, kind: TextKind): readonly Placed[]
}

/** What the templar is given by its surroundings: no part of it touches argv, environment or terminal itself. */
export type TemplarSurroundings = {
  readonly warn: (message: string, at?: Position) => void
  /** Decrypts a `!vault` text; throws a Failure when no secret fits. */
  readonly decrypt: (ciphertext: string, at: Position) => string
  /** Directories in which `lookup('file', …)` and its kin search, nearest first, for the scope in use; the last is the playbook's. */
  readonly searchPath: (scope: Scope) => readonly string[]
  readonly environment: (name: string) => string | undefined
  /** What a setting of ansible.cfg is, by Ansible's name for it; undefined for one that is not known. */
  readonly setting?: ((name: string) => unknown) | undefined
  /** The format of `ansible_managed`. */
  readonly managed?: string | undefined
  /** `2.18` gives the older literal-eval pass and rules. */
  readonly compat?: '2.18' | undefined
}
