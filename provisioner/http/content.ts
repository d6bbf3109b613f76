import type { Context } from 'hono'
import { matches } from './ranges.ts'
import type { Env } from './route.ts'

/** A body that the client may keep and ask for again by its ETag; a strong one, over the content. */
export const taggedContent = (
  context: Context<Env>,
  body: Uint8Array,
  digest: string,
  headers: Readonly<Record<string, string>>,
): Response => {
  const etag = `"${digest}"`
  const all = { ETag: etag, 'Cache-Control': 'private, no-cache', ...headers }
  if (matches(context.req.header('If-None-Match'), etag)) return new Response(null, { status: 304, headers: all })
  return new Response(body as Uint8Array<ArrayBuffer>, { headers: { ...all, 'Content-Length': String(body.length) } })
}

/** A refusal in one line of text, as agents log it. */
export const refuse = (status: number, message: string, headers: Readonly<Record<string, string>> = {}): Response =>
  new Response(`${message}\n`, {
    status,
    headers: { 'Content-Type': 'text/plain', 'Cache-Control': 'no-store', ...headers },
  })
