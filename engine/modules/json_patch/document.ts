/** What a JSON file may hold; numbers that JavaScript cannot hold are kept as they are written. */
export type Json = null | boolean | number | string | RawNumber | readonly Json[] | { readonly [key: string]: Json }

/** A number with more digits than JavaScript has, as `JSON.rawJSON` holds it. */
type RawNumber = { readonly rawJSON: string }

type SourceJson = {
  parse(text: string, reviver: (key: string, value: unknown, context: { source?: string }) => unknown): Json
  rawJSON(text: string): RawNumber
  isRawJSON(value: unknown): value is RawNumber
}

const json = JSON as unknown as SourceJson

export const isRawNumber = (value: Json): value is RawNumber => json.isRawJSON(value)

/** Parses a text. Throws a SyntaxError that tells where it is no JSON. */
export const parse = (text: string): Json =>
  json.parse(text, (_, value, { source }) =>
    typeof value === 'number' && source !== undefined && String(value) !== source ? json.rawJSON(source) : value,
  )

/** How the lines of a text are indented; empty when it has one line. */
export const indentOf = (text: string): string => /^[[{][^\S\n]*\n([ \t]+)/.exec(text.trimStart())?.[1] ?? ''

export const format = (value: Json, indent: string): string => `${JSON.stringify(value, null, indent)}\n`
