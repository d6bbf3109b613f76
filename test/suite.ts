import { suite as uvuSuite } from 'uvu'

type Test = () => Promise<void> | void

export type Suite = {
  /** Adds a test; it fails when it takes longer than `timeout` milliseconds (a minute unless told: a guard against hangs). */
  (name: string, test: Test, timeout?: number): void
  /** Counts a test as skipped; `why` becomes part of its name. */
  skip(name: string, why: string): void
  before(hook: Test): void
  after(hook: Test): void
  beforeEach(hook: Test): void
  afterEach(hook: Test): void
  run(): void
}

const limited = (name: string, test: Test, timeout: number) => async () => {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new Error(`'${name}' did not end within ${timeout} ms`)), timeout)
  try {
    await Promise.race([test(), late.promise])
  } finally {
    clearTimeout(timer)
  }
}

/** A uvu suite whose tests end in time or fail. Call `run()` at the end of the file. */
export const suite = (title: string): Suite => {
  const tests = uvuSuite(title)
  const add = ((name, test, timeout = 60_000) => tests(name, limited(name, test, timeout))) as Suite
  add.skip = (name, why) => tests.skip(`${name} (${why})`)
  add.before = (hook) =>
    tests.before(async () => {
      try {
        await hook()
      } catch (thrown) {
        console.error(thrown) // uvu counts the tests that did not run, and says nothing
        throw thrown
      }
    })
  add.after = (hook) => tests.after(hook)
  add.beforeEach = (hook) => tests.before.each(hook)
  add.afterEach = (hook) => tests.after.each(hook)
  add.run = () => tests.run()
  return add
}
