import { type Callable, Float, Omit, omit, Template, Tuple, Undefined, Vaulted } from '../vars/value.ts'

/**
 * Compiled plays and Values as JSON. Everything that JSON lacks is an object with the key `$`; a part that occurs
 * several times (a role, an anchor's value) stands once in `shared` and is one object again after reading, so what
 * depends on identity keeps working.
 */
export type Tagged = { readonly shared: readonly Json[]; readonly root: Json }

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

type Structure = Readonly<Record<string, unknown>>

const isStructure = (value: unknown): value is Structure =>
  typeof value === 'object' && value !== null && [Object.prototype, null].includes(Object.getPrototypeOf(value))

const isShareable = (value: unknown): value is object =>
  isStructure(value) || value instanceof Map || Array.isArray(value)

function* partsOf(value: object): Iterable<unknown> {
  if (value instanceof Map) {
    for (const [key, item] of value) yield* [key, item]
  } else yield* Object.values(value)
}

/** The objects that occur more than once. */
const repeated = (root: unknown): Set<object> => {
  const seen = new Set<object>()
  const found = new Set<object>()
  const open = new Set<object>()
  const visit = (value: unknown): void => {
    if (!isShareable(value)) return
    if (open.has(value)) throw new Error('a value that contains itself cannot be serialised')
    if (seen.has(value)) {
      found.add(value)
      return
    }
    seen.add(value)
    open.add(value)
    for (const part of partsOf(value)) visit(part)
    open.delete(value)
  }
  visit(root)
  return found
}

/** Plays, Values and what is made of them as tagged JSON. Functions inside templates cannot be serialised. */
export const serialise = (root: unknown): Tagged => {
  const shared: Json[] = []
  const several = repeated(root)
  const numbers = new Map<object, number>()

  const structure = (value: Structure): Json => {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined)
    if ('$' in value) throw new Error("a structure with the key '$' cannot be serialised")
    return Object.fromEntries(entries.map(([key, item]) => [key, encode(item)]))
  }

  const body = (value: object): Json => {
    if (value instanceof Tuple) return { $: 'tuple', items: Array.from(value, encode) }
    if (Array.isArray(value)) return value.map(encode)
    if (value instanceof Map) return { $: 'map', entries: [...value].map(([key, item]) => [encode(key), encode(item)]) }
    return structure(value as Structure)
  }

  const special = (value: unknown): Json => {
    if (value instanceof Float) return { $: 'float', value: encode(value.value) }
    if (value instanceof Template) return { $: 'template', source: value.source, at: encode(value.at) }
    if (value instanceof Vaulted) return { $: 'vault', ciphertext: value.ciphertext, at: encode(value.at) }
    if (value instanceof Undefined) return { $: 'undefined', what: value.what, at: encode(value.at ?? null) }
    if (value instanceof Omit) return { $: 'omit' }
    throw new Error(`${(value as Callable | undefined)?.name ?? typeof value} cannot be serialised`)
  }

  const encode = (value: unknown): Json => {
    if (value === null || typeof value === 'boolean' || typeof value === 'string') return value
    if (typeof value === 'number') {
      return Number.isFinite(value) && !Object.is(value, -0)
        ? value
        : { $: 'number', text: Object.is(value, -0) ? '-0' : `${value}` }
    }
    if (typeof value === 'bigint') return { $: 'integer', text: value.toString() }
    if (!isShareable(value)) return special(value)
    if (!several.has(value)) return body(value)
    const known = numbers.get(value)
    if (known !== undefined) return { $: 'shared', index: known }
    const encoded = body(value)
    const index = shared.push(encoded) - 1
    numbers.set(value, index)
    return { $: 'shared', index }
  }

  const encoded = encode(root)
  return { shared, root: encoded }
}

type Fields = { readonly [key: string]: Json }

/** What `serialise` was given. */
export const deserialise = <T>({ shared, root }: Tagged): T => {
  const made: unknown[] = []
  const tagged = (fields: Fields): unknown => {
    const at = (): Template['at'] => decode(fields['at']!) as Template['at']
    switch (fields['$']) {
      case 'shared':
        return made[fields['index'] as number]
      case 'map':
        return new Map(
          (fields['entries'] as readonly (readonly [Json, Json])[]).map(([key, item]) => [decode(key), decode(item)]),
        )
      case 'tuple':
        return Tuple.from((fields['items'] as readonly Json[]).map(decode) as Tuple)
      case 'float':
        return new Float(decode(fields['value']!) as number)
      case 'number':
        return Number(fields['text'])
      case 'integer':
        return BigInt(fields['text'] as string)
      case 'template':
        return new Template(fields['source'] as string, at())
      case 'vault':
        return new Vaulted(fields['ciphertext'] as string, at())
      case 'undefined':
        return new Undefined(fields['what'] as string, at() ?? undefined)
      case 'omit':
        return omit
      default:
        throw new Error(`'${String(fields['$'])}' is no tag of serialised plays`)
    }
  }
  const decode = (value: Json): unknown => {
    if (value === null || typeof value !== 'object') return value
    if (Array.isArray(value)) return value.map(decode)
    const fields = value as Fields
    if ('$' in fields) return tagged(fields)
    return Object.fromEntries(Object.entries(fields).map(([key, item]) => [key, decode(item)]))
  }
  for (const each of shared) made.push(decode(each))
  return decode(root) as T
}
