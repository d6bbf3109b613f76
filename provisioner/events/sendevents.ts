import { streamSSE } from 'hono/streaming'
import type { Call } from '../http/route.ts'
import type { Entry } from '../store/events.ts'

/** Something is sent at least this often, so that neither end takes the stream for dead. */
const heartbeat = 15_000

/** GET /events: entries as they come, as server-sent events; after the one that Last-Event-ID names, else from now on. */
export const sendEvents = async ({ context, services: { state } }: Call): Promise<Response> => {
  const after = Number(context.req.header('Last-Event-ID') ?? Number.NaN)
  context.header('Cache-Control', 'no-store')
  return streamSSE(context, async (stream) => {
    const waiting: Entry[] = []
    let wake = (): void => {}
    const unsubscribe = state.events.subscribe((entry) => {
      waiting.push(entry)
      wake()
    })
    stream.onAbort(() => {
      unsubscribe()
      wake()
    })
    const missed = Number.isInteger(after) ? await state.events.list({ after }) : []
    waiting.unshift(...missed.filter(({ id }) => !waiting.some((entry) => entry.id === id)))
    while (!stream.aborted && !stream.closed) {
      const entry = waiting.shift()
      if (entry) {
        await stream.writeSSE({ id: String(entry.id), event: entry.kind, data: JSON.stringify(entry) })
        continue
      }
      const woken = Promise.withResolvers<'woken'>()
      wake = () => woken.resolve('woken')
      const timer = setTimeout(() => woken.resolve('woken'), heartbeat)
      await woken.promise
      clearTimeout(timer)
      if (waiting.length === 0) await stream.write(': still here\n\n')
    }
    unsubscribe()
  })
}
