/**
 * Milliseconds that go on evenly when the machine's clock is set to another time. Whoever asks `performance` first waits half a
 * millisecond until Node has loaded it.
 */
export const monotonic = (): number => {
  const [seconds, nanoseconds] = process.hrtime()
  return seconds * 1000 + nanoseconds / 1e6
}
