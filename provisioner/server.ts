import { chmod, rm } from 'node:fs/promises'
import { createServer as createHttp, type Server } from 'node:http'
import { createServer as createHttps } from 'node:https'
import type { AddressInfo, ListenOptions } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { Failure, messageOf } from '../engine/failure.ts'
import { refuse } from './http/content.ts'
import { guarded } from './http/guard.ts'
import type { Env, Route } from './http/route.ts'
import type { Services } from './services.ts'
import type { ServerIdentity } from './tls/authority.ts'

export type ServerOptions = {
  readonly routes: readonly Route[]
  readonly services: Services
  /** Address to listen on; all when absent. */
  readonly address?: string
  /** 0 takes a free one. */
  readonly httpPort: number
  readonly httpsPort: number
  readonly identity: ServerIdentity
  readonly adminToken: string
  /** Path of the unix socket for admins. */
  readonly socket: string
}

export type RunningServer = { readonly httpPort: number; readonly httpsPort: number; close(): Promise<void> }

const bodyMost = 4 << 20
/** A peer that says nothing for so long is dropped. */
const idle = 120_000
/** How long transfers may go on after the server was told to end. */
const grace = 1_000
const timeouts = { headersTimeout: 15_000, requestTimeout: 60_000, keepAliveTimeout: 30_000 }

/** The application of a listener: its routes and nothing else. */
export const application = (
  routes: readonly Route[],
  services: Services,
  adminToken: string | undefined,
): Hono<Env> => {
  const app = new Hono<Env>()
  app.use(bodyLimit({ maxSize: bodyMost, onError: () => refuse(413, `the body is longer than ${bodyMost} bytes`) }))
  for (const route of routes) app.on(route.method, route.path, guarded(route, services, adminToken))
  app.notFound((context) => refuse(404, `there is nothing at ${context.req.path}`))
  return app
}

const listen = async (server: Server, where: ListenOptions): Promise<void> => {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject)
  server.listen(where, () => {
    server.off('error', reject)
    resolve()
  })
  try {
    await promise
  } catch (cause) {
    const place = where.path ?? `${where.host ?? '*'}:${where.port}`
    throw new Failure('server.listen', `cannot listen on ${place}: ${messageOf(cause)}`, {
      hint: 'another server may run already; choose the address with --listen and the ports with --http-port and --https-port',
      cause,
    })
  }
}

const close = async (server: Server): Promise<void> => {
  const { promise, resolve } = Promise.withResolvers<void>()
  server.close(() => resolve())
  server.closeIdleConnections()
  const timer = setTimeout(() => server.closeAllConnections(), grace)
  await promise
  clearTimeout(timer)
}

/** Starts the plain listener, the TLS listener and the admins' socket. */
export const startServer = async (options: ServerOptions): Promise<RunningServer> => {
  const { routes, services, identity, adminToken, address, socket } = options
  const fetchOf = (wanted: readonly Route[], token: string | undefined) => application(wanted, services, token).fetch
  const of = (listener: Route['listener']) => routes.filter((route) => route.listener === listener)

  const http = createAdaptorServer({
    fetch: fetchOf(of('http'), adminToken),
    createServer: createHttp,
    serverOptions: timeouts,
  }) as Server
  const https = createAdaptorServer({
    fetch: fetchOf(of('https'), adminToken),
    createServer: createHttps,
    serverOptions: { ...timeouts, key: identity.key, cert: identity.certificate, minVersion: 'TLSv1.3' },
  }) as Server
  const admin = createAdaptorServer({
    fetch: fetchOf(
      routes.filter(({ who }) => who === 'admin'),
      undefined,
    ),
    createServer: createHttp,
    serverOptions: timeouts,
  }) as Server

  const servers = [http, https, admin]
  try {
    for (const server of servers) server.setTimeout(idle)
    const host = address === undefined ? {} : { host: address }
    await listen(http, { ...host, port: options.httpPort })
    await listen(https, { ...host, port: options.httpsPort })
    await rm(socket, { force: true })
    await listen(admin, { path: socket })
    await chmod(socket, 0o600)
  } catch (thrown) {
    await Promise.all(servers.filter(({ listening }) => listening).map(close))
    throw thrown
  }
  const portOf = (server: Server) => (server.address() as AddressInfo).port
  return {
    httpPort: portOf(http),
    httpsPort: portOf(https),
    async close() {
      await Promise.all(servers.map(close))
      await rm(socket, { force: true })
    },
  }
}
