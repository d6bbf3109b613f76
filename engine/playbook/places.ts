import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Failure, type Position } from '../failure.ts'
import { loadYaml } from '../yaml/load.ts'
import type { YamlMap, YamlNode } from '../yaml/node.ts'

const rootOf = (file: string, text: string | undefined): YamlNode | undefined => {
  if (text === undefined || text.startsWith('$ANSIBLE_VAULT;')) return undefined
  try {
    return loadYaml(text, file)
  } catch (thrown) {
    if (thrown instanceof Failure) return undefined
    throw thrown
  }
}

/** The dictionary that begins at a place. */
const mapAt = (node: YamlNode, at: Position): YamlMap | undefined => {
  if (node.kind === 'map' && node.at.line === at.line && node.at.column === at.column) return node
  const parts =
    node.kind === 'map' ? [...node.entries.values()].map((entry) => entry.node) : node.kind === 'list' ? node.items : []
  for (const part of parts) {
    const found = mapAt(part, at)
    if (found) return found
  }
  return undefined
}

/** Finds where variables are written; `read` gives the text of a file, undefined when there is none. */
export type Places = {
  /** Below `vars` of the play, block or task that begins at a place. */
  inVars(at: Position, name: string): Position | undefined
  /** In a file of variables. */
  inFile(file: string, name: string): Position | undefined
  /** In the files of a directory of a role: `defaults` or `vars`. */
  inDirectory(directory: string, name: string): Position | undefined
}

export const createPlaces = (read: (file: string) => string | undefined): Places => {
  const roots = new Map<string, YamlNode | undefined>()
  const root = (file: string): YamlNode | undefined => {
    if (!roots.has(file)) roots.set(file, rootOf(file, read(file)))
    return roots.get(file)
  }
  const inFile = (file: string, name: string): Position | undefined => {
    const node = root(file)
    return node?.kind === 'map' ? node.entries.get(name)?.at : undefined
  }
  return {
    inFile,
    inVars: (at, name) => {
      const node = root(at.file)
      const vars = node && mapAt(node, at)?.entries.get('vars')?.node
      const parts = vars?.kind === 'list' ? vars.items : vars ? [vars] : []
      return parts.flatMap((part) => (part.kind === 'map' ? (part.entries.get(name)?.at ?? []) : [])).at(-1)
    },
    inDirectory: (directory, name) => {
      try {
        return readdirSync(directory, { recursive: true })
          .map((each) => join(directory, String(each)))
          .filter((file) => statSync(file).isFile())
          .sort()
          .flatMap((file) => inFile(file, name) ?? [])
          .at(-1)
      } catch {
        return undefined
      }
    },
  }
}
