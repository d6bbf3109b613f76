import type { HttpBindings } from '@hono/node-server'
import type { Context } from 'hono'
import type { Services } from '../services.ts'
import type { OpenSession } from '../store/tokens.ts'

/**
 * Who may use a route:
 * - anyone: content that is no secret to anybody on the network;
 * - boot: a machine in the middle of its boot; the handler itself proves it (a boot's identifier, a single-use token);
 * - session: a node with an open session, from its own address; it gets its own data whatever it claims;
 * - booting: the same, as long as its boot has not ended: what only a boot needs is nobody's on the running node;
 * - admin: the unix socket of the state directory, or the admin token.
 */
export type Who = 'anyone' | 'boot' | 'session' | 'booting' | 'admin'

/** http: plain, for firmware and content whose digest is known; https: TLS 1.3. The socket serves what admins may use. */
export type Listener = 'http' | 'https'

export type Env = { Bindings: HttpBindings; Variables: { session: OpenSession } }

export type Call = {
  readonly context: Context<Env>
  readonly services: Services
  /** Where the request comes from, as the kernel says; headers that claim otherwise are not read. */
  readonly address: string
}

export type SessionCall = Call & { readonly session: OpenSession }

type Place = {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly listener: Listener
  /** Requests that one address may make in a minute; any number when absent. */
  readonly perMinute?: number
}

export type Route =
  | (Place & { readonly who: 'anyone' | 'boot' | 'admin'; readonly handler: (call: Call) => Promise<Response> })
  | (Place & { readonly who: 'session'; readonly handler: (call: SessionCall) => Promise<Response> })
  | (Place & { readonly who: 'booting'; readonly handler: (call: SessionCall) => Promise<Response> })
