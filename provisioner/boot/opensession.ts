import type { Session } from '../../schema/types.ts'
import { refuse } from '../http/content.ts'
import type { Call } from '../http/route.ts'
import type { TokenRefusal } from '../store/tokens.ts'
import { sessionSeconds } from './limits.ts'

/** What is wrong with a token of a boot that we know: somebody has a copy of it, or a clock or network is wrong. */
const reasons: Readonly<Record<Exclude<TokenRefusal, 'unknown'>, string>> = {
  used: 'its token was used a second time',
  expired: 'its token was used after its end',
  address: 'its token was used from another address',
}

/** POST /session {token}: spends the boot's token for a session's key. */
export const openSession = async ({ context, services, address }: Call): Promise<Response> => {
  const { state, log } = services
  const body: unknown = await context.req.json().catch(() => undefined)
  const token = (body as { token?: unknown } | undefined)?.token
  if (typeof token !== 'string') return refuse(400, 'the body must be JSON with a token')
  const spent = await state.tokens.spend(token, address, sessionSeconds)
  if ('refused' in spent) {
    const { refused, boot } = spent
    if (refused !== 'unknown' && boot) {
      const message = `${reasons[refused]} (from ${address})`
      log.error(`alarm: boot ${boot.id} of ${boot.node}: ${message}`)
      await state.events.note({ kind: 'alarm', node: boot.node, boot: boot.id, address, message })
    } else log.warning(`session from ${address} refused: the token is not known`)
    return refuse(401, 'the token opens nothing')
  }
  const { session, key } = spent
  await state.events.note({
    kind: 'server',
    node: session.node,
    boot: session.boot,
    address,
    message: 'session opened',
  })
  log.info(`session for ${session.node} at ${address}, boot ${session.boot}`)
  const answer: Session = { node: session.node, boot: session.boot, key, expires: session.expires }
  return Response.json(answer, { headers: { 'Cache-Control': 'no-store' } })
}
