import { Readable } from 'node:stream'
import { refuse } from '../http/content.ts'
import { matches, rangeOf } from '../http/ranges.ts'
import type { Call } from '../http/route.ts'
import { isDigest } from '../store/digest.ts'

export const defaultTransfers = 64

/** A node that takes nothing for so many milliseconds was switched off, or has left for another server: its place is free. */
const stalled = 30_000

/**
 * GET /blobs/:digest: immutable content, in ranges, so that a transfer resumes and any cache may keep it. Only so many
 * transfers run at a time; who finds no place is told when to come again, which iPXE and the agent do.
 */
export const sendBlob = async ({ context, services }: Call): Promise<Response> => {
  const { state, transfers } = services
  const digest = context.req.param('digest') ?? ''
  const blob = isDigest(digest) ? await state.blobs.stat(digest) : undefined
  if (!blob) return refuse(404, `there is no content ${digest}`)
  const etag = `"${digest}"`
  const headers: Record<string, string> = {
    'Content-Type': 'application/octet-stream',
    'Accept-Ranges': 'bytes',
    'Cache-Control': 'public, max-age=31536000, immutable',
    ETag: etag,
  }
  if (matches(context.req.header('If-None-Match'), etag)) return new Response(null, { status: 304, headers })
  const condition = context.req.header('If-Range')
  const asked = condition === undefined || condition === etag ? context.req.header('Range') : undefined
  const range = rangeOf(asked, blob.size)
  if (range === 'unsatisfiable')
    return refuse(416, 'the range begins after the end', { 'Content-Range': `bytes */${blob.size}` })
  const length = range ? range.end - range.start + 1 : blob.size
  headers['Content-Length'] = String(length)
  if (range) headers['Content-Range'] = `bytes ${range.start}-${range.end}/${blob.size}`
  const status = range ? 206 : 200
  if (context.req.method === 'HEAD' || length === 0) return new Response(null, { status, headers })
  const { settings } = await services.site()
  const leave = transfers.enter(settings.transfers ?? defaultTransfers)
  if (!leave) {
    const seconds = transfers.retryAfter()
    return refuse(503, `${transfers.running()} transfers run: come again in ${seconds} s`, {
      'Retry-After': String(seconds),
    })
  }
  let content: Readable
  try {
    content = await state.blobs.open(digest, range)
  } catch (thrown) {
    leave()
    throw thrown
  }
  context.env.incoming.socket.setTimeout?.(stalled)
  content.once('close', leave) // at its end, when it breaks, and when its reader is gone
  const stream = Readable.toWeb(content)
  return new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>, { status, headers })
}
