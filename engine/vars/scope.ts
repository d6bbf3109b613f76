import type { Value } from './value.ts'

/**
 * Where names are looked up. Scopes form a chain, the nearest first; nothing is copied when one is added.
 * A scope may hold unresolved Templates: the templar resolves them in the scope in which they are *used*.
 */
export type Scope = {
  /** The value of a name, or JavaScript's undefined when the chain does not know it. May throw a Suspension. */
  get(name: string): Value | undefined
  /** Every name of the chain; may repeat. */
  names(): Iterable<string>
}

/** Thrown by a lazy value that must first be collected (facts): the executor awaits it and evaluates again. */
export class Suspension {
  readonly ready: Promise<unknown>
  constructor(ready: Promise<unknown>) {
    this.ready = ready
  }
}

export const emptyScope: Scope = { get: () => undefined, names: () => [] }

/** A scope of a Map in front of another scope. */
export const layer = (values: ReadonlyMap<unknown, Value>, parent: Scope = emptyScope): Scope => ({
  get: (name) => (values.has(name) ? values.get(name) : parent.get(name)),
  *names() {
    for (const key of values.keys()) yield String(key)
    yield* parent.names()
  },
})

/** Evaluates something that may suspend, as often as needed. */
export const settled = async <T>(evaluate: () => T): Promise<T> => {
  for (;;) {
    try {
      return evaluate()
    } catch (thrown) {
      if (!(thrown instanceof Suspension)) throw thrown
      await thrown.ready
    }
  }
}
