/** How many addresses are remembered: those that have all their tries again are forgotten first, then the oldest. */
const most = 10_000

/** Seconds that an address has to wait before it may ask again; 0 when it may now, which counts as one try. */
export type RateLimit = (address: string) => number

/** At most `tries` in a minute from one address; after that one more in each part of the minute. `now` is in milliseconds. */
export const rateLimit = (tries: number, now: () => number): RateLimit => {
  const spacing = 60_000 / tries
  // When an address's tries are all its own again; it moves on by one spacing with each try.
  const settled = new Map<string, number>()
  const forget = (time: number): void => {
    for (const [address, until] of settled) if (until <= time) settled.delete(address)
    for (const address of settled.keys()) if (settled.size > most * 0.9) settled.delete(address)
  }
  return (address) => {
    const time = now()
    if (settled.size >= most) forget(time)
    const next = Math.max(settled.get(address) ?? 0, time) + spacing
    const wait = next - time - 60_000
    if (wait > 0) return Math.ceil(wait / 1000)
    settled.set(address, next)
    return 0
  }
}
