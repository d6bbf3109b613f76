import { factNames } from '../facts/collect.ts'
import { Suspension } from '../vars/scope.ts'
import type { Value } from '../vars/value.ts'

/** Collects the families of the named facts, or all that there are, on the host. */
export type Collect = (names: ReadonlySet<string>) => Promise<ReadonlyMap<string, Value>>

/** A fact of each family, to ask for the family by. */
const representatives: ReadonlyMap<string, string> = new Map([...factNames].map(([fact, family]) => [family, fact]))

/** Names that no family claims are those of network interfaces. */
const familyOf = (name: string): string => factNames.get(name) ?? (factNames.get('interfaces') as string)

/**
 * The facts of a host by their names without `ansible_`. When facts are gathered only the families that the play is
 * seen to need are collected; the others are on offer: a template that asks for one of them suspends until it is
 * there. To its readers it is a Map that holds everything that was gathered.
 */
export class Facts extends Map<string, Value> {
  /** What each family gave, to be forgotten when facts are gathered anew. */
  #given = new Map<string, readonly string[]>()
  #offer = new Map<string, Promise<void> | undefined>()
  #collect: Collect = async () => new Map()

  /** Takes over a new gathering: what earlier ones gave of these families is forgotten and collected when it is asked for. */
  offer(families: Iterable<string>, collect: Collect): void {
    this.#collect = collect
    this.#offer.clear()
    for (const family of families) {
      for (const name of this.#given.get(family) ?? []) super.delete(name)
      this.#offer.set(family, undefined)
    }
  }

  /** Collects the families that are on offer, all in one look at the host. */
  async need(families: Iterable<string>): Promise<void> {
    const wanted = [...families].filter((family) => this.#offer.has(family))
    if (wanted.length === 0) return
    const found = await this.#collect(new Set(wanted.map((family) => representatives.get(family) as string)))
    for (const family of wanted) this.#offer.delete(family)
    const names = new Map(wanted.map((family) => [family, [] as string[]]))
    for (const [name, value] of found) {
      super.set(name, value)
      names.get(familyOf(name))?.push(name)
    }
    for (const [family, given] of names) this.#given.set(family, given)
  }

  #await(families: readonly string[]): void {
    const waiting = families.filter((family) => this.#offer.has(family))
    if (waiting.length === 0) return
    const running = waiting.map((family) => this.#offer.get(family)).find((each) => each !== undefined)
    if (running) throw new Suspension(running)
    const started = this.need(waiting)
    for (const family of waiting) this.#offer.set(family, started)
    throw new Suspension(started)
  }

  #awaitAll(): void {
    this.#await([...this.#offer.keys()])
  }

  override get(key: string): Value | undefined {
    const known = super.get(key)
    if (known === undefined && this.#offer.size > 0) this.#await([familyOf(String(key))])
    return known
  }
  override has(key: string): boolean {
    return this.get(key) !== undefined
  }
  override clear(): void {
    this.#offer.clear()
    this.#given.clear()
    super.clear()
  }
  override get size(): number {
    this.#awaitAll()
    return super.size
  }
  override keys(): MapIterator<string> {
    this.#awaitAll()
    return super.keys()
  }
  override values(): MapIterator<Value> {
    this.#awaitAll()
    return super.values()
  }
  override entries(): MapIterator<[string, Value]> {
    this.#awaitAll()
    return super.entries()
  }
  override [Symbol.iterator](): MapIterator<[string, Value]> {
    return this.entries()
  }
  override forEach(visit: (value: Value, key: string, map: Map<string, Value>) => void): void {
    for (const [key, value] of this.entries()) visit(value, key, this)
  }
}
