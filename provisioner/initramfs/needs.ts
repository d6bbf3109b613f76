import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

const kinds = ['program', 'optional', 'library', 'file', 'driver', 'module'] as const

type Kind = (typeof kinds)[number]

/** What the agent needs of an image: names by kind. */
export type Needs = Readonly<Record<Kind, readonly string[]>>

/** Reads the agent's list of needs: a kind and names to a line, `#` begins a comment line. */
export const parseNeeds = (text: string): Needs => {
  const needs: Record<Kind, string[]> = { program: [], optional: [], library: [], file: [], driver: [], module: [] }
  for (const line of text.split('\n')) {
    const [kind, ...names] = line.split(/\s+/)
    const known = kinds.find((each) => each === kind)
    if (known) needs[known].push(...names.filter((name) => name !== ''))
  }
  return needs
}

/** Files of the agent, beside its executable. */
export const agentDirectory = join(import.meta.dirname, '../../agent')

export const readNeeds = async (): Promise<Needs> =>
  parseNeeds(await readFile(join(agentDirectory, 'dracut/50prelude/needs'), 'utf8'))
