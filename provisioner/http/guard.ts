import { timingSafeEqual } from 'node:crypto'
import type { Context, Handler } from 'hono'
import { Failure } from '../../engine/failure.ts'
import { renderFailure } from '../../engine/report/failure.ts'
import { runningSessionSeconds, sessionSeconds } from '../boot/limits.ts'
import type { Services } from '../services.ts'
import type { OpenSession } from '../store/tokens.ts'
import { addressOf } from './address.ts'
import { refuse } from './content.ts'
import { rateLimit } from './rate.ts'
import type { Env, Route } from './route.ts'

const bearerOf = (context: Context<Env>): string | undefined =>
  /^Bearer +(\S+)$/i.exec(context.req.header('Authorization') ?? '')?.[1]

/** The session of a request: its key, from the address that the session was opened from. */
const sessionOf = async (context: Context<Env>, { state, log }: Services): Promise<OpenSession | undefined> => {
  const key = bearerOf(context)
  const session = key === undefined ? undefined : await state.tokens.session(key, sessionSeconds, runningSessionSeconds)
  const address = addressOf(context)
  if (!session || session.address === address) return session
  const message = `its session was used from ${address}`
  log.error(`alarm: boot ${session.boot} of ${session.node}: ${message}`)
  await state.events.note({ kind: 'alarm', node: session.node, boot: session.boot, address, message })
  return undefined
}

/** A node that gets no answer must not look as if it hung: its history says what the site's files are guilty of. */
const forSession = async (
  { state }: Services,
  { node, boot }: OpenSession,
  path: string,
  answer: () => Promise<Response>,
): Promise<Response> => {
  try {
    return await answer()
  } catch (thrown) {
    if (thrown instanceof Failure)
      await state.events.note({ kind: 'server', node, boot, message: `${path} failed: ${thrown.message}` })
    throw thrown
  }
}

const sameText = (one: string, other: string): boolean => {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}

/** The admin token as a bearer, or as the password of HTTP Basic, which browsers ask for. */
const holdsToken = (context: Context<Env>, token: string): boolean => {
  const basic = /^Basic +(\S+)$/i.exec(context.req.header('Authorization') ?? '')?.[1]
  const password = basic && Buffer.from(basic, 'base64').toString().split(':').slice(1).join(':')
  return sameText(bearerOf(context) ?? password ?? '', token)
}

/**
 * A route as a handler of the server: nothing reaches it but what `who` allows. `adminToken` undefined: the listener
 * itself lets only admins in (the unix socket).
 */
export const guarded = (route: Route, services: Services, adminToken: string | undefined): Handler<Env> => {
  const limit = route.perMinute === undefined ? undefined : rateLimit(route.perMinute, () => services.now().getTime())
  return async (context) => {
    const call = { context, services, address: addressOf(context) }
    const wait = limit?.(call.address) ?? 0
    if (wait > 0) return refuse(429, `not more than ${route.perMinute} a minute`, { 'Retry-After': String(wait) })
    try {
      if (route.who === 'session' || route.who === 'booting') {
        const session = await sessionOf(context, services)
        if (!session) return refuse(401, 'there is no such session', { 'WWW-Authenticate': 'Bearer' })
        if (route.who === 'booting' && !session.isBooting) return refuse(403, 'the boot of this session has ended')
        return await forSession(services, session, context.req.path, () => route.handler({ ...call, session }))
      }
      if (route.who === 'admin' && adminToken !== undefined && !holdsToken(context, adminToken)) {
        return refuse(401, 'for admins only', { 'WWW-Authenticate': 'Basic realm="Prelude"' })
      }
      return await route.handler(call)
    } catch (thrown) {
      // What is wrong here is the site's or the store's: its admin reads it in the log, the network does not.
      const reason = thrown instanceof Failure ? renderFailure(thrown) : (thrown as Error).stack
      services.log.error(`${context.req.method} ${context.req.path} from ${call.address}: ${reason}`)
      return refuse(500, 'the provisioner failed; its log says why')
    }
  }
}
