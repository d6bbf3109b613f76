import type { Position } from '../failure.ts'
import { Float, type Value, Vaulted } from '../vars/value.ts'
import { booleanOf, floatOf, integerOf } from './scalar.ts'

export const standardTag = 'tag:yaml.org,2002:'

export type TagProblem = { readonly problem: string; readonly hint: string }

/** The value of a scalar with an explicit tag, or what is wrong with it. `text` makes a string's value. */
export const taggedScalar = (
  tag: string,
  source: string,
  at: Position,
  text: (source: string) => Value,
): { readonly value: Value } | TagProblem => {
  const kind = tag.startsWith(standardTag) ? tag.slice(standardTag.length) : tag
  const typed = (value: Value | undefined): { value: Value } | TagProblem =>
    value === undefined
      ? { problem: `'${source}' is no value of the type !!${kind}`, hint: 'correct the value or remove the tag' }
      : { value }
  switch (kind) {
    case 'str':
      return { value: text(source) }
    case 'int':
      return typed(integerOf(source))
    case 'float': {
      const whole = integerOf(source)
      return typed(floatOf(source) ?? (whole === undefined ? undefined : new Float(Number(whole))))
    }
    case 'bool':
      return typed(booleanOf(source.toLowerCase()))
    case 'null':
      return { value: null }
    case 'binary':
      return { value: Buffer.from(source, 'base64').toString('latin1') }
    case 'timestamp':
      return { value: source }
    case '!vault':
    case '!vault-encrypted':
      return { value: new Vaulted(source, at) }
    default:
      return {
        problem: `the tag ${kind} is unknown`,
        hint: 'known: !vault, !unsafe and the standard tags such as !!str',
      }
  }
}
