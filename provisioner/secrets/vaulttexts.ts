import type { Position } from '../../engine/failure.ts'
import { readYaml } from '../../engine/vars/readyaml.ts'
import { isDict, type Value } from '../../engine/vars/value.ts'

function* textsOf(value: Value): Iterable<string> {
  if (typeof value === 'string') yield value
  else if (Array.isArray(value)) for (const item of value) yield* textsOf(item)
  else if (isDict(value)) for (const item of value.values()) yield* textsOf(item)
}

/** The texts that an opened vault holds: the text of a `!vault`, or all values of a file of variables. */
export const vaultTexts = (text: string, at: Position): readonly string[] => {
  if (at.line !== 1 || at.column !== 1) return [text]
  try {
    const value = readYaml(text)
    return isDict(value) ? [...textsOf(value)] : [text]
  } catch {
    return [text] // no YAML, or YAML with tags of its own: then the whole is one text
  }
}
