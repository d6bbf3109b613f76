import type { Key, Value } from '../value.ts'

/** An object whose attributes are its entries alone: it has none of a dict's methods. */
export class Fields extends Map<Key, Value> {}

/** What `namespace()` makes: attributes that `{% set ns.x = … %}` may change from inside a loop. */
export class Namespace extends Fields {}
