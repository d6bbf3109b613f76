import type { Context } from 'hono'
import type { Env } from './route.ts'

/** The peer's address; IPv4 in its own notation also on a socket of both families. Empty on a unix socket. */
export const addressOf = (context: Context<Env>): string =>
  (context.env.incoming.socket.remoteAddress ?? '').replace(/^::ffff:(?=\d+\.)/, '')
