import https from 'node:https'
import { Failure, messageOf } from '../../engine/failure.ts'
import type { Log } from '../../engine/log.ts'
import type { BootEvent, BootManifest, Session } from '../../schema/types.ts'
import { bodyOf, type HttpAnswer, HttpFailure, reasonOf, refusal, request } from './http.ts'
import { parseJson } from './json.ts'
import { retry } from './retry.ts'

export type Server = BootManifest['servers'][number]

export type ProvisionerOptions = {
  readonly servers: readonly Server[]
  readonly ca: string
  readonly node: string
  readonly boot: string
  /** Seconds that one fetch may take with all its attempts. */
  readonly budget: number
  readonly log: Log
  readonly session?: Session
}

export type GetOptions = {
  readonly what: string
  readonly headers?: Readonly<Record<string, string>>
  /** Seconds instead of the usual budget. */
  readonly budget?: number
  /** Statuses besides 200 that are an answer. */
  readonly accept?: readonly number[]
}

/** The provisioner as a node sees it: authenticated requests to whichever server answers. */
export type Provisioner = {
  readonly servers: readonly Server[]
  session(): Session | undefined
  /** Spends the boot token for a session key. Throws 'agent.session' when it is refused. */
  open(token: string): Promise<Session>
  /** GETs a path and hands the answer to `take`; a transfer that breaks off inside `take` is begun again. */
  get<T>(path: string, take: (answer: HttpAnswer) => Promise<T>, options: GetOptions): Promise<T>
  post(events: readonly BootEvent[]): Promise<void>
}

/** A server answered, and will say the same again. */
const wasRefused = (thrown: unknown): boolean =>
  thrown instanceof HttpFailure && (thrown.final || wasRefused(thrown.cause))

const sessionLimit = 64 * 1024

export const createProvisioner = (options: ProvisionerOptions): Provisioner => {
  const { servers, ca, log } = options
  const plain = servers.find((server) => !server.https.startsWith('https://'))
  if (plain)
    throw new Failure('agent.manifest', `the authenticated routes of a server are at ${plain.https}: that is not https`)
  let session = options.session
  // a handshake costs more than most answers; the end of the process closes what is kept
  const kept = new https.Agent({ keepAlive: true })
  const authorization = () => {
    if (!session) throw new Error('there is no session yet')
    return { authorization: `Bearer ${session.key}` }
  }
  return {
    servers,
    session: () => session,
    async open(token) {
      const open = async (server: Server, signal: AbortSignal): Promise<Session> => {
        const url = `${server.https}/session`
        const answer = await request(url, {
          method: 'POST',
          ca,
          kept,
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ token, node: options.node, boot: options.boot }),
          signal,
        })
        if (answer.status !== 200 && answer.status !== 201) throw refusal(url, answer, await reasonOf(answer))
        const given = parseJson<Session>((await bodyOf(answer, sessionLimit)).toString(), 'the session')
        if (given.node !== options.node || given.boot !== options.boot || !given.key)
          throw new HttpFailure(`${url}: the session is not ours`, { final: true })
        return given
      }
      try {
        session = await retry(servers, open, { log, what: 'session', budget: options.budget })
      } catch (cause) {
        throw new Failure('agent.session', `no session: ${messageOf(cause)}`, {
          cause,
          hint: wasRefused(cause)
            ? 'a boot token opens one session: a node that restarted by itself needs a new boot script'
            : "see that 'provision serve' runs, and that the node reaches it at the address of prelude_server",
        })
      }
      return session
    },
    get(path, take, { what, headers, budget, accept = [] }) {
      const get = async (server: Server, signal: AbortSignal) => {
        const url = `${server.https}${path}`
        const answer = await request(url, { ca, kept, headers: { ...headers, ...authorization() }, signal })
        if (answer.status !== 200 && !accept.includes(answer.status)) throw refusal(url, answer, await reasonOf(answer))
        try {
          return await take(answer)
        } catch (thrown) {
          // what went wrong with the content is final, however much of it was still to come; a transfer that broke off is not
          answer.body.destroy()
          if (answer.body.complete || thrown instanceof Failure) throw thrown
          throw new HttpFailure(`${url}: broken off: ${messageOf(thrown)}`, { cause: thrown })
        }
      }
      return retry(servers, get, { log, what, budget: budget ?? options.budget })
    },
    async post(events) {
      const post = async (server: Server, signal: AbortSignal) => {
        const url = `${server.https}/events`
        const answer = await request(url, {
          method: 'POST',
          ca,
          kept,
          headers: { 'content-type': 'application/json', ...authorization() },
          body: JSON.stringify(events),
          idle: 10_000,
          signal,
        })
        const reason = await reasonOf(answer)
        if (answer.status < 200 || answer.status > 299) throw refusal(url, answer, reason)
      }
      await retry(servers, post, { log, what: 'events', budget: 15, longest: 5_000 })
    },
  }
}
