import { isDict, type Value } from '../../engine/vars/value.ts'
import { formsOf, formsOfBytes } from './forms.ts'

/** Shorter texts would turn half of a log into stars and hide nothing; of a line in a text of several, the same. */
const shortest = 4
const shortestLine = 8

/** Every text of a value, however deep; numbers too, as a PIN is one. */
export function* textsOf(value: Value): Iterable<string> {
  if (typeof value === 'string') yield value
  else if (typeof value === 'number' || typeof value === 'bigint') yield String(value)
  else if (Array.isArray(value)) for (const item of value) yield* textsOf(item)
  else if (isDict(value)) for (const item of value.values()) yield* textsOf(item)
}

export type Mask = (text: string) => string

const isText = (content: Buffer): boolean => Buffer.from(content.toString()).equals(content)

/** The parts of a secret that alone give it away. */
function* partsOf(text: string): Iterable<string> {
  yield text
  yield text.trim()
  const lines = text.split(/\r?\n/).map((line) => line.trim())
  if (lines.length > 1) for (const line of lines) if (line.length >= shortestLine) yield line
}

/**
 * Hides secrets, whole and line by line, in every form that programs give a text: as JSON, in base64, in a URL, quoted for
 * a shell. What a failing task quotes must not carry a secret into a log.
 */
export const maskOf = (secrets: Iterable<string | Buffer>): Mask => {
  const forms = new Set<string>()
  const add = (all: Iterable<string>) => {
    for (const form of all) if (form.length >= shortest) forms.add(form)
  }
  for (const secret of secrets) {
    if (typeof secret === 'string' || isText(secret)) {
      for (const part of new Set(partsOf(secret.toString()))) if (part.length >= shortest) add(formsOf(part))
    } else add(formsOfBytes(secret))
  }
  // the longest first: what is a part of another must not leave the other's rest
  const longestFirst = [...forms].sort((one, other) => other.length - one.length)
  return (text) => longestFirst.reduce((shown, form) => shown.replaceAll(form, '***'), text)
}
