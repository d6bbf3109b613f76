import { isDict, type Value } from '../../engine/vars/value.ts'

/** Shorter texts would turn half of a log into stars and hide nothing. */
const shortest = 4

function* texts(value: Value): Iterable<string> {
  if (typeof value === 'string') yield value
  else if (Array.isArray(value)) for (const item of value) yield* texts(item)
  else if (isDict(value)) for (const item of value.values()) yield* texts(item)
}

/** Hides every text of the given values: what a failing task quotes must not carry a secret into a log. */
export const masked = (values: Value): ((text: string) => string) => {
  const forms = new Set<string>()
  for (const text of texts(values)) {
    for (const form of [text, ...text.split('\n'), JSON.stringify(text).slice(1, -1)]) {
      if (form.trim().length >= shortest) forms.add(form.trim())
    }
  }
  const longestFirst = [...forms].sort((one, other) => other.length - one.length)
  return (text) => longestFirst.reduce((shown, form) => shown.replaceAll(form, '***'), text)
}
