/**
 * Runs `work` for every item, at most `limit` at a time. A thrown error stops the start of others, and is thrown when
 * those under way have come to their end: nothing goes on behind the caller's back.
 */
export const parallel = async <T>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<void>,
): Promise<void> => {
  let next = 0
  const worker = async () => {
    try {
      while (next < items.length) await work(items[next++] as T)
    } catch (thrown) {
      next = items.length
      throw thrown
    }
  }
  const ends = await Promise.allSettled(Array.from({ length: Math.max(1, Math.min(limit, items.length)) }, worker))
  for (const end of ends) if (end.status === 'rejected') throw end.reason
}
