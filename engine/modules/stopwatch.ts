/** Starts to count; what it returns tells the whole seconds since then, whatever the machine's clock is set to meanwhile. */
export const stopwatch = (): (() => number) => {
  const start = performance.now()
  return () => Math.floor((performance.now() - start) / 1000)
}
