import { Failure, throwAll } from './failure.ts'

/** Collects the Failures of many steps, so that a person sees all of them at once. Other errors pass through. */
export type Problems = {
  /** Adds a Failure and the others that it carries. */
  add(failure: Failure): void
  /** Runs a step; undefined when it failed. */
  attempt<T>(step: () => T): T | undefined
  attemptAsync<T>(step: () => Promise<T>): Promise<T | undefined>
  /** Throws one Failure that carries all, or returns when there is none. */
  throwAll(): void
}

/** By place inside each file; files stay in the order in which they were read. */
export const inOrder = (failures: readonly Failure[]): Failure[] => {
  const files = [...new Set(failures.map(({ at }) => at?.file))]
  return failures.toSorted(
    (a, b) =>
      files.indexOf(a.at?.file) - files.indexOf(b.at?.file) ||
      (a.at?.line ?? 0) - (b.at?.line ?? 0) ||
      (a.at?.column ?? 0) - (b.at?.column ?? 0),
  )
}

export const problemList = (): Problems => {
  const failures: Failure[] = []
  const add = (failure: Failure): void => {
    const { code, message, at, hint, excerpt, cause, others } = failure
    // the same file may be reached in several ways; its problems are told once
    const isKnown = failures.some(
      (known) =>
        known.message === message &&
        known.at?.file === at?.file &&
        known.at?.line === at?.line &&
        known.at?.column === at?.column,
    )
    if (!isKnown) {
      failures.push(others.length === 0 ? failure : new Failure(code, message, { at, hint, excerpt, cause }))
    }
    for (const other of others) add(other)
  }
  const caught = (thrown: unknown): undefined => {
    if (!(thrown instanceof Failure)) throw thrown
    add(thrown)
    return undefined
  }
  return {
    add,
    attempt: (step) => {
      try {
        return step()
      } catch (thrown) {
        return caught(thrown)
      }
    },
    attemptAsync: async (step) => {
      try {
        return await step()
      } catch (thrown) {
        return caught(thrown)
      }
    },
    throwAll: () => throwAll(inOrder(failures)),
  }
}
