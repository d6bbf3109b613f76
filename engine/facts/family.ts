import type { Command } from '../command.ts'

/** Facts as plain data, by their names without `ansible_`. */
export type Facts = Record<string, unknown>

/** Facts that come from one look at the host: a command, and a parser that skips what it does not understand. */
export type Family = {
  readonly name: string
  /** The facts that `parse` can give; it leaves out what the host does not have. */
  readonly facts: readonly string[]
  readonly command: Command
  readonly parse: (output: string) => Facts
}
