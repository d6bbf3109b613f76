import { schemaCheck } from '../../engine/schema.ts'
import eventSchema from '../../schema/event.schema.json' with { type: 'json' }
import type { BootEvent } from '../../schema/types.ts'
import { refuse } from '../http/content.ts'
import type { SessionCall } from '../http/route.ts'

const checkShape = schemaCheck(eventSchema)

/** No agent sends more in one request. */
const most = 1000

/** POST /events: what an agent reports of its own boot. */
export const addEvents = async ({ context, services: { state, log }, session }: SessionCall): Promise<Response> => {
  const body: unknown = await context.req.json().catch(() => undefined)
  if (!Array.isArray(body) || body.length > most)
    return refuse(400, `the body must be a JSON array of at most ${most} events`)
  for (const [index, event] of body.entries()) {
    const [problem] = checkShape(event)
    if (problem) return refuse(400, `event ${index}${problem.instancePath} ${problem.message}`)
    if (event.node !== session.node || event.boot !== session.boot)
      return refuse(403, `event ${index} is of another node or boot`)
  }
  const stored = await state.events.add(body as BootEvent[])
  // by what was sent and not by what was new: it holds also when an earlier attempt stopped in between
  const hasEnded = (body as BootEvent[]).some(({ stage, state: what }) => stage === 'boot' && what === 'finished')
  if (hasEnded) await state.tokens.end(session.boot)
  const last = (body as BootEvent[]).at(-1)
  if (last?.stage === 'runtime' && last.state === 'stopped') await state.tokens.stop(session.boot)
  for (const entry of stored) {
    if (entry.kind !== 'event') continue
    const { stage, state: what, ms, message } = entry.event
    log.info(`${entry.node}: ${stage} ${what}${ms === undefined ? '' : ` (${ms} ms)`}${message ? `: ${message}` : ''}`)
  }
  return Response.json({ stored: stored.length })
}
