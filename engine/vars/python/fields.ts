import { type Key, Tuple, type Value } from '../value.ts'

/** An object whose attributes are its entries alone: it has none of a dict's methods. */
export class Fields extends Map<Key, Value> {
  /** The name of its Python type. */
  get typeName(): string {
    return 'dict'
  }
}

/** What `namespace()` makes: attributes that `{% set ns.x = … %}` may change from inside a loop. */
export class Namespace extends Fields {
  override get typeName(): string {
    return 'Namespace'
  }
}

/** A tuple whose items also have names, as `groupby` gives them. */
export class NamedTuple extends Tuple {
  names: readonly string[] = []
}

/** Makes a NamedTuple. */
export const namedTuple = (entries: Readonly<Record<string, Value>>): NamedTuple => {
  const made = new NamedTuple()
  made.push(...Object.values(entries))
  made.names = Object.keys(entries)
  return made
}
