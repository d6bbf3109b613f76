import type { Dict, Key, Value } from '../vars/value.ts'

/**
 * A dict whose values are made when they are asked for: `hostvars`, `vars`. It is a Map to its readers, and read-only.
 */
export class LazyDict extends Map<Key, Value> implements Dict {
  readonly #keys: () => Iterable<string>
  readonly #value: (key: string) => Value | undefined

  constructor(keys: () => Iterable<string>, value: (key: string) => Value | undefined) {
    super()
    this.#keys = keys
    this.#value = value
  }
  override get(key: Key): Value | undefined {
    return this.#value(String(key))
  }
  override has(key: Key): boolean {
    return this.#value(String(key)) !== undefined
  }
  override get size(): number {
    return new Set(this.#keys()).size
  }
  override *keys(): MapIterator<Key> {
    yield* new Set(this.#keys())
  }
  override *values(): MapIterator<Value> {
    for (const [, value] of this.entries()) yield value
  }
  override *entries(): MapIterator<[Key, Value]> {
    for (const key of this.keys()) {
      const value = this.#value(String(key))
      if (value !== undefined) yield [key, value]
    }
  }
  override [Symbol.iterator](): MapIterator<[Key, Value]> {
    return this.entries()
  }
  override forEach(visit: (value: Value, key: Key, map: Map<Key, Value>) => void): void {
    for (const [key, value] of this.entries()) visit(value, key, this)
  }
}
