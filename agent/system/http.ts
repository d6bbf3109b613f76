import http, { type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import https from 'node:https'
import { Failure, type FailureCode, messageOf } from '../../engine/failure.ts'
import type { Wire } from './wire.ts'

export type HttpOptions = {
  readonly method?: 'GET' | 'POST'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  /** PEM of the only authority that may have signed the server's certificate. */
  readonly ca?: string
  /** Connections over HTTPS that are kept from one request to the next; each request has one of its own when absent. */
  readonly kept?: https.Agent
  /** Milliseconds without a byte after which the request is given up; 30 s when absent. */
  readonly idle?: number
  readonly signal?: AbortSignal
  /** The connection of a request over plain HTTP; one of its own when absent. */
  readonly connection?: Wire
}

export type HttpAnswer = {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: IncomingMessage
}

type HttpFailureDetails = {
  readonly final?: boolean
  readonly retryAfter?: number | undefined
  readonly hasMoved?: boolean
  readonly code?: FailureCode
  readonly cause?: unknown
}

/** A request that brought no usable answer. */
export class HttpFailure extends Failure {
  /** The server will say the same again: asking it once more is useless. */
  readonly final: boolean
  /** Seconds that the server asks to wait for. */
  readonly retryAfter: number | undefined
  /** Something usable arrived before it failed. */
  readonly hasMoved: boolean

  constructor(message: string, details: HttpFailureDetails = {}) {
    super(details.code ?? 'server.answer', message, { cause: details.cause })
    this.final = details.final ?? false
    this.retryAfter = details.retryAfter
    this.hasMoved = details.hasMoved ?? false
  }
}

/**
 * One HTTP request; resolves when the headers are there. HTTPS is TLS 1.3 with the given authority and no other.
 * Redirects are not followed. Throws an HttpFailure when no answer comes.
 */
export const request = (url: string, options: HttpOptions = {}): Promise<HttpAnswer> => {
  const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer>()
  const secure = url.startsWith('https:')
  if (secure && options.ca === undefined) throw new Error(`no authority is pinned for ${url}`)
  const { connection, idle = 30_000 } = options
  const sent = (secure ? https : http).request(url, {
    method: options.method ?? 'GET',
    headers: {
      ...options.headers,
      ...(options.body === undefined ? {} : { 'content-length': byteLength(options.body) }),
    },
    ...(connection ? { createConnection: () => connection } : { agent: options.kept ?? false }),
    timeout: idle,
    ...(secure ? { ca: options.ca, minVersion: 'TLSv1.3' as const, rejectUnauthorized: true } : {}),
    ...(options.signal ? { signal: options.signal } : {}),
  })
  let isAnswered = false
  sent.on('response', (body) => {
    isAnswered = true
    resolve({ status: body.statusCode ?? 0, headers: body.headers, body })
  })
  sent.on('information', () => connection?.next())
  sent.on('timeout', () => sent.destroy(new Error(`no data for ${idle / 1000} s`)))
  sent.on('error', (cause: NodeJS.ErrnoException) => {
    // a server closes a kept connection when it likes, which may be the moment in which it is used again
    if (sent.reusedSocket && !isAnswered && (cause.code === 'ECONNRESET' || cause.code === 'EPIPE')) {
      const { kept: _, ...anew } = options
      request(url, anew).then(resolve, reject)
      return
    }
    const reason = options.signal?.aborted ? 'the time for it is over' : cause.message
    reject(new HttpFailure(`${url}: ${reason}`, { cause }))
  })
  sent.end(options.body)
  return promise
}

const byteLength = (body: string | Uint8Array): number => Buffer.byteLength(body)

/** Seconds of a Retry-After header: a number, or a date. */
export const retryAfter = (value: string | undefined, now: number = Date.now()): number | undefined => {
  if (value === undefined) return undefined
  if (/^\d+$/.test(value)) return Number(value)
  const date = Date.parse(value)
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - now) / 1000))
}

/** The failure that a status other than the wanted one means. 4xx and redirects are final, except 408, 425 and 429. */
export const refusal = (url: string, answer: HttpAnswer, reason = ''): HttpFailure => {
  const { status } = answer
  return new HttpFailure(`${url}: the server answers ${status}${reason && `: ${reason}`}`, {
    final: status >= 300 && status < 500 && ![408, 425, 429].includes(status),
    retryAfter: retryAfter(answer.headers['retry-after']),
  })
}

/** The whole body, at most `limit` bytes. */
export const bodyOf = async (answer: HttpAnswer, limit: number): Promise<Buffer> => {
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of answer.body as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size > limit) throw new HttpFailure(`the answer has more than ${limit} bytes`, { final: true })
      chunks.push(chunk)
    }
  } catch (thrown) {
    if (thrown instanceof Failure) throw thrown
    throw new HttpFailure(`the answer broke off after ${size} bytes: ${messageOf(thrown)}`, { cause: thrown })
  }
  return Buffer.concat(chunks)
}

/** The reason that a server gives in the body of a refusal: its first line, at most 200 characters. */
export const reasonOf = async (answer: HttpAnswer): Promise<string> => {
  try {
    const text = (await bodyOf(answer, 64 * 1024)).toString()
    return (text.split('\n')[0] ?? '').slice(0, 200)
  } catch {
    return ''
  }
}
