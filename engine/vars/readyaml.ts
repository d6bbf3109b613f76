import { Failure, messageOf } from '../failure.ts'
import { loadYaml } from '../yaml/load.ts'
import { parse } from '../yaml/parse.ts'
import { fail } from './python/failing.ts'
import type { Value } from './value.ts'

/** Reads YAML that stands in a value: no string of it becomes a template. */
export const readYaml = (source: string): Value => {
  try {
    return loadYaml(source, 'the text', { trusted: false }).value
  } catch (thrown) {
    const place =
      thrown instanceof Failure && thrown.at ? ` (line ${thrown.at.line}, column ${thrown.at.column} of the text)` : ''
    return fail(
      `the text is not valid YAML: ${messageOf(thrown)}${place}`,
      thrown instanceof Failure ? thrown.hint : undefined,
    )
  }
}

/** Reads all documents of a YAML text. */
export const readYamlDocuments = (source: string): Value[] => {
  const starts = parse(source).documents.map((document) => document.range[0])
  return starts.map((start, index) =>
    readYaml(source.slice(start, starts[index + 1]).replace(/^---[^\S\n]*|\n\.\.\.\s*$/g, '')),
  )
}
